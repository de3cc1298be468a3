"""What cards show is noted together, and only where nothing else follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.marking import Marks
from storage import outbox, showing
from storage.database import Database
from storage.showing import Shown
from storage.tables import Card, Outbox
from tests.integration.storage.conftest import ANA, BOT, NOW

CHAT = (BOT, ANA)
LATER = NOW + timedelta(minutes=1)


def _queue(session: Session) -> None:
    for card in session.exec(select(Card)).all():
        card.anew = True
        outbox.show_card(session, card, NOW)


def _look(session: Session) -> tuple[dict[int, tuple[int | None, int]], dict[int, str]]:
    cards = {card.id or 0: (card.message_id, card.shown_revision) for card in session.exec(select(Card)).all()}
    return cards, {row.card_id or 0: row.status for row in session.exec(select(Outbox)).all()}


async def _row_ids(database: Database) -> dict[int, int]:
    await database.write(_queue)
    rows = await database.read(lambda session: session.exec(select(Outbox).order_by(col(Outbox.id))).all())
    return {row.card_id or 0: row.id or 0 for row in rows}


async def test_cards_are_noted_together_but_for_what_is_unusual(office: Database) -> None:
    row = await _row_ids(office)

    def newer(session: Session) -> None:
        session.get_one(Card, 4).wanted_revision = 9

    await office.write(newer)
    shown = [
        Shown(row[1], 1, CHAT, 2, message_id=11, slot="late"),
        Shown(row[2], 2, CHAT, 3),
        Shown(row[3], 3, (BOT, 99), 2, message_id=13),  # the account is another one by now
        Shown(row[4], 4, CHAT, 2),  # wanted in a newer form by now
    ]
    noted = await office.write(lambda session: showing.note(session, shown, LATER))
    assert set(noted) == {row[1], row[2]}
    cards, rows = await office.read(_look)
    assert cards == {1: (11, 2), 2: (None, 3), 3: (None, 0), 4: (None, 0)}
    assert rows == {1: "sent", 2: "sent", 3: "queued", 4: "queued"}
    card = await office.read(lambda session: session.get_one(Card, 1))
    assert (card.reminder, card.sent_as_reminder, card.anew, card.sent_at) == ("late", True, False, LATER)


async def test_whether_more_waits_for_the_chat_is_told(office: Database) -> None:
    row = await _row_ids(office)

    def only(session: Session, *queued: int) -> None:
        for one in session.exec(select(Outbox)).all():
            one.status = "queued" if one.card_id in queued else "sending"

    async def more(number: int) -> bool:
        shown = [Shown(row[number], number, CHAT, 2)]
        return (await office.write(lambda session: showing.note(session, shown, LATER)))[row[number]]

    await office.write(lambda session: only(session, 3))
    assert await more(1)
    await office.write(only)
    assert not await more(2)

    def another_time(session: Session) -> None:
        only(session, 3)
        session.get_one(Outbox, row[3]).due_at = LATER + timedelta(minutes=1)

    await office.write(another_time)
    assert not await more(4)


async def test_what_arrives_meanwhile_shares_a_transaction(office: Database) -> None:
    row = await _row_ids(office)
    marks, written = Marks(office, Clock()), 0
    write = office.write

    async def counted(body: Callable[[Session], Any]) -> Any:
        nonlocal written
        written += 1
        return await write(body)

    office.write = counted  # type: ignore[method-assign]  # counts, and hands on
    noted = await asyncio.gather(*(marks.note(Shown(row[i], i, CHAT, 2, message_id=10 + i)) for i in range(1, 5)))
    assert None not in noted
    assert written == 1
    cards, _ = await office.read(_look)
    assert cards == {i: (10 + i, 2) for i in range(1, 5)}


async def test_a_card_that_somebody_changes_is_left_to_be_noted_alone(office: Database, database_url: str) -> None:
    if database_url.startswith("sqlite"):
        return  # has one writer at a time
    row, entered = await _row_ids(office), asyncio.Event()
    loop = asyncio.get_running_loop()

    def hold(session: Session) -> None:
        session.exec(select(Card).where(Card.id == 2).with_for_update()).one()
        loop.call_soon(entered.set)
        session.connection().exec_driver_sql("SELECT pg_sleep(1)")

    holding = asyncio.create_task(office.write(hold))
    await entered.wait()
    shown = [Shown(row[1], 1, CHAT, 2), Shown(row[2], 2, CHAT, 2)]
    async with asyncio.timeout(0.9):
        noted = await office.write(lambda session: showing.note(session, shown, LATER))
    assert set(noted) == {row[1]}
    await holding
