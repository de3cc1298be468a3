"""What comes in is kept and handed to whoever handles it in one transaction, and in two where that may not be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from sqlmodel import Session, select

from bot.fair_share import BURST
from bot.inbox_worker import InboxWorker
from handlers import dispatch
from storage import inbox
from storage.database import Database, DatabaseUnavailable
from storage.tables import Inbox
from tests.integration.bot.test_inbox_worker import Answers, text, until, worker_on, working, write_down, written
from tests.integration.storage.conftest import ANA, BOT, BUDI, NOW

T = TypeVar("T")


@pytest.fixture(autouse=True)
def _handled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "handle", lambda s, i, _c: write_down(s, f"{i.text}"))
    # Nobody looks by itself while a test runs.
    monkeypatch.setattr("bot.inbox_worker.LOOK_AGAIN_SECONDS", 3600.0)


@pytest.fixture
def worker(office: Database) -> InboxWorker:
    return worker_on(office, Answers())


def storing(*raws: tuple[int, int, str]) -> Callable[[Session], int]:
    return lambda session: inbox.store_updates(session, BOT, list(raws), NOW)


async def leased(database: Database) -> list[bool]:
    found = await database.read(lambda s: s.exec(select(Inbox.lease_until).order_by("id")).all())
    return [until is not None for until in found]


@asynccontextmanager
async def resting(worker: InboxWorker) -> AsyncIterator[asyncio.Event]:
    """Have a worker that has found nothing to do; the event tells it to stop."""
    asked, stopping, claim = asyncio.Event(), asyncio.Event(), worker.claim

    async def claimed() -> list[inbox.InboxItem]:
        found = await claim()
        asked.set()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "claim", claimed)
        running = asyncio.create_task(worker.run(stopping))
        await asked.wait()
        yield stopping
        stopping.set()
        await asyncio.wait_for(running, 10)


def held_up(worker: InboxWorker, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Have a worker begin with what it claims, and go on only at the event."""
    go_on, handle = asyncio.Event(), worker.handle

    async def slowly(item: inbox.InboxItem) -> None:
        await go_on.wait()
        await handle(item)

    monkeypatch.setattr(worker, "handle", slowly)
    return go_on


async def test_what_comes_in_is_claimed_as_it_is_kept(
    office: Database, worker: InboxWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims: list[int] = []
    claim = inbox.claim

    def counted(*how: Any) -> list[inbox.InboxItem]:
        found = claim(*how)
        claims.append(len(found))
        return found

    monkeypatch.setattr(inbox, "claim", counted)
    async with resting(worker):
        claims.clear()
        assert await worker.keep(storing(text(1, ANA, "a"), text(2, BUDI, "b"))) == 2
        assert claims == [2]
        await until(office, "done", 2)
    assert sorted(line or "" for line in await written(office)) == ["a", "b"]


async def test_updates_of_one_person_stay_in_order(office: Database, worker: InboxWorker) -> None:
    async with working(worker):
        for number in range(1, 9):
            await worker.keep(
                storing(text(2 * number - 1, ANA, f"{2 * number - 1:02}"), text(2 * number, ANA, f"{2 * number:02}"))
            )
        await until(office, "done", 16)
    assert await written(office) == [f"{number:02}" for number in range(1, 17)]


async def test_a_worker_that_does_not_work_takes_nothing(office: Database, worker: InboxWorker) -> None:
    assert await worker.keep(storing(text(1, ANA, "a"))) == 1
    assert await leased(office) == [False]
    async with working(worker):
        await until(office, "done", 1)
    assert await worker.keep(storing(text(2, ANA, "b"))) == 1
    assert await leased(office) == [False, False]


async def test_what_finds_no_place_waits_for_one(
    office: Database, worker: InboxWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker._at_once, go_on = 1, held_up(worker, monkeypatch)
    async with resting(worker):
        await worker.keep(storing(text(1, ANA, "a"), text(2, BUDI, "b")))
        await worker.keep(storing(text(3, ANA + 2, "c")))
        assert await leased(office) == [True, False, False]
        go_on.set()
        await until(office, "done", 3)


async def test_what_comes_in_at_once_may_take_more_than_all_places(
    office: Database, worker: InboxWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker._at_once, go_on = 1, held_up(worker, monkeypatch)
    async with resting(worker):
        people = (ANA, BUDI, ANA + 2)
        await asyncio.gather(*(worker.keep(storing(text(n, one, "a"))) for n, one in enumerate(people, 1)))
        worker.wake()
        await asyncio.sleep(0.05)
        assert worker._active > 1
        await worker.keep(storing(text(4, ANA + 3, "b")))
        go_on.set()
        await until(office, "done", 4)


async def test_who_has_used_up_their_turns_is_put_off_as_ever(office: Database, worker: InboxWorker) -> None:
    for _ in range(BURST + 1):
        worker._share.take(ANA)
    async with resting(worker):
        await worker.keep(storing(text(1, ANA, "a"), text(2, BUDI, "b")))
        await until(office, "done", 1)
    assert await written(office) == ["b"]


async def test_who_is_told_to_stop_meanwhile_gives_back_what_it_took(
    office: Database, worker: InboxWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = office.write
    async with resting(worker) as stopping:

        async def stopped_meanwhile(body: Callable[[Session], T]) -> T:
            found = await write(body)
            while not stopping.is_set() or worker._group is not None:
                stopping.set()
                await asyncio.sleep(0)
            return found

        monkeypatch.setattr(office, "write", stopped_meanwhile)
        assert await worker.keep(storing(text(1, ANA, "a"))) == 1
    assert await leased(office) == [False]
    (row,) = await office.read(lambda s: s.exec(select(Inbox)).all())
    assert (row.status, row.tries) == ("pending", 0)


async def test_without_the_database_nothing_is_kept_and_nothing_begun(
    office: Database, worker: InboxWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_body: Any) -> Any:
        raise DatabaseUnavailable("away")

    async with resting(worker):
        with monkeypatch.context() as patch:
            patch.setattr(office, "write", away)
            with pytest.raises(DatabaseUnavailable):
                await worker.keep(storing(text(1, ANA, "a")))
        assert worker._active == 0
        assert await leased(office) == []
        await worker.keep(storing(text(1, ANA, "a")))
        await until(office, "done", 1)


async def test_what_cannot_be_claimed_is_kept_all_the_same(
    office: Database, worker: InboxWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: Any) -> list[inbox.InboxItem]:
        raise RuntimeError("claiming goes wrong")

    async with resting(worker):
        with monkeypatch.context() as patch:
            patch.setattr(inbox, "claim", wrong)
            assert await worker.keep(storing(text(1, ANA, "a"))) == 1
        assert await leased(office) == [False]
        await until(office, "done", 1)


async def test_whose_update_is_claimed_as_it_comes_uses_up_a_turn(
    office: Database, worker: InboxWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[int] = []
    async with resting(worker):
        monkeypatch.setattr(worker._share, "take", turns.append)
        await worker.keep(storing(text(1, ANA, "a"), text(2, BUDI, "b")))
        assert sorted(turns) == sorted([ANA, BUDI])
        await until(office, "done", 2)
