"""The outbox: order within a chat, one row under way, outcomes known and unknown."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy.util import await_only
from sqlmodel import Session, col, select

from storage import outbox
from storage.database import Database
from storage.outbox import OutboxItem
from storage.tables import Card, Chat, File, Outbox
from tests import sending
from tests.integration.storage.conftest import ANA, BOT, BUDI, LEASE, NOW, OFFICE

SECOND = timedelta(seconds=1)


def say(session: Session, template: str = "home", chat: int = ANA, **more: Any) -> bool:
    given: dict[str, Any] = {"office_id": OFFICE, "params": {}, "now": NOW} | more
    return outbox.say(session, bot_id=BOT, chat_id=chat, template=template, **given)


def claim(session: Session, now: datetime = NOW, lease_now: datetime = NOW, limit: int = 50) -> list[OutboxItem]:
    return sending.claim(session, BOT, now, lease_now, LEASE, limit)


def sent(session: Session) -> list[str | None]:
    """Deliver everything that is due, one after the other, and return what was said."""
    said: list[str | None] = []
    while items := claim(session):
        for item in items:
            said.append(item.template or item.kind)
            outbox.mark_sent(session, item.id, 100 + item.id, NOW)
    return said


def rows(session: Session) -> list[Outbox]:
    return list(session.exec(select(Outbox).order_by(col(Outbox.id))))


def statuses(session: Session) -> list[str]:
    return [row.status for row in rows(session)]


def add_file(session: Session, number: int) -> int:
    file = File(
        office_id=OFFICE,
        official_id=1,
        received_at=NOW,
        bot_id=BOT,
        chat_id=ANA,
        message_id=number,
        telegram_file_id="x",
        form="document",
        name="a.pdf",
        due_at=NOW,
    )
    session.add(file)
    session.flush()
    assert file.id is not None
    return file.id


async def test_one_row_of_a_chat_at_a_time_most_urgent_first(office: Database) -> None:
    def body(session: Session) -> tuple[list[str | None], list[str | None]]:
        say(session, "card-like")
        say(session, "second")
        say(session, "reminder", priority=7)
        say(session, "reply", priority=1)
        say(session, "other chat", chat=BUDI)
        first = [item.template for item in claim(session)]
        return first, [item.template for item in claim(session)]

    first, second = await office.write(body)
    assert first == ["reply", "other chat"]
    assert second == []


async def test_a_chat_hears_in_the_order_of_priority_and_queueing(office: Database) -> None:
    def body(session: Session) -> list[str | None]:
        for template in ("a", "b", "c"):
            say(session, template)
        say(session, "reply", priority=1)
        return sent(session)

    assert await office.write(body) == ["reply", "a", "b", "c"]


async def test_what_is_not_due_waits_and_holds_nobody_up(office: Database) -> None:
    def body(session: Session) -> tuple[list[str | None], list[str | None]]:
        say(session, "tomorrow", due_at=NOW + 60 * SECOND)
        say(session, "now")
        early = sent(session)
        return early, [item.template for item in claim(session, now=NOW + 60 * SECOND)]

    assert await office.write(body) == (["now"], ["tomorrow"])


async def test_documents_arrive_before_their_card_even_when_they_must_be_tried_again(office: Database) -> None:
    def body(session: Session) -> tuple[list[str], list[str], list[str]]:
        file_id = add_file(session, 1)
        outbox.send_document(session, bot_id=BOT, chat_id=ANA, office_id=OFFICE, file_id=file_id, now=NOW)
        outbox.show_card(session, session.get_one(Card, 1), NOW)
        (document,) = claim(session)
        outbox.postpone(session, document, NOW + 5 * SECOND)
        say(session, "reply", priority=1)
        meanwhile = [item.template or item.kind for item in claim(session)]
        outbox.mark_sent(session, rows(session)[-1].id or 0, 9, NOW)
        still = [item.kind for item in claim(session, now=NOW + 4 * SECOND)]
        later = [item.kind for item in claim(session, now=NOW + 5 * SECOND)]
        return meanwhile, still, later

    assert await office.write(body) == (["reply"], [], ["document"])


async def test_a_card_waits_in_exactly_one_row(office: Database) -> None:
    def body(session: Session) -> list[tuple[str, datetime, bool]]:
        card = session.get_one(Card, 1)
        outbox.show_card(session, card, NOW, due_at=NOW + 9 * SECOND, silent=True)
        outbox.show_card(session, card, NOW, due_at=NOW + 3 * SECOND)
        outbox.show_card(session, card, NOW, due_at=NOW + 6 * SECOND)
        return [(row.status, row.due_at, row.silent) for row in rows(session)]

    assert await office.write(body) == [("queued", NOW + 3 * SECOND, False)]


async def test_a_card_that_changes_while_it_is_sent_is_queued_again(office: Database) -> None:
    def body(session: Session) -> tuple[list[str], list[tuple[str, int, bool, datetime]]]:
        card = session.get_one(Card, 1)
        outbox.show_card(session, card, NOW)
        (item,) = claim(session)
        outbox.show_card(session, card, NOW)
        both = statuses(session)
        # The first one's outcome is unknown: what is known of it goes to the second.
        outbox.mark_uncertain(session, item, NOW + 2 * SECOND)
        return both, [(row.status, row.tries, row.uncertain, row.due_at) for row in rows(session)]

    both, after = await office.write(body)
    assert both == ["sending", "queued"]
    assert after == [("skipped", 1, True, NOW), ("queued", 1, True, NOW + 2 * SECOND)]


async def test_a_waiting_card_goes_behind_documents_that_were_queued_after_it(office: Database) -> None:
    def body(session: Session) -> list[str | None]:
        card = session.get_one(Card, 1)
        outbox.show_card(session, card, NOW)
        file_id = add_file(session, 1)
        outbox.send_document(session, bot_id=BOT, chat_id=ANA, office_id=OFFICE, file_id=file_id, now=NOW)
        outbox.show_card(session, card, NOW)
        return sent(session)

    assert await office.write(body) == ["document", "card"]


async def test_a_card_being_retried_keeps_its_wait(office: Database) -> None:
    def body(session: Session) -> list[datetime]:
        card = session.get_one(Card, 1)
        outbox.show_card(session, card, NOW)
        (item,) = claim(session)
        outbox.postpone(session, item, NOW + 9 * SECOND)
        outbox.show_card(session, card, NOW)
        return [row.due_at for row in rows(session)]

    assert await office.write(body) == [NOW + 9 * SECOND]


async def test_an_occasion_is_told_once(office: Database) -> None:
    def body(session: Session) -> tuple[list[bool], list[str | None]]:
        queued = [
            say(session, "first", key="run:1"),
            say(session, "again", key="run:1"),
            say(session, "x", key="run:2"),
        ]
        said = sent(session)
        queued.append(say(session, "long after", key="run:1"))
        return queued, said + sent(session)

    assert await office.write(body) == ([True, False, True, False], ["first", "x"])


async def test_racing_for_an_occasion_one_wins(office: Database) -> None:
    queued = await asyncio.gather(*(office.write(lambda session: say(session, key="once")) for _ in range(12)))
    assert Counter(queued) == {False: 11, True: 1}


async def test_a_blocked_chat_is_held_and_released_in_order(office: Database) -> None:
    def hold(session: Session) -> list[str]:
        outbox.show_card(session, session.get_one(Card, 1), NOW)
        claim(session)
        outbox.show_card(session, session.get_one(Card, 1), NOW)
        say(session, "b")
        say(session, "other chat", chat=BUDI)
        outbox.hold_chat(session, BOT, ANA, NOW)
        say(session, "c")  # what comes later waits too
        outbox.show_card(session, session.get_one(Card, 1), NOW)
        return statuses(session)

    assert await office.write(hold) == ["skipped", "held", "held", "queued", "held"]
    assert await office.write(sent) == ["other chat"]

    def release(session: Session) -> list[str | None]:
        assert session.get_one(Chat, (BOT, ANA)).reachable is False
        outbox.release_chat(session, BOT, ANA, NOW)
        assert session.get_one(Chat, (BOT, ANA)).reachable is True
        return sent(session)

    assert await office.write(release) == ["card", "b", "c"]


async def test_after_a_crash_what_was_under_way_is_uncertain(office: Database) -> None:
    def crash(session: Session) -> None:
        say(session, "under way")
        say(session, "behind")
        claim(session)

    await office.write(crash)

    def restart(session: Session) -> list[tuple[str | None, bool, int]]:
        outbox.recover(session, BOT, sending.hold(session, BOT, NOW, "another"), NOW)
        return [(item.template, item.uncertain, item.tries) for item in claim(session)]

    assert await office.write(restart) == [("under way", True, 2)]


async def test_what_its_holder_is_still_busy_with_stays_with_it(office: Database) -> None:
    def body(session: Session) -> tuple[list[OutboxItem], list[OutboxItem]]:
        say(session, "a")
        (item,) = claim(session)
        fence, late = item.fence, NOW + LEASE
        sending.hold(session, BOT, late)
        known = outbox.claim(session, BOT, fence, NOW, late, LEASE, 5, {item.id})
        sending.hold(session, BOT, late + LEASE)
        return known, outbox.claim(session, BOT, fence, NOW, late + LEASE, LEASE, 5)

    known, (item,) = await office.write(body)
    assert known == []
    assert (item.tries, item.uncertain) == (2, True)


async def test_a_lease_that_ran_out_is_taken_over_as_uncertain(office: Database) -> None:
    def body(session: Session) -> tuple[list[OutboxItem], list[OutboxItem]]:
        say(session)
        claim(session)
        too_early = claim(session, lease_now=NOW + LEASE - SECOND)
        return too_early, claim(session, lease_now=NOW + LEASE)

    too_early, taken = await office.write(body)
    assert too_early == []
    assert [item.uncertain for item in taken] == [True]


async def test_a_late_outcome_does_not_queue_what_was_sent(office: Database) -> None:
    def body(session: Session) -> list[str]:
        say(session)
        (item,) = claim(session)
        outbox.mark_sent(session, item.id, 5, NOW)
        outbox.postpone(session, item, NOW)
        outbox.mark_uncertain(session, item, NOW)
        return statuses(session)

    assert await office.write(body) == ["sent"]


async def test_what_was_given_up_can_be_found_and_tried_again(office: Database) -> None:
    def body(session: Session) -> tuple[list[str | None], list[bool], list[str | None]]:
        say(session)
        (item,) = claim(session)
        outbox.bury(session, item.id, "Bad Request: x" * 1000)
        dead = outbox.list_dead(session, BOT)
        assert len(dead[0].error or "") == 1000
        assert [row.id for row in outbox.list_dead(session)] == [item.id]
        tried = [
            outbox.retry(session, item.id, NOW),
            outbox.retry(session, item.id, NOW),
            outbox.retry(session, 99, NOW),
        ]
        return [row.template for row in dead], tried, sent(session)

    assert await office.write(body) == (["home"], [True, False, False], ["home"])


async def test_a_message_is_skipped_without_a_trace_in_the_chat(office: Database) -> None:
    def body(session: Session) -> list[tuple[str, datetime | None, int | None]]:
        outbox.strip(session, bot_id=BOT, chat_id=ANA, message_id=44, now=NOW)
        (item,) = claim(session)
        assert item.message_id == 44
        outbox.mark_skipped(session, item.id, NOW)
        return [(row.status, row.finished_at, row.message_id) for row in rows(session)]

    assert await office.write(body) == [("skipped", NOW, 44)]


async def test_concurrent_workers_never_share_a_row_or_a_chat(office: Database) -> None:
    chats = [ANA + number for number in range(8)]

    def queue(session: Session) -> None:
        for chat in chats:
            for number in range(4):
                say(session, f"{chat}:{number}", chat=chat)

    await office.write(queue)
    handed_out: list[OutboxItem] = []
    under_way: set[int] = set()

    def mark(session: Session, item_id: int) -> None:
        outbox.mark_sent(session, item_id, 1, NOW)

    async def worker() -> None:
        idle = 0
        while idle < 3:
            items = await office.write(lambda session: claim(session, limit=2))
            idle = 0 if items else idle + 1
            for item in items:
                assert item.chat_id not in under_way
                under_way.add(item.chat_id)
            handed_out.extend(items)
            for item in items:
                under_way.discard(item.chat_id)
                await office.write(partial(mark, item_id=item.id))

    await asyncio.gather(*(worker() for _ in range(6)))
    assert len({item.id for item in handed_out}) == len(handed_out) == 32
    for chat in chats:
        assert [item.template for item in handed_out if item.chat_id == chat] == [f"{chat}:{n}" for n in range(4)]


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_an_urgent_row_does_not_put_two_of_a_chat_under_way(office: Database) -> None:
    """The claim that has not committed yet is invisible to the next one; the lease's lock makes it wait."""
    first_claimed, second_may_start = asyncio.Event(), asyncio.Event()
    await office.write(say)
    loop = asyncio.get_running_loop()

    def slow(session: Session) -> list[OutboxItem]:
        items = claim(session)
        loop.call_soon(first_claimed.set)
        await_only(asyncio.wait_for(second_may_start.wait(), 30))
        return items

    def somebody_waits(session: Session) -> bool:
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype IN ('transactionid', 'tuple') AND NOT granted"
        return bool(session.connection().exec_driver_sql(waiting).scalar())

    first = asyncio.create_task(office.write(slow))
    await first_claimed.wait()
    await office.write(lambda session: say(session, "urgent", priority=1))
    second = asyncio.create_task(office.write(claim))
    async with asyncio.timeout(30):
        while not await office.read(somebody_waits):
            pass
    second_may_start.set()
    assert len(await first) == 1
    assert await second == []


@pytest.mark.parametrize(("tries", "seconds"), [(0, 2), (1, 2), (3, 8), (9, 300), (10_000, 300)])
def test_the_pause_between_tries_doubles_up_to_five_minutes(tries: int, seconds: int) -> None:
    assert outbox.backoff(tries) == timedelta(seconds=seconds)
