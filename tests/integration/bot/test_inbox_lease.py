"""An update whose process died is soon somebody else's; one that only takes long is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from sqlalchemy.util import await_only
from sqlmodel import Session, select

from bot import inbox_worker
from bot.inbox_worker import LEASE, RENEW_SECONDS, InboxWorker
from handlers import dispatch
from storage import inbox
from storage.database import Database
from storage.tables import Bot, Inbox
from tests.integration.bot.test_inbox_worker import (
    Answers,
    keep,
    until,
    worker_on,
    working,
    write_down,
    written,
)
from tests.integration.bot.test_inbox_worker import text as words
from tests.integration.replicas.replica import SharedTime, Timed
from tests.integration.storage.conftest import ANA, BOT, BUDI

Worker = Callable[[], InboxWorker]
LENGTH = LEASE.total_seconds()


@pytest.fixture
def time() -> SharedTime:
    return SharedTime()


@pytest.fixture
def replica(office: Database, time: SharedTime, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """Make the worker of another process on the same database."""
    monkeypatch.setattr(dispatch, "handle", lambda s, i, _c: write_down(s, f"{i.text}"))
    shared = Timed(office, time)

    def made() -> InboxWorker:
        return InboxWorker(
            shared, cast("Any", Answers()), BOT, "b", time, default_language="id", on_effect=lambda: None
        )

    return made


async def test_what_a_killed_process_had_goes_on_elsewhere_within_the_lease(
    office: Database, replica: Worker, time: SharedTime
) -> None:
    assert LENGTH <= 15
    await keep(office, words(1, ANA, "a"), words(2, ANA, "b"))
    killed, other = replica(), replica()
    (lost,) = await killed.claim()
    time.seconds = LENGTH - 1
    assert await other.claim() == []
    time.seconds = LENGTH
    (found,) = await other.claim()
    assert (found.id, found.tries) == (lost.id, 2)
    await other.handle(found)
    # It was only frozen, and comes back too late.
    assert not await killed.renew(lost)
    await killed.handle(lost)
    assert await written(office) == ["a"]


async def test_one_that_takes_long_is_not_overtaken(office: Database, replica: Worker, time: SharedTime) -> None:
    await keep(office, words(1, ANA, "a"), words(2, BUDI, "b"))
    slow, other = replica(), replica()
    first, second = await slow.claim()
    for _ in range(20):
        time.seconds += RENEW_SECONDS
        assert await slow.renew(first)
        if time.seconds < LENGTH:
            assert await other.claim() == []
    # Nobody renewed the second one.
    assert [item.id for item in await other.claim()] == [second.id]
    assert not await slow.renew(second), "what somebody else has is not taken back"
    await slow.handle(first)
    assert await written(office) == ["a"]
    assert not await slow.renew(first)


async def test_what_was_given_back_is_not_kept(office: Database, replica: Worker) -> None:
    await keep(office, words(1, ANA, "a"))
    worker = replica()
    (item,) = await worker.claim()
    await office.write(lambda session: inbox.mark_failed(session, item, "wrong", worker._clock.now()))
    assert not await worker.renew(item)
    assert len(await replica().claim()) == 1


async def test_a_worker_renews_while_it_works(
    office: Database, replica: Worker, time: SharedTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_worker, "RENEW_SECONDS", 0.01)
    await keep(office, words(1, ANA, "a"))
    worker, other, go_on, stopping = replica(), replica(), asyncio.Event(), asyncio.Event()
    handle = worker.handle

    async def slowly(item: inbox.InboxItem) -> None:
        await go_on.wait()
        await handle(item)

    monkeypatch.setattr(worker, "handle", slowly)
    running = asyncio.create_task(worker.run(stopping))
    for passed in (10.0, 20.0, 30.0):
        time.seconds = passed
        await leased_until(office, passed + LENGTH, time)
        assert await other.claim() == []
    go_on.set()
    await until(office, "done", 1)
    stopping.set()
    worker.wake()
    await asyncio.wait_for(running, 10)
    assert await written(office) == ["a"]


async def test_updates_that_wait_for_a_lock_keep_their_leases_and_no_connection_from_others(
    office: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update's own row is locked in the transaction of its effect; its lease is renewed from outside."""
    if database_url.startswith("sqlite"):
        return  # has one writer at a time
    monkeypatch.setattr(inbox_worker, "RENEW_SECONDS", 0.05)
    entered: list[int] = []

    def wait(session: Session, incoming: Any, _context: Any) -> None:
        entered.append(1)
        session.exec(select(Bot).where(Bot.id == BOT).with_for_update()).one()
        write_down(session, f"{incoming.text}")

    monkeypatch.setattr(dispatch, "handle", wait)
    people = (ANA, BUDI, ANA + 2, ANA + 3)
    await keep(office, *(words(number, person, "a") for number, person in enumerate(people, 1)))
    worker, go_on, locked = worker_on(office, Answers()), asyncio.Event(), asyncio.Event()

    def lock(session: Session) -> None:
        session.exec(select(Bot).where(Bot.id == BOT).with_for_update()).one()
        locked.set()
        await_only(go_on.wait())

    holding = asyncio.create_task(office.write(lock))
    await locked.wait()
    async with working(worker):
        async with asyncio.timeout(10):
            while len(entered) < len(people):  # noqa: ASYNC110 - bodies of transactions enter
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        try:
            async with asyncio.timeout(2):
                await office.lease_time()
                assert await office.write_first(lambda session: session.exec(select(Bot.id)).all()) == [BOT]
                for item in await items_of(office):
                    assert await worker.renew(item), "it is still this claim's"
        finally:
            go_on.set()
            await holding
        await until(office, "done", len(people))


async def items_of(database: Database) -> list[inbox.InboxItem]:
    def body(session: Session) -> list[inbox.InboxItem]:
        return [
            inbox.InboxItem(row.id or 0, row.update_id, row.person, row.raw, row.tries)
            for row in session.exec(select(Inbox)).all()
        ]

    return await database.read(body)


async def leased_until(database: Database, seconds: float, time: SharedTime) -> None:
    """Wait until the only update is leased for so long."""
    wanted = time.now().timestamp() - time.seconds + seconds

    def lease(session: Session) -> float:
        found = session.exec(select(Inbox.lease_until)).one()
        return found.timestamp() if found is not None else 0.0

    async with asyncio.timeout(10):
        while await database.read(lease) < wanted:  # noqa: ASYNC110 - what is waited for is a row
            await asyncio.sleep(0.005)
