"""Transactions on both databases: nothing lost, nothing half done, faults told apart."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, timedelta
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from storage.database import Database, DatabaseUnavailable, open_database
from storage.locks import lock_run
from storage.plain import rows_of, run
from storage.tables import Bot, Chat, Run, RunStep
from tests.integration.storage.conftest import NOW, OFFICE


def add_bot(session: Session, number: int = 1, username: str = "pandu_bot") -> int:
    session.add(Bot(id=number, username=username))
    return number


def bots(session: Session) -> list[int]:
    return list(session.exec(select(Bot.id).order_by(col(Bot.id))))


async def test_what_a_body_returns_stays_readable(database: Database) -> None:
    def body(session: Session) -> Bot:
        bot = Bot(id=1, username="pandu_bot")
        session.add(bot)
        return bot

    assert (await database.write(body)).username == "pandu_bot"
    assert (await database.read(lambda session: session.get_one(Bot, 1))).username == "pandu_bot"


async def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    local = NOW.astimezone(tz=None).replace(microsecond=123456)
    await database.write(lambda session: session.add(Chat(bot_id=1, chat_id=2, changed_at=local)))
    stored = await database.read(lambda session: session.get_one(Chat, (1, 2)).changed_at)
    assert stored == local
    assert stored.tzinfo is UTC


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(Exception, match="without a zone"):
        await database.write(lambda session: session.add(Chat(bot_id=1, chat_id=2, changed_at=naive)))


async def test_references_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await database.write(lambda session: session.add(RunStep(run_id=99, number=1, office_id="nowhere")))


async def test_racing_read_modify_writes_lose_nothing(office: Database) -> None:
    def body(session: Session) -> None:
        run = lock_run(session, 1)
        run.number += 1

    await asyncio.gather(*(office.write(body) for _ in range(60)))
    assert await office.read(lambda session: session.get_one(Run, 1).number) == 61


async def test_a_lock_shows_the_row_as_it_is_now(office: Database) -> None:
    """Two last branches close together: whoever comes second must see the first one's step."""

    def close(session: Session, number: int) -> bool:
        session.get_one(Run, 1)  # seen before the lock, and stale by then
        run = lock_run(session, 1)
        session.add(RunStep(run_id=1, number=number, office_id=OFFICE, status="done"))
        session.flush()
        done = len(session.exec(select(RunStep).where(RunStep.status == "done")).all())
        run.title = f"{done} done"
        return done == 6

    opened = await asyncio.gather(*(office.write(partial(close, number=number)) for number in range(6)))
    assert sorted(opened) == [False] * 5 + [True]
    assert await office.read(lambda session: session.get_one(Run, 1).title) == "6 done"


async def test_a_failed_body_is_undone_alone(database: Database) -> None:
    def fail(session: Session) -> None:
        add_bot(session, 2)
        session.flush()
        raise LookupError("mine")

    outcomes = await asyncio.gather(
        database.write(partial(add_bot, number=1)),
        database.write(fail),
        database.write(partial(add_bot, number=3)),
        return_exceptions=True,
    )
    assert outcomes[0] == 1
    assert isinstance(outcomes[1], LookupError)
    assert outcomes[2] == 3
    assert await database.read(bots) == [1, 3]


async def test_what_fails_only_when_written_is_undone_alone(database: Database) -> None:
    outcomes = await asyncio.gather(
        *(database.write(partial(add_bot, number=number)) for number in (1, 2, 1, 3)), return_exceptions=True
    )
    assert [isinstance(outcome, IntegrityError) for outcome in outcomes].count(True) == 1
    assert await database.read(bots) == [1, 2, 3]


async def test_a_body_that_catches_its_own_conflict_goes_on(database: Database) -> None:
    await database.write(add_bot)

    def body(session: Session) -> None:
        nested = session.begin_nested()
        session.add(Bot(id=1, username="other"))
        with pytest.raises(IntegrityError):
            session.flush()
        nested.rollback()
        add_bot(session, 2)

    await database.write(body)
    assert await database.read(bots) == [1, 2]


async def test_a_body_that_reads_must_not_write(database: Database) -> None:
    with pytest.raises(RuntimeError, match="belongs in write"):
        await database.read(add_bot)

    def past_the_session(session: Session) -> None:
        session.connection().execute(rows_of(Bot).insert(), {"id": 1, "username": "a secret"})

    with pytest.raises(DatabaseUnavailable, match=r"(?i)read-?only") as raised:
        await database.read(past_the_session)
    assert "secret" not in str(raised.value), "what is logged quotes nothing that was to be written"
    assert await database.read(bots) == []


async def test_a_reading_body_that_changes_something_before_it_asks_is_told_its_mistake(database: Database) -> None:
    """It must not look like a database that is away, for which everybody waits and tries again."""

    def body(session: Session) -> None:
        add_bot(session)
        run(session, select(Bot.id))

    with pytest.raises(RuntimeError, match="belongs in write"):
        await database.read(body)


async def test_what_a_reading_body_raises_is_raised_as_it_is(database: Database) -> None:
    error = LookupError("mine")

    def body(_: Session) -> None:
        raise error

    with pytest.raises(LookupError) as raised:
        await database.read(body)
    assert raised.value is error
    assert error.__cause__ is None


async def test_reads_see_one_moment_while_others_write(database: Database) -> None:
    loop = asyncio.get_running_loop()
    seen: list[int] = []

    def body(session: Session) -> int:
        seen.append(len(bots(session)))
        if session.get_bind().dialect.name == "sqlite":
            asyncio.run_coroutine_threadsafe(database.write(add_bot), loop).result(10)
        else:
            from sqlalchemy.util import await_only

            await_only(database.write(add_bot))
        return len(bots(session))

    assert await database.read(body) == 0
    assert seen == [0]
    assert await database.read(bots) == [1]


async def test_a_caller_that_gives_up_harms_nobody(database: Database) -> None:
    writes = [asyncio.ensure_future(database.write(partial(add_bot, number=number))) for number in range(1, 9)]
    await asyncio.sleep(0)
    for write in writes[::2]:
        write.cancel()
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert [isinstance(outcome, asyncio.CancelledError) for outcome in outcomes] == [True, False] * 4
    assert set(await database.read(bots)) >= {2, 4, 6, 8}
    assert await database.write(partial(add_bot, number=100)) == 100


async def test_closing_finishes_what_was_asked_for(database_url: str) -> None:
    database = await open_database(database_url)
    writes = [asyncio.ensure_future(database.write(partial(add_bot, number=number))) for number in range(1, 31)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*writes) == list(range(1, 31))
    for late in (database.write(bots), database.read(bots)):
        with pytest.raises(DatabaseUnavailable):
            await late
    await database.close()
    again = await open_database(database_url)
    assert len(await again.read(bots)) == 30
    await again.close()


async def test_lease_time_only_goes_forward(database: Database) -> None:
    first = await database.lease_time()
    second = await database.lease_time()
    assert first.utcoffset() == timedelta(0)
    assert first <= second


@pytest.mark.parametrize("url", ["sqlite:///nowhere/pandu.db", "postgresql://postgres@127.0.0.1:1/pandu"])
async def test_a_database_that_is_not_there_is_said_plainly(url: str) -> None:
    with pytest.raises(DatabaseUnavailable):
        await open_database(url)


async def test_other_databases_are_refused() -> None:
    with pytest.raises(ValueError, match="not in mysql"):
        await open_database("mysql://host/name")


@pytest.fixture
def threads_before() -> set[threading.Thread]:
    return set(threading.enumerate())


async def test_closing_leaves_no_thread_behind(sqlite_url: str, threads_before: set[threading.Thread]) -> None:
    database = await open_database(sqlite_url)
    await database.write(add_bot)
    await database.close()
    left = {thread.name for thread in set(threading.enumerate()) - threads_before}
    assert not {name for name in left if name.startswith("sqlite")}
