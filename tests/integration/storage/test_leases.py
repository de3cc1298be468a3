"""Leases on both databases: one holder at a time, a fence that rises, nothing done by whoever is too late."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from storage import leases, outbox
from storage.database import Database
from storage.leases import Held, LeaseLost
from storage.outbox import OutboxItem
from storage.tables import Outbox
from tests.integration.storage.conftest import ANA, BOT, BUDI, LEASE, NOW, OFFICE

NAME = leases.sender(BOT)
LENGTH = timedelta(seconds=10)
SECOND = timedelta(seconds=1)


async def acquire(database: Database, holder: str, at: float = 0) -> Held | None:
    """Ask for the lease so many seconds after the beginning."""
    return await database.write(lambda session: leases.acquire(session, NAME, holder, NOW + at * SECOND, LENGTH))


async def fence_of(database: Database, holder: str, at: float = 0) -> int:
    held = await acquire(database, holder, at)
    assert held is not None
    return held.fence


async def claim(database: Database, fence: int, at: float = 0) -> list[OutboxItem]:
    return await database.write(lambda session: outbox.claim(session, BOT, fence, NOW, NOW + at * SECOND, LEASE, 50))


async def say(database: Database, *chats: int) -> None:
    def body(session: Session) -> None:
        for chat in chats:
            outbox.say(session, bot_id=BOT, chat_id=chat, office_id=OFFICE, template="home", params={}, now=NOW)

    await database.write(body)


async def rows(database: Database) -> list[tuple[str, bool]]:
    found = await database.read(lambda session: session.exec(select(Outbox).order_by(col(Outbox.id))).all())
    return [(row.status, row.uncertain) for row in found]


async def test_of_many_who_ask_at_once_one_holds_it(database: Database) -> None:
    asked = await asyncio.gather(*(acquire(database, f"process {number}") for number in range(12)))
    (held,) = [one for one in asked if one is not None]
    assert (held.name, held.fence, held.until) == (NAME, 1, NOW + LENGTH)
    assert await database.read(lambda session: leases.read(session, NAME)) == held


async def test_of_many_who_take_over_at_once_one_holds_it(database: Database) -> None:
    await acquire(database, "dead")
    asked = await asyncio.gather(*(acquire(database, f"process {number}", 10) for number in range(12)))
    assert [one.fence for one in asked if one is not None] == [2]


async def test_a_lease_is_renewed_by_its_holder_and_taken_by_another_only_once_it_ended(database: Database) -> None:
    assert await fence_of(database, "a") == 1
    assert await acquire(database, "b", 9.9) is None
    assert await fence_of(database, "a", 9.9) == 1
    assert await acquire(database, "b", 19.8) is None
    assert await fence_of(database, "b", 19.9) == 2
    assert await acquire(database, "a", 20) is None
    # Nobody took it meanwhile: it goes on as it was.
    assert await fence_of(database, "b", 60) == 2


async def test_what_is_let_go_is_free_at_once_and_only_its_holder_lets_go(database: Database) -> None:
    await acquire(database, "a")
    await database.write(lambda session: leases.release(session, NAME, "b", NOW))
    assert await acquire(database, "b", 1) is None
    await database.write(lambda session: leases.release(session, NAME, "a", NOW + SECOND))
    assert await fence_of(database, "b", 1) == 2
    await database.write(lambda session: leases.free(session, NAME, NOW + SECOND))
    assert await fence_of(database, "c", 1) == 3


async def test_a_clock_that_was_set_back_does_not_keep_a_dead_process_in_office(database: Database) -> None:
    await acquire(database, "dead", 3600)
    assert await fence_of(database, "b") == 2
    assert await acquire(database, "c", 9) is None


async def test_leases_of_different_bots_have_nothing_to_do_with_each_other(database: Database) -> None:
    await acquire(database, "a")
    other = leases.sender(BOT + 1)
    held = await database.write(lambda session: leases.acquire(session, other, "b", NOW, LENGTH))
    assert held is not None
    assert held.fence == 1


async def test_only_the_holder_is_given_rows_and_only_while_its_lease_lasts(office: Database) -> None:
    await say(office, ANA)
    first = await fence_of(office, "a")
    with pytest.raises(LeaseLost):
        await claim(office, first, 10)
    second = await fence_of(office, "b", 10)
    with pytest.raises(LeaseLost):
        await claim(office, first, 10)  # it was paused and believes that no time has passed
    assert [item.fence for item in await claim(office, second, 10)] == [second]


async def test_claims_and_take_overs_at_once_leave_each_row_with_one_holder(office: Database) -> None:
    await say(office, ANA, BUDI)
    first = await fence_of(office, "a")

    async def take_over() -> int:
        def body(session: Session) -> int:
            held = leases.acquire(session, NAME, "b", NOW + LENGTH, LENGTH)
            assert held is not None
            outbox.recover(session, BOT, held.fence, NOW)
            return held.fence

        return await office.write(body)

    async def late_claim() -> list[OutboxItem]:
        try:
            return await claim(office, first, 9)
        except LeaseLost:
            return []

    second, *late = await asyncio.gather(take_over(), late_claim(), late_claim())
    taken = {item.id for items in late for item in items}
    items = await claim(office, second, 10)
    assert {item.id for item in items} == {1, 2}
    assert {item.id for item in items if item.uncertain} == taken


async def test_what_the_last_holder_was_sending_is_queued_again_as_uncertain(office: Database) -> None:
    await say(office, ANA, BUDI)
    first = await fence_of(office, "a")
    ana, _ = await claim(office, first)
    await office.write(lambda session: outbox.mark_sent(session, ana.id, 5, NOW))
    await office.write(lambda session: outbox.recover(session, BOT, first, NOW))
    assert await rows(office) == [("sent", False), ("sending", False)]  # its own rows are left alone
    second = await fence_of(office, "b", 10)
    await office.write(lambda session: outbox.recover(session, BOT, second, NOW))
    assert await rows(office) == [("sent", False), ("queued", True)]


async def test_a_late_word_that_it_was_sent_is_believed(office: Database) -> None:
    await say(office, ANA, BUDI)
    ana, budi = await claim(office, await fence_of(office, "a"))
    second = await fence_of(office, "b", 10)
    await office.write(lambda session: outbox.recover(session, BOT, second, NOW))
    await office.write(lambda session: outbox.mark_sent(session, ana.id, 5, NOW))
    (again,) = await claim(office, second, 10)
    assert again.id == budi.id  # nobody sends the other one a second time
    await office.write(lambda session: outbox.mark_sent(session, budi.id, 6, NOW))
    assert await rows(office) == [("sent", True), ("sent", True)]


async def test_a_late_word_that_it_was_not_sent_leaves_the_next_holders_row_alone(office: Database) -> None:
    await say(office, ANA)
    (old,) = await claim(office, await fence_of(office, "a"))
    second = await fence_of(office, "b", 10)
    await office.write(lambda session: outbox.recover(session, BOT, second, NOW))
    (new,) = await claim(office, second, 10)
    await office.write(lambda session: outbox.postpone(session, old, NOW))
    await office.write(lambda session: outbox.put_off(session, old, NOW))
    await office.write(lambda session: outbox.mark_uncertain(session, old, NOW))
    assert await rows(office) == [("sending", True)]
    await office.write(lambda session: outbox.mark_sent(session, new.id, 5, NOW))
    await office.write(lambda session: outbox.bury(session, old.id, "refused"))
    await office.write(lambda session: outbox.mark_skipped(session, old.id, NOW))
    assert await rows(office) == [("sent", True)]
