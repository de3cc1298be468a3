"""At delivery: what comes to somebody in their quiet hours comes without a sound, and what may wait, waits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from storage import outbox
from storage.tables import Card, Official, Outbox, Task
from tests.integration.bot.delivery_desk import Desk
from tests.integration.storage.conftest import ANA, BOT, OFFICE

# It is Thursday, 10.00 WIB: the office works.
UNTIL_ELEVEN = {"from": "09:00", "until": "11:00"}
ELEVEN = datetime(2027, 1, 7, 4, 0, tzinfo=UTC)


async def be_quiet(at: Desk, hours: dict[str, str] | None = None) -> None:
    def body(session: Session) -> None:
        session.get_one(Official, 1).quiet = UNTIL_ELEVEN if hours is None else hours

    await at.database.write(body)


async def say(at: Desk, template: str, **more: Any) -> None:
    now = at.clock.now()
    await at.database.write(
        lambda s: outbox.say(
            s, bot_id=BOT, chat_id=ANA, office_id=OFFICE, template=template, params={}, now=now, **more
        )
    )


async def rows(at: Desk) -> list[Outbox]:
    return await at.database.read(lambda s: list(s.exec(select(Outbox).order_by(col(Outbox.id)))))


def sounded(at: Desk) -> list[tuple[str, bool]]:
    return [(details["text"], not details["silent"]) for method, details in at.phone.calls if method == "send"]


@pytest.mark.parametrize("template", ["digest", "unit_reminder", "personal_reminder"])
async def test_reminders_wait_until_the_quiet_hours_are_over(desk: Desk, template: str) -> None:
    await be_quiet(desk)
    await say(desk, template, priority=outbox.REMINDER, not_after=datetime(2027, 1, 7, 3, 30, tzinfo=UTC))
    await desk.deliver(rounds=3)
    assert desk.phone.calls == []
    waiting = (await rows(desk))[0]
    assert (waiting.status, waiting.due_at, waiting.tries) == ("queued", ELEVEN, 0)
    desk.clock.advance(3600)
    await desk.deliver()
    assert sounded(desk) == [(f"<b>{template}</b>", True)]


async def test_what_waits_holds_no_card_back(desk: Desk) -> None:
    await be_quiet(desk)
    await say(desk, "personal_reminder")
    await desk.deliver()
    await desk.show()
    await desk.deliver()
    assert sounded(desk) == [("card 1 r2", False)]


async def test_cards_and_notices_come_without_a_sound_and_answers_with_one(desk: Desk) -> None:
    await desk.show()
    await desk.deliver()
    await be_quiet(desk)
    await desk.show(2)
    await say(desk, "returned")
    await say(desk, "home", priority=1)
    await desk.deliver(rounds=5)
    assert sounded(desk)[:1] == [("card 1 r2", True)]
    assert dict(sounded(desk)[1:]) == {"<b>home</b>": True, "card 2 r2": False, "<b>returned</b>": False}


async def test_a_meeting_does_not_wait(desk: Desk) -> None:
    await be_quiet(desk)
    await say(desk, "meeting_reminder")
    await desk.deliver()
    assert sounded(desk) == [("<b>meeting_reminder</b>", False)]


async def test_a_card_as_a_reminder_waits_too(desk: Desk) -> None:
    def opened(session: Session) -> None:
        card = session.get_one(Card, 1)
        card.message_id, card.anew, card.shown_revision, card.wanted_revision = 55, False, 1, 1
        session.get_one(Task, 1).status = "open"
        now = desk.clock.now()
        outbox.show_card(session, card, now, reminder="deadline", not_after=datetime(2027, 1, 7, 4, 30, tzinfo=UTC))

    await desk.database.write(opened)
    await be_quiet(desk)
    await desk.deliver(rounds=2)
    assert desk.phone.calls == []
    assert [(r.status, r.due_at) for r in await rows(desk)] == [("queued", ELEVEN)]
    desk.clock.advance(3600)
    await desk.deliver()
    assert sounded(desk) == [("card 1 r1", True)]


async def test_outside_the_quiet_hours_nothing_changes(desk: Desk) -> None:
    await be_quiet(desk, {"from": "18:00", "until": "07:00"})
    await say(desk, "personal_reminder")
    await desk.deliver()
    assert sounded(desk) == [("<b>personal_reminder</b>", True)]
