"""What is particular to SQLite: common commits, a full disk, other processes, query plans."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from storage import file_rows, inbox, outbox
from storage.database import DatabaseUnavailable, DiskFull
from storage.literals import is_status
from storage.sqlite import LOCK_ATTEMPTS, SqliteDatabase
from storage.tables import Bot, Card, Inbox, Outbox, Run, Task
from tests import sending
from tests.integration.storage.conftest import ANA, BOT, LEASE, NOW, OFFICE, fill


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(sqlite_url, busy_timeout_ms=50)
    yield opened
    await opened.close()


def path_of(url: str) -> str:
    return url.removeprefix("sqlite:///")


def add_bot(session: Session, number: int, size: int = 0) -> int:
    session.add(Bot(id=number, username="x" * size))
    return number


def bots(session: Session) -> list[int]:
    return list(session.exec(select(Bot.id).order_by(col(Bot.id))))


async def busy(database: SqliteDatabase) -> tuple[asyncio.Future[Any], threading.Event]:
    """Keep the writer busy until the event is set."""
    started, go = threading.Event(), threading.Event()

    def wait(_session: Session) -> None:
        started.set()
        assert go.wait(10)

    write = asyncio.ensure_future(database.write(wait))
    assert await asyncio.to_thread(started.wait, 10)
    return write, go


async def together(database: SqliteDatabase, *bodies: Callable[[Session], Any]) -> list[Any]:
    """Let the bodies wait behind another, so that they share a commit; return what came of each."""
    write, go = await busy(database)
    waiting = [asyncio.ensure_future(database.write(body)) for body in bodies]
    await asyncio.sleep(0)
    go.set()
    await write
    return await asyncio.gather(*waiting, return_exceptions=True)


def count(database: SqliteDatabase, name: str) -> list[Connection]:
    seen: list[Connection] = []
    event.listen(database._writing, name, seen.append)
    return seen


async def test_the_connection_is_as_safe_as_it_is_said_to_be(database: SqliteDatabase) -> None:
    def pragmas(session: Session) -> list[Any]:
        names = ("journal_mode", "synchronous", "foreign_keys", "query_only")
        return [session.connection().exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    full = 2
    assert await database.write(pragmas) == ["wal", full, 1, 0]
    assert await database.read(pragmas) == ["wal", full, 1, 1]


async def test_all_that_wait_share_one_commit(database: SqliteDatabase) -> None:
    commits = count(database, "commit")
    outcomes = await together(database, *(partial(add_bot, number=number) for number in range(1, 65)))
    assert outcomes == list(range(1, 65))
    assert len(commits) == 2  # the one they waited for, and theirs


async def test_no_more_than_64_share_a_commit(database: SqliteDatabase) -> None:
    commits = count(database, "commit")
    await together(database, *(partial(add_bot, number=number) for number in range(1, 151)))
    assert len(commits) == 1 + 3
    assert len(await database.read(bots)) == 150


async def test_success_is_told_only_after_the_commit(database: SqliteDatabase) -> None:
    finished: list[bool] = []

    @event.listens_for(database._writing, "commit")
    def _(connection: Connection) -> None:
        finished.append(write.done())

    write = asyncio.ensure_future(database.write(partial(add_bot, number=1)))
    await write
    assert finished == [False]


async def test_a_body_that_breaks_the_commit_takes_nobody_with_it(database: SqliteDatabase) -> None:
    """Here one ends the common transaction outright, as a full disk or an I/O error does."""
    runs: list[int] = []

    def counted(session: Session) -> None:
        runs.append(1)
        add_bot(session, 1)

    def end(session: Session) -> None:
        session.connection().exec_driver_sql("ROLLBACK")
        raise LookupError("after that")

    outcomes = await together(database, counted, end, partial(add_bot, number=3))
    assert isinstance(outcomes[1], LookupError)
    assert (outcomes[0], outcomes[2]) == (None, 3)
    assert len(runs) == 2
    assert await database.read(bots) == [1, 3]


async def test_a_body_that_hides_that_the_transaction_ended_is_found_out(database: SqliteDatabase) -> None:
    def end(session: Session) -> None:
        session.connection().exec_driver_sql("ROLLBACK")

    outcomes = await together(database, end, partial(add_bot, number=2))
    assert isinstance(outcomes[0], DBAPIError)
    assert outcomes[1] == 2
    assert await database.read(bots) == [2]


async def test_a_full_disk_is_told_and_survived(database: SqliteDatabase) -> None:
    pages = await database.read(lambda s: int(s.connection().exec_driver_sql("PRAGMA page_count").scalar_one()))
    room = [pages + 4]

    @event.listens_for(database._writing, "begin")
    def _(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={room[-1]}")

    outcomes = await together(
        database, partial(add_bot, number=1), partial(add_bot, number=2, size=100_000), partial(add_bot, number=3)
    )
    assert isinstance(outcomes[1], DiskFull)
    assert (outcomes[0], outcomes[2]) == (1, 3)
    with pytest.raises(DiskFull):
        await database.write(partial(add_bot, number=2, size=100_000))
    assert await database.read(bots) == [1, 3]
    room.append(pages + 1000)
    await database.write(partial(add_bot, number=2, size=100_000))
    assert await database.read(bots) == [1, 2, 3]


async def test_a_commit_that_fails_is_told_to_all_it_concerns(database: SqliteDatabase) -> None:
    failing = threading.Event()
    failing.set()

    @event.listens_for(database._writing, "commit")
    def _(_connection: Connection) -> None:
        if failing.is_set():
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error

    writes = [database.write(partial(add_bot, number=number)) for number in range(1, 4)]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * 3
    assert await database.read(bots) == []
    failing.clear()
    assert await database.write(partial(add_bot, number=1)) == 1


@pytest.fixture
async def patient(sqlite_url: str) -> AsyncIterator[SqliteDatabase]:
    """A database that waits for another process as long as the disk may take."""
    opened = SqliteDatabase(sqlite_url, busy_timeout_ms=10_000)
    yield opened
    await opened.close()


async def test_another_process_may_write_too(patient: SqliteDatabase, sqlite_url: str) -> None:
    database = patient
    other = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    write = asyncio.ensure_future(database.write(partial(add_bot, number=1)))
    attempts: list[Connection] = count(database, "rollback")
    await asyncio.sleep(0)
    other.execute("INSERT INTO bot (id, username) VALUES (7, 'x')")
    other.execute("COMMIT")
    other.close()
    assert await write == 1
    assert await database.read(bots) == [1, 7]
    assert len(attempts) <= 2


async def test_a_lock_that_is_never_given_back_is_told(database: SqliteDatabase, sqlite_url: str) -> None:
    other = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailable, match="locked"):
        await database.write(partial(add_bot, number=1))
    assert await database.read(bots) == []
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(partial(add_bot, number=1)) == 1


async def test_a_lock_that_is_never_given_back_is_told_to_all_at_once(
    database: SqliteDatabase, sqlite_url: str
) -> None:
    """Each would else wait for it alone, one after the other: the last of a full group for half an hour."""
    other = sqlite3.connect(path_of(sqlite_url), isolation_level=None)
    tried: list[str] = []
    event.listen(database._writing, "before_cursor_execute", lambda *about: tried.append(about[2]))
    other.execute("BEGIN IMMEDIATE")
    writes = [database.write(partial(add_bot, number=number)) for number in range(1, 21)]
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {DatabaseUnavailable}
    # The first may have been alone, the others were there by the time it had given up.
    assert 0 < len(tried) <= 2 * LOCK_ATTEMPTS
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(partial(add_bot, number=1)) == 1


async def test_a_cancelled_caller_that_still_waits_is_not_run(database: SqliteDatabase) -> None:
    first, go = await busy(database)
    second = asyncio.ensure_future(database.write(partial(add_bot, number=1)))
    third = asyncio.ensure_future(database.write(partial(add_bot, number=2)))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second  # a cancellation reaches the writer's queue a turn of the loop later
    go.set()
    await asyncio.gather(first, third)
    assert await database.read(bots) == [2]


async def test_a_file_that_is_no_database_is_said_plainly(tmp_path: Any) -> None:
    path = tmp_path / "pandu.db"
    path.write_bytes(b"this is a letter, not a database" * 40)
    with pytest.raises(DatabaseUnavailable, match="not a database"):
        await SqliteDatabase.open(f"sqlite:///{path}")


async def plans(database: SqliteDatabase, body: Callable[[Session], Any]) -> list[str]:
    """Return SQLite's plan of each statement that ``body`` runs on a queue or on cards."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            statements.append((statement, parameters))

    event.listen(database._writing, "before_cursor_execute", note)
    await database.write(body)
    event.remove(database._writing, "before_cursor_execute", note)

    def explain(session: Session) -> list[str]:
        connection = session.connection()
        return [
            f"{row[3]} <- {statement}"
            for statement, parameters in statements
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]

    found = await database.read(explain)
    assert found
    return found


def show_and_hold(session: Session) -> None:
    card = session.get_one(Card, 1)
    outbox.show_card(session, card, NOW)
    outbox.show_card(session, card, NOW)
    for item in sending.claim(session, BOT, NOW, NOW, LEASE, 5):
        outbox.postpone(session, item, NOW)
    outbox.recover(session, BOT, sending.hold(session, BOT, NOW, "another"), NOW)
    outbox.hold_chat(session, BOT, ANA, NOW)
    outbox.release_chat(session, BOT, ANA, NOW)
    outbox.list_dead(session, BOT)


def take_an_update(session: Session) -> None:
    inbox.store_updates(session, BOT, [(1, ANA, "{}")], NOW)
    inbox.void_leases(session, BOT)
    for item in inbox.claim(session, BOT, NOW, LEASE, 5):
        inbox.mark_failed(session, item, "x", NOW)
    inbox.list_parked(session, BOT)


def open_tasks(session: Session) -> None:
    session.exec(select(Task).where(Task.office_id == OFFICE, Task.status == "open")).all()
    session.exec(select(Run).where(Run.office_id == OFFICE, is_status(Run.status, "open"))).all()
    session.exec(select(Card).where(Card.task_id == 1, Card.official_id == 1, col(Card.live).is_(True))).all()


@pytest.mark.parametrize(
    "body",
    [show_and_hold, take_an_update, open_tasks, lambda s: file_rows.claim_files(s, NOW, NOW, timedelta(seconds=9), 5)],
    ids=["outbox", "inbox", "cards", "files"],
)
async def test_hot_queries_search_an_index(database: SqliteDatabase, body: Callable[[Session], Any]) -> None:
    await database.write(fill)
    found = await plans(database, body)
    # A scan of a partial index is over what is alive only; a constant row is no table.
    slow = [line for line in found if re.match("SCAN (?!CONSTANT)", line) and "ix_file_to_fetch" not in line]
    assert slow == []
    assert [
        line for line in found if line.startswith("SEARCH") and "INDEX" not in line and "PRIMARY KEY" not in line
    ] == []


async def test_a_queue_with_a_long_past_is_as_short_as_what_waits(database: SqliteDatabase) -> None:
    """The statistics of a full table must not tempt the planner away from the small indexes."""

    def past(session: Session) -> None:
        session.add_all(
            Outbox(bot_id=BOT, chat_id=ANA, kind="message", status="sent", created_at=NOW, due_at=NOW)
            for _ in range(500)
        )
        session.add_all(
            Inbox(bot_id=BOT, update_id=number, person=ANA, raw="{}", status="done", received_at=NOW)
            for number in range(1000, 1500)
        )

    await database.write(fill)
    await database.write(past)
    await database.write(lambda session: session.connection().exec_driver_sql("ANALYZE"))
    for body in (show_and_hold, take_an_update):
        found = await plans(database, body)
        assert [line for line in found if re.match("SCAN (?!CONSTANT)", line)] == []
