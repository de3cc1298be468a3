"""SQLite: one writer thread that commits in groups, and a few readers beside it.

Many writers on one file starve each other, and a COMMIT that waits for the disk costs more
than the statements before it. So all bodies that wait go into one transaction, each in a
savepoint of its own: one that fails is undone alone, and nobody hears of success before the
common COMMIT.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.engine import Connection
from sqlmodel import Session

from storage import sqlite_connection
from storage.database import Database, run_reading
from storage.errors import DatabaseUnavailable
from storage.sessions import ReadingSession, WorkingSession

T = TypeVar("T")
log = logging.getLogger(__name__)

GROUP = 64
"""How many bodies share one COMMIT at most."""

READERS = 4
LOCK_ATTEMPTS = 3
"""How often a group waits out the busy timeout while another process holds the write lock."""


@dataclass(slots=True)
class _Job:
    body: Callable[[Session], Any]
    future: Future[Any] = field(default_factory=Future)


@dataclass(slots=True)
class _Outcome:
    result: Any = None
    error: BaseException | None = None
    ended_group: bool = False


class _GroupBroken(Exception):
    """The common transaction is gone: of these jobs ``culprit`` ended it, if any one did."""

    def __init__(self, cause: BaseException, culprit: _Job | None) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.culprit = culprit


class SqliteDatabase(Database):
    """An SQLite file. Other processes (the command line) may write to it too."""

    def __init__(self, url: str, *, busy_timeout_ms: int = sqlite_connection.BUSY_TIMEOUT_MS) -> None:
        self._writing = sqlite_connection.connect(url, connections=1, busy_timeout_ms=busy_timeout_ms)
        self._reading = sqlite_connection.connect(
            url, connections=READERS, read_only=True, busy_timeout_ms=busy_timeout_ms
        )
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._lease_origin = datetime.now(UTC) - timedelta(seconds=time.monotonic())
        self._writer = threading.Thread(target=self._write_groups, name="sqlite-writer", daemon=True)
        self._writer.start()

    @classmethod
    async def open(cls, url: str) -> SqliteDatabase:
        """Open the file and prove that it can be read.

        :raises DatabaseUnavailable: it is not there, or not an SQLite database.
        """
        path = sqlite_connection.file_of(url)
        if not await asyncio.to_thread(path.is_file):
            raise DatabaseUnavailable(f"there is no database at {path}")
        database = cls(url)
        try:
            await database.read(lambda session: session.connection().exec_driver_sql("PRAGMA schema_version").scalar())
        except BaseException:
            await database.close()
            raise
        return database

    async def write(self, body: Callable[[Session], T]) -> T:
        """See :meth:`Database.write`. A caller that is cancelled leaves the writer unharmed."""
        job = _Job(body)
        with self._closing:
            if self._closed:
                raise DatabaseUnavailable("the database is closed")
            self._jobs.put(job)
        result: T = await asyncio.wrap_future(job.future)
        return result

    async def read(self, body: Callable[[Session], T]) -> T:
        """See :meth:`Database.read`."""
        if self._closed:
            raise DatabaseUnavailable("the database is closed")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, body)

    async def lease_time(self) -> datetime:
        """See :meth:`Database.lease_time`."""
        return self._lease_origin + timedelta(seconds=time.monotonic())

    async def close(self) -> None:
        """See :meth:`Database.close`."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        await asyncio.to_thread(self._finish)

    def _finish(self) -> None:
        self._writer.join()
        self._readers.shutdown(wait=True)
        self._reading.dispose()
        self._writing.dispose()

    def _read(self, body: Callable[[Session], T]) -> T:
        try:
            with ReadingSession(self._reading, expire_on_commit=False) as session:
                return run_reading(session, body)
        except Exception as error:
            fault = sqlite_connection.infrastructure_fault(error)
            if fault is not None:
                raise fault from error
            raise

    def _write_groups(self) -> None:
        while True:
            group, last = self._next_group()
            # From here on a caller's cancelling changes nothing; before, its body never runs.
            group = [job for job in group if job.future.set_running_or_notify_cancel()]
            if group:
                self._run(group)
            if last:
                return

    def _next_group(self) -> tuple[list[_Job], bool]:
        group: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            group.append(job)
            if len(group) == GROUP:
                return group, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _run(self, group: list[_Job]) -> None:
        try:
            outcomes = self._commit(group)
        except _GroupBroken as broken:
            # Whoever holds the write lock is waited for once, not by each job alone after another.
            if len(group) == 1 or sqlite_connection.is_locked(broken.cause):
                for job in group:
                    _release(job, _Outcome(error=_fault(broken.cause)))
                return
            log.warning("a group of %d transactions broke and is run again one by one: %s", len(group), broken.cause)
            for job in group:
                if job is broken.culprit:
                    _release(job, _Outcome(error=_fault(broken.cause)))
                else:
                    self._run([job])
        else:
            for job, outcome in zip(group, outcomes, strict=True):
                _release(job, outcome)

    def _commit(self, group: list[_Job]) -> list[_Outcome]:
        for attempt in range(1, LOCK_ATTEMPTS + 1):
            try:
                return self._commit_once(group)
            except _GroupBroken as broken:
                if attempt == LOCK_ATTEMPTS or not sqlite_connection.is_locked(broken.cause):
                    raise
                log.warning("another process holds the database's write lock; attempt %d", attempt)
        raise AssertionError("unreachable")

    def _commit_once(self, group: list[_Job]) -> list[_Outcome]:
        culprit: _Job | None = None
        try:
            with self._writing.connect() as connection, connection.begin():
                outcomes = []
                for job in group:
                    outcome = _run_in_savepoint(connection, job)
                    if outcome.error is not None and outcome.ended_group:
                        culprit = job
                        # Nothing may follow: it would be committed statement by statement.
                        raise outcome.error  # noqa: TRY301 - on its way out it undoes the transaction
                    outcomes.append(outcome)
        except BaseException as error:
            raise _GroupBroken(error, culprit) from error
        return outcomes


def _run_in_savepoint(connection: Connection, job: _Job) -> _Outcome:
    """Run one body in a session and a savepoint of its own; its failure is an outcome."""
    with WorkingSession(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        try:
            result = job.body(session)
            session.commit()
        except BaseException as error:  # whatever it is, it belongs to the caller
            if sqlite_connection.in_transaction(connection):
                session.rollback()
                return _Outcome(error=error)
            # SQLite undid everything, the savepoint included. A new connection is a clean one.
            session.invalidate()
            return _Outcome(error=sqlite_connection.fault_behind(error) or error, ended_group=True)
    return _Outcome(result)


def _release(job: _Job, outcome: _Outcome) -> None:
    if outcome.error is None:
        job.future.set_result(outcome.result)
    else:
        job.future.set_exception(sqlite_connection.infrastructure_fault(outcome.error) or outcome.error)


def _fault(error: BaseException) -> BaseException:
    return sqlite_connection.infrastructure_fault(error) or error
