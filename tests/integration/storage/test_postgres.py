"""What is particular to PostgreSQL: lost races run again, lost connections do not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import await_only
from sqlmodel import Session, col, select

from storage import leases, postgres
from storage.database import Database, DatabaseUnavailable, open_database
from storage.tables import Bot
from tests.postgres import TemporaryPostgres

pytestmark = pytest.mark.postgres


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = await open_database(postgres_url)
    yield opened
    await opened.close()


def add_bot(session: Session, number: int, username: str = "x") -> int:
    session.add(Bot(id=number, username=username))
    return number


def names(session: Session) -> list[str]:
    return list(session.exec(select(Bot.username).order_by(col(Bot.id))))


def lock_bot(session: Session, number: int) -> Bot:
    return session.exec(select(Bot).where(Bot.id == number).with_for_update()).one()


async def test_a_deadlock_runs_the_loser_again(database: Database) -> None:
    for number in (1, 2):
        await database.write(partial(add_bot, number=number))
    # Both hold their first row before either asks for its second; again only once.
    met = asyncio.Barrier(2)
    runs: list[int] = []

    def cross(session: Session, first: int, second: int) -> None:
        lock_bot(session, first).username += f"-{first}"
        session.flush()
        runs.append(first)
        if len(runs) <= 2:
            await_only(met.wait())
        lock_bot(session, second).username += f"-{first}"

    await asyncio.gather(
        database.write(partial(cross, first=1, second=2)), database.write(partial(cross, first=2, second=1))
    )
    assert len(runs) == 3
    assert [sorted(name.split("-")) for name in await database.read(names)] == [["1", "2", "x"]] * 2


async def test_whoever_loses_the_race_for_a_key_sees_the_winners_row(database: Database) -> None:
    met = asyncio.Barrier(2)
    runs: list[int] = []

    def add_unless_there(session: Session) -> bool:
        if session.get(Bot, 1) is not None:
            return False
        runs.append(1)
        if len(runs) <= 2:
            await_only(met.wait())
        add_bot(session, 1)
        return True

    assert sorted(await asyncio.gather(*(database.write(add_unless_there) for _ in range(2)))) == [False, True]
    assert len(runs) == 2


async def test_a_duplicate_that_stays_is_told(database: Database) -> None:
    runs: list[int] = []

    def body(session: Session) -> None:
        runs.append(1)
        add_bot(session, 1)

    await database.write(body)
    with pytest.raises(IntegrityError):
        await database.write(body)
    assert len(runs) == 4


def hang_up(session: Session) -> None:
    """Let the server end every connection to this database but the asking one."""
    session.connection().exec_driver_sql(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


async def test_a_lost_connection_is_told_and_the_body_not_run_again(database: Database, postgres_url: str) -> None:
    beside = await open_database(postgres_url)
    runs: list[int] = []

    def body(session: Session) -> None:
        runs.append(1)
        add_bot(session, 1)
        session.flush()
        await_only(beside.write(hang_up))

    with pytest.raises(DatabaseUnavailable):
        await database.write(body)
    assert runs == [1]
    assert await beside.read(names) == []
    await beside.close()


async def test_after_the_server_came_back_the_next_transaction_works(database: Database, postgres_url: str) -> None:
    await asyncio.gather(*(database.write(partial(add_bot, number=number)) for number in range(1, 9)))
    beside = await open_database(postgres_url)
    await beside.write(hang_up)
    await beside.close()
    with pytest.raises(DatabaseUnavailable):
        await database.read(names)
    # All the pool's connections died with that one; none of them is tried.
    assert len(await database.read(names)) == 8
    assert await database.write(partial(add_bot, number=9)) == 9


async def test_a_full_pool_makes_others_wait_not_fail(database: Database) -> None:
    numbers = range(1, 101)
    assert await asyncio.gather(*(database.write(partial(add_bot, number=n)) for n in numbers)) == list(numbers)


async def test_lease_time_is_the_servers(database: Database) -> None:
    def server_time(session: Session) -> object:
        return session.connection().exec_driver_sql("SELECT clock_timestamp()").scalar()

    before, lease_time, after = [
        await database.read(server_time),
        await database.lease_time(),
        await database.read(server_time),
    ]
    assert str(before) <= str(lease_time) <= str(after)


async def test_a_process_frozen_in_a_transaction_keeps_nobody_from_taking_over(
    database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "FROZEN_SECONDS", 0.3)
    frozen = await open_database(postgres_url, serves=True)
    locked, go_on = asyncio.Event(), asyncio.Event()
    loop, length = asyncio.get_running_loop(), timedelta(seconds=10)
    begin = await frozen.lease_time()

    def freeze(session: Session) -> None:
        leases.acquire(session, "sender:1", "frozen", begin + length, length)
        loop.call_soon(locked.set)
        await_only(go_on.wait())

    await frozen.write(lambda session: leases.acquire(session, "sender:1", "frozen", begin, length))
    task = asyncio.create_task(frozen.write(freeze))
    await locked.wait()
    async with asyncio.timeout(30):
        taken = await database.write(lambda session: leases.acquire(session, "sender:1", "b", begin + length, length))
    assert taken is not None
    assert taken.fence == 2
    go_on.set()
    with pytest.raises(DatabaseUnavailable):
        await task
    assert await frozen.read(names) == []
    await frozen.close()


async def test_a_line_that_brings_no_answer_is_given_up(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "ANSWER_SECONDS", 0.3)
    database = await open_database(postgres_url, serves=True)
    with pytest.raises(DatabaseUnavailable):
        await database.read(lambda session: session.connection().exec_driver_sql("SELECT pg_sleep(60)").scalar())
    assert await database.read(names) == []
    await database.close()


async def test_a_database_that_does_not_exist_is_said_plainly(postgres_server: TemporaryPostgres) -> None:
    with pytest.raises(DatabaseUnavailable, match="does not exist"):
        await open_database(postgres_server.url("nowhere"))


async def test_a_lease_does_not_wait_behind_more_work_than_there_are_connections(database: Database) -> None:
    assert isinstance(database, postgres.PostgresDatabase)
    at_work, done = asyncio.Semaphore(0), asyncio.Event()

    def work(session: Session) -> None:
        session.connection()
        at_work.release()
        await_only(done.wait())

    working = [asyncio.ensure_future(database.write(work)) for _ in range(postgres.CONNECTIONS)]
    for _ in working:
        await at_work.acquire()
    waiting = asyncio.ensure_future(database.write(names))
    now = await database.lease_time()
    held = await database.write_first(
        lambda session: leases.acquire(session, "sender:1", "here", now, timedelta(seconds=10))
    )
    assert held is not None
    assert not waiting.done()
    done.set()
    await asyncio.gather(waiting, *working)
