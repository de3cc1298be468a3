"""At delivery: digests and reminders, each in its hour and never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import Session
from telegram.error import TimedOut

from storage import outbox
from storage.tables import Card, Task
from tests.integration.bot.delivery_desk import Desk
from tests.integration.storage.conftest import ANA, BOT, OFFICE


async def queue_digest(desk: Desk, not_after: datetime) -> None:
    await desk.database.write(
        lambda s: outbox.say(
            s, bot_id=BOT, chat_id=ANA, office_id=OFFICE, template="digest", params={}, now=desk.clock.now(),
            not_after=not_after,
        )
    )  # fmt: skip


async def test_a_digest_waits_for_working_time_and_takes_the_place_of_the_last(desk: Desk) -> None:
    desk.clock.time = datetime(2027, 1, 13, 5, 10, tzinfo=UTC)  # Wednesday, 12.10 WIB: the break
    await queue_digest(desk, datetime(2027, 1, 13, 9, tzinfo=UTC))
    assert await desk.deliver() == 1
    assert desk.phone.done() == []
    assert await desk.deliver() == 0
    desk.clock.time = datetime(2027, 1, 13, 6, 0, tzinfo=UTC)
    await desk.deliver()
    await queue_digest(desk, datetime(2027, 1, 13, 9, tzinfo=UTC))
    await desk.deliver(2)
    assert desk.phone.done() == ["send <b>digest</b>", "send <b>digest</b>", "remove 101"]


async def test_a_digest_is_not_said_after_its_day_nor_repeated(desk: Desk) -> None:
    desk.clock.time = datetime(2027, 1, 13, 8, 59, tzinfo=UTC)
    await queue_digest(desk, datetime(2027, 1, 13, 8, tzinfo=UTC))
    await desk.deliver()
    assert desk.phone.done() == []
    desk.phone.errors = [TimedOut()]
    await queue_digest(desk, datetime(2027, 1, 13, 9, tzinfo=UTC))
    await desk.deliver()
    desk.clock.advance(30)
    await desk.deliver()
    assert desk.phone.done() == ["send <b>digest</b>"]
    assert [status for _, status, _ in await desk.rows()] == ["skipped", "skipped"]


async def remind(desk: Desk, *, change: bool = False) -> None:
    """Ask for a card as a reminder, and perhaps for a change of it too."""

    def body(session: Session) -> None:
        card = session.get_one(Card, 1)
        card.wanted_revision += change
        now = desk.clock.now()
        outbox.show_card(session, card, now, reminder="deadline", not_after=now + timedelta(hours=1))

    await desk.database.write(body)


async def on_the_phone(desk: Desk) -> None:
    """Bring card 1 to the phone, on a Wednesday at 08.00 WIB."""
    desk.clock.time = datetime(2027, 1, 13, 1, 0, tzinfo=UTC)
    await desk.database.write(lambda s: setattr(s.get_one(Task, s.get_one(Card, 1).task_id), "status", "open"))
    await desk.show()
    await desk.deliver()
    desk.clock.advance(3600)
    desk.phone.calls.clear()


async def test_a_reminder_replaces_the_one_before_it(desk: Desk) -> None:
    await on_the_phone(desk)
    for _ in range(2):
        await remind(desk)
        await desk.deliver(2)
        desk.clock.advance(3600)
    assert [method for method, _ in desk.phone.calls] == ["send", "strip", "send", "remove"]
    card = await desk.card()
    assert (card.reminder, card.sent_as_reminder) == ("deadline", True)


async def test_a_reminder_of_unknown_outcome_is_dropped_but_the_change_it_came_with_is_shown(desk: Desk) -> None:
    await on_the_phone(desk)
    first = (await desk.card()).message_id
    desk.phone.errors = [TimedOut()]
    await remind(desk, change=True)
    await desk.deliver()
    desk.clock.advance(30)
    await desk.deliver()
    assert [method for method, _ in desk.phone.calls] == ["send", "edit"]
    card = await desk.card()
    assert (card.message_id, card.reminder, card.sent_as_reminder) == (first, "", False)
    assert card.shown_revision == card.wanted_revision


async def test_a_reminder_found_after_its_hour_or_after_closing_is_not_sent(desk: Desk) -> None:
    await on_the_phone(desk)
    await remind(desk)
    desk.clock.advance(3601)
    await desk.deliver()
    desk.clock.time = datetime(2027, 1, 13, 8, 30, tzinfo=UTC)
    await remind(desk)
    desk.clock.advance(1801)  # half past, 16.00: closed
    await desk.deliver()
    assert desk.phone.calls == []
    assert [status for _, status, _ in await desk.rows()][-2:] == ["skipped", "skipped"]
