"""Cards that go out together: what they rest on is asked for once, and each says what it says alone."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from benchmarks import offices
from bot.outgoing import NewMessage, prepare
from messages.reading_ahead import read_ahead
from storage.database import Database
from tests import sending
from tests.integration.storage.conftest import NOW

LEASE = timedelta(minutes=5)
QUESTIONS = 12
"""What is asked for all cards of a group, however many; pauses, dispensations and files where there are any."""


async def test_cards_read_together_say_the_same_and_ask_nothing_of_their_own(database: Database) -> None:
    await database.write(lambda session: offices.fill(session, 3, 1, NOW))
    items = await database.write(lambda session: sending.claim(session, offices.BOT_ID, NOW, NOW, LEASE, 50))
    assert len({item.office_id for item in items}) == 3
    alone = [await database.read(partial(prepare, item=item, default_language="id", now=NOW)) for item in items]
    assert all(isinstance(one, NewMessage) for one in alone)

    def together(session: Session) -> tuple[list[Any], list[str], list[str]]:
        asked: list[str] = []
        event.listen(
            session.connection(), "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement)
        )
        read_ahead(session, offices.BOT_ID, {item.card_id or 0 for item in items})
        ahead = list(asked)
        asked.clear()
        return [prepare(session, item, "id", NOW) for item in items], ahead, asked

    prepared, ahead, after = await database.read(together)
    assert prepared == alone
    assert len(ahead) == QUESTIONS
    assert after == []


async def test_a_card_that_is_gone_is_nothing_to_read_for(database: Database) -> None:
    await database.read(lambda session: read_ahead(session, offices.BOT_ID, {12345}))
