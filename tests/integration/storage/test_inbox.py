"""The inbox: nothing lost, nothing twice, in order per person, poison set aside."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy.util import await_only
from sqlmodel import Session, select

from storage import inbox
from storage.database import Database
from storage.inbox import InboxItem, NotPending
from storage.tables import Inbox
from tests.integration.storage.conftest import ANA, BOT, BUDI, LEASE, NOW

OTHER_BOT = BOT + 1
SECOND = timedelta(seconds=1)


def store(session: Session, *updates: tuple[int, int], bot_id: int = BOT) -> int:
    return inbox.store_updates(
        session, bot_id, [(number, person, f'{{"n":{number}}}') for number, person in updates], NOW
    )


def claim(session: Session, lease_now: datetime = NOW, limit: int = 50) -> list[InboxItem]:
    return inbox.claim(session, BOT, lease_now, LEASE, limit)


def finish(session: Session, item_id: int) -> None:
    inbox.mark_done(session, item_id, NOW)


def numbers(items: list[InboxItem]) -> list[int]:
    return [item.update_id for item in items]


async def test_an_update_is_kept_once_however_often_it_comes(database: Database) -> None:
    def body(session: Session) -> list[int]:
        return [
            store(session, (1, ANA), (2, ANA)),
            store(session, (2, ANA), (3, BUDI)),
            store(session),
            store(session, (1, ANA), bot_id=OTHER_BOT),
        ]

    assert await database.write(body) == [2, 1, 0, 1]


async def test_the_same_update_from_two_sides_at_once_is_kept_once(database: Database) -> None:
    both = [database.write(lambda session: store(session, (1, ANA), (2, BUDI), (3, ANA))) for _ in range(8)]
    assert sum(await asyncio.gather(*both)) == 3


async def test_a_finished_update_that_comes_again_stays_finished(database: Database) -> None:
    def body(session: Session) -> tuple[int, list[InboxItem]]:
        store(session, (1, ANA))
        (item,) = claim(session)
        inbox.mark_done(session, item.id, NOW)
        return store(session, (1, ANA)), claim(session)

    assert await database.write(body) == (0, [])


async def test_one_person_is_served_in_order_and_people_side_by_side(database: Database) -> None:
    def body(session: Session) -> list[list[int]]:
        # Webhook calls may overtake one another within a batch.
        store(session, (12, ANA), (11, ANA), (13, BUDI), (14, ANA), (15, 0), (16, 0))
        first = claim(session)
        second = claim(session)
        inbox.mark_done(session, first[0].id, NOW)
        return [numbers(first), numbers(second), numbers(claim(session))]

    assert await database.write(body) == [[11, 13, 15], [], [12]]


async def test_another_bots_updates_are_not_touched(database: Database) -> None:
    def body(session: Session) -> list[int]:
        store(session, (1, ANA), bot_id=OTHER_BOT)
        store(session, (2, ANA))
        return numbers(claim(session))

    assert await database.write(body) == [2]


async def test_no_more_than_asked_for(database: Database) -> None:
    def body(session: Session) -> list[int]:
        store(session, (1, 1), (2, 2), (3, 3))
        return numbers(claim(session, limit=2))

    assert await database.write(body) == [1, 2]


async def test_a_poison_update_is_set_aside_after_three_tries_and_blocks_nobody(database: Database) -> None:
    def body(session: Session) -> tuple[list[bool], list[int], list[str | None]]:
        store(session, (1, ANA), (2, ANA))
        parked = []
        for number in range(3):
            (item,) = claim(session)
            assert (item.update_id, item.tries) == (1, number + 1)
            parked.append(inbox.mark_failed(session, item, "KeyError at x.py:3", NOW))
        return parked, numbers(claim(session)), [row.error for row in inbox.list_parked(session, BOT)]

    assert await database.write(body) == ([False, False, True], [2], ["KeyError at x.py:3"])


async def test_a_parked_update_can_be_tried_again(database: Database) -> None:
    def body(session: Session) -> tuple[list[bool], list[InboxItem]]:
        store(session, (1, ANA))
        for _ in range(3):
            (item,) = claim(session)
            inbox.mark_failed(session, item, "x", NOW)
        assert [row.id for row in inbox.list_parked(session)] == [item.id]
        tried = [inbox.retry(session, item.id), inbox.retry(session, item.id), inbox.retry(session, 99)]
        return tried, claim(session)

    tried, items = await database.write(body)
    assert tried == [True, False, False]
    assert [item.tries for item in items] == [1]


async def test_an_infrastructure_fault_costs_no_try(database: Database) -> None:
    def body(session: Session) -> list[int]:
        store(session, (1, ANA))
        tries = []
        for _ in range(5):
            (item,) = claim(session)
            tries.append(item.tries)
            inbox.release(session, item)
        return tries

    assert await database.write(body) == [1, 1, 1, 1, 1]


async def test_a_lease_keeps_others_away_until_it_runs_out(database: Database) -> None:
    def body(session: Session) -> list[list[int]]:
        store(session, (1, ANA))
        return [
            numbers(claim(session, NOW)),
            numbers(claim(session, NOW + LEASE - SECOND)),
            numbers(claim(session, NOW + LEASE)),
        ]

    assert await database.write(body) == [[1], [], [1]]


async def test_a_restart_frees_what_was_claimed_and_keeps_its_tries(database: Database) -> None:
    def body(session: Session) -> list[InboxItem]:
        store(session, (1, ANA))
        store(session, (9, ANA), bot_id=OTHER_BOT)
        claim(session)
        inbox.claim(session, OTHER_BOT, NOW, LEASE, 5)
        inbox.void_leases(session, BOT)
        assert inbox.claim(session, OTHER_BOT, NOW, LEASE, 5) == []
        return claim(session)

    assert [item.tries for item in await database.write(body)] == [2]


async def test_an_update_that_kills_the_process_wears_out_and_drags_nobody_along(database: Database) -> None:
    await database.write(lambda session: store(session, (1, ANA), (2, BUDI), (3, BUDI + 1)))

    def claim_after_a_crash(session: Session) -> list[InboxItem]:
        inbox.void_leases(session, BOT)
        return claim(session)

    def fail(session: Session, item: InboxItem) -> bool:
        return inbox.mark_failed(session, item, "died", NOW)

    handled, crashes, parked = [], 0, []
    while items := await database.write(claim_after_a_crash):
        for item in items:
            if item.worn_out:
                assert await database.write(partial(fail, item=item))
                parked.append(item.update_id)
            elif item.update_id == 1:
                crashes += 1  # and with it all that was claimed beside it
                break
            else:
                await database.write(partial(finish, item_id=item.id))
                handled.append(item.update_id)
    assert (crashes, parked, sorted(handled)) == (3, [1], [2, 3])


async def test_many_on_their_last_try_do_not_take_the_place_of_others(database: Database) -> None:
    """A process died twice with its hands full: these go one by one, whoever came later goes beside them."""

    def body(session: Session) -> tuple[list[int], list[int]]:
        store(session, *((number, number) for number in range(1, 9)))
        for row in session.exec(select(Inbox)).all():
            row.tries = 2 if row.update_id < 6 else 0
        session.flush()
        return numbers(claim(session, limit=4)), numbers(claim(session, limit=4))

    assert await database.write(body) == ([1, 6, 7, 8], [])


async def test_of_two_that_handle_one_update_only_one_has_an_effect(database: Database) -> None:
    """A slow worker's lease ran out and another took over: 'done' fences the slow one's effects."""

    def prepare(session: Session) -> int:
        store(session, (1, ANA))
        claim(session)
        return claim(session, NOW + LEASE)[0].id

    item_id = await database.write(prepare)

    def handle(session: Session) -> None:
        store(session, (100 + len(session.exec(select(Inbox)).all()), BUDI))  # the effect
        inbox.mark_done(session, item_id, NOW)

    await database.write(handle)
    with pytest.raises(NotPending):
        await database.write(handle)
    assert await database.read(lambda session: len(session.exec(select(Inbox)).all())) == 2


async def test_whoever_comes_late_neither_fails_nor_frees_what_is_done(database: Database) -> None:
    def body(session: Session) -> tuple[bool, str, int]:
        store(session, (1, ANA))
        (item,) = claim(session)
        inbox.mark_done(session, item.id, NOW)
        parked = inbox.mark_failed(session, item, "late", NOW, max_tries=1)
        inbox.release(session, item)
        row = session.get_one(Inbox, item.id)
        return parked, row.status, row.tries

    assert await database.write(body) == (False, "done", 1)


async def test_whoever_was_overtaken_neither_fails_nor_frees_what_another_handles(database: Database) -> None:
    """A process that was frozen, or cut off from the database, for longer than its lease."""

    def body(session: Session) -> tuple[bool, list[int], InboxItem]:
        store(session, (1, ANA))
        (slow,) = claim(session, NOW)
        (item,) = claim(session, NOW + LEASE)
        parked = inbox.mark_failed(session, slow, "late", NOW, max_tries=1)
        inbox.release(session, slow)
        return parked, numbers(claim(session, NOW + LEASE)), item

    parked, handed_out, item = await database.write(body)
    assert (parked, handed_out, item.tries) == (False, [], 2)
    assert await database.write(lambda session: inbox.mark_failed(session, item, "x", NOW, max_tries=2))


async def test_whose_update_is_being_handled_is_not_waited_for(database: Database, database_url: str) -> None:
    """Its effect may wait for a lock, longer than its lease; all others' updates are claimed meanwhile."""
    if database_url.startswith("sqlite"):
        return  # has one writer at a time
    await database.write(lambda session: store(session, (1, ANA), (2, BUDI)))
    (item, *_) = await database.write(lambda session: claim(session, limit=1))
    begun, go_on = asyncio.Event(), asyncio.Event()

    def handle(session: Session) -> None:
        inbox.mark_done(session, item.id, NOW)
        begun.set()
        await_only(go_on.wait())

    handling = asyncio.create_task(database.write(handle))
    await begun.wait()
    try:
        async with asyncio.timeout(2):
            later = NOW + LEASE
            assert await database.write(lambda session: inbox.put_off(session, BOT, later, {ANA: 1.0})) == []
            assert numbers(await database.write(lambda session: claim(session, later))) == [2]
    finally:
        go_on.set()
        await handling


async def test_concurrent_workers_never_share_an_update_and_keep_each_persons_order(database: Database) -> None:
    people = range(1, 7)
    updates = [(10 * number + person, person) for number in range(1, 5) for person in people]
    await database.write(lambda session: store(session, *updates))
    handled: list[InboxItem] = []

    async def worker() -> None:
        idle = 0
        while idle < 3:
            items = await database.write(lambda session: claim(session, limit=2))
            idle = 0 if items else idle + 1
            handled.extend(items)
            for item in items:
                await database.write(partial(finish, item_id=item.id))

    await asyncio.gather(*(worker() for _ in range(6)))
    assert len(handled) == len(updates)
    for person in people:
        assert [item.update_id for item in handled if item.person == person] == [10 * n + person for n in range(1, 5)]


async def test_somebody_who_rests_is_passed_over_and_loses_no_try(database: Database) -> None:
    def body(session: Session) -> list[list[int]]:
        store(session, (1, ANA), (2, ANA), (3, BUDI), (4, 0))
        put_off = inbox.put_off(session, BOT, NOW, {ANA: 2.0, 77: 5.0})
        first = numbers(claim(session))
        again = inbox.put_off(session, BOT, NOW + SECOND, {ANA: 1.0})
        second = numbers(claim(session, NOW + SECOND))
        third = claim(session, NOW + 2 * SECOND)
        return [put_off, first, again, second, numbers(third), [item.tries for item in third]]

    assert await database.write(body) == [[ANA], [3, 4], [], [], [1], [1]]
