"""One look for all bots finds whoever could claim something, and nobody who could not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session

from storage import file_rows, inbox, outbox, timers
from storage.database import Database
from storage.due_work import Work, due_work
from storage.tables import Bot, File, Office
from tests import sending
from tests.integration.storage.conftest import ANA, BOT, LEASE, NOW, OFFICE

SECOND = timedelta(seconds=1)
OTHER = BOT + 1

Deed = Callable[[Session], object]


def updates(session: Session) -> None:
    inbox.store_updates(session, BOT, [(1, ANA, "{}")], NOW)


def messages(session: Session) -> None:
    outbox.say(
        session, bot_id=BOT, chat_id=ANA, office_id=OFFICE, template="home", params={}, now=NOW, due_at=NOW,
    )  # fmt: skip


def files(session: Session) -> None:
    session.add(
        File(
            office_id=OFFICE, official_id=1, received_at=NOW, bot_id=BOT, chat_id=ANA, message_id=1,
            telegram_file_id="x", form="document", name="a.pdf", due_at=NOW,
        )
    )  # fmt: skip
    session.flush()


def a_timer(session: Session) -> None:
    timers.put(session, office_id=OFFICE, kind="nudge", key="n", fire_at=NOW)


def claimed(work: Work) -> Deed:
    match work:
        case Work.UPDATES:
            return lambda session: inbox.claim(session, BOT, NOW, LEASE, 9)
        case Work.FILES:
            return lambda session: file_rows.claim_files(session, NOW, NOW, LEASE, 9, BOT)
        case _:
            return lambda session: sending.claim(session, BOT, NOW, NOW, LEASE, 9)


WAITING: dict[Work, Deed] = {
    Work.UPDATES: updates, Work.FILES: files, Work.MESSAGES: messages, Work.TIMERS: a_timer,
}  # fmt: skip


def looked(session: Session, *, later: timedelta = timedelta(), bots: tuple[int, ...] = (BOT, OTHER)) -> set[Work]:
    found = due_work(session, bots, NOW + later, NOW + later)
    assert all(bot == BOT for _, bot in found)
    return {work for work, _ in found}


@pytest.mark.parametrize("work", Work)
async def test_what_waits_is_found_for_its_bot(office: Database, work: Work) -> None:
    def body(session: Session) -> tuple[set[Work], set[Work], set[Work], set[Work]]:
        session.add(Bot(id=OTHER, username="other_bot"))
        session.add(Office(id="b", name="B", regency="B", timezone="Asia/Jakarta", bot_id=OTHER))
        session.flush()
        nothing = looked(session)
        WAITING[work](session)
        return nothing, looked(session), looked(session, bots=(OTHER,)), looked(session, bots=())

    assert await office.write(body) == (set(), {work}, set(), set())


@pytest.mark.parametrize("work", [Work.FILES, Work.MESSAGES, Work.TIMERS])
async def test_what_is_for_later_is_found_at_its_time(office: Database, work: Work) -> None:
    def body(session: Session) -> tuple[set[Work], set[Work]]:
        WAITING[work](session)
        return looked(session, later=-SECOND), looked(session)

    assert await office.write(body) == (set(), {work})


@pytest.mark.parametrize("work", [Work.UPDATES, Work.FILES, Work.MESSAGES])
async def test_what_somebody_has_is_found_again_once_their_time_is_over(office: Database, work: Work) -> None:
    def body(session: Session) -> tuple[set[Work], set[Work], set[Work]]:
        WAITING[work](session)
        claimed(work)(session)
        return looked(session), looked(session, later=LEASE - SECOND), looked(session, later=LEASE)

    assert await office.write(body) == (set(), set(), {work})


async def test_what_is_done_is_not_found(office: Database) -> None:
    def body(session: Session) -> set[Work]:
        for put in WAITING.values():
            put(session)
        (update,) = inbox.claim(session, BOT, NOW, LEASE, 9)
        inbox.mark_done(session, update.id, NOW)
        (message,) = sending.claim(session, BOT, NOW, NOW, LEASE, 9)
        outbox.mark_sent(session, message.id, 1, NOW)
        (file,) = file_rows.claim_files(session, NOW, NOW, LEASE, 9, BOT)
        file_rows.mark_refused(session, file.id, "empty")
        timers.drop(session, key="n")
        return looked(session, later=LEASE)

    assert await office.write(body) == set()
