"""PostgreSQL: the same plain bodies, run on asyncpg connections of a pool."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar, cast

import asyncpg
from sqlalchemy import func
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session as AnySession
from sqlalchemy.pool import NullPool
from sqlmodel import Session, select

from storage.database import Database, run_reading
from storage.errors import DatabaseUnavailable, DiskFull
from storage.savepoints import spell_out_savepoints
from storage.sessions import ReadingSession, WorkingSession
from storage.wakeups import Wakeups

T = TypeVar("T")
log = logging.getLogger(__name__)

CONNECTIONS = 12
"""More at once would only make each transaction, and what it locks, take longer: one event loop serves them all."""
FIRST_CONNECTIONS = 4
"""Beside those: for the leases and their clock, which must not wait behind all else that a process does."""
CONNECT_SECONDS = 10
ANSWER_SECONDS = 60
"""No statement of a bot takes as long: a line that broke without a word is given up then."""
FROZEN_SECONDS = 10
"""A bot that stands still in the middle of a transaction loses it, and the locks others wait for, after so long."""

# deadlock, serialization, and two who inserted the same key at once: the loser of the race
# sees the winner's row when it runs again.
_LOST_RACE = {"40P01", "40001", "23505"}
RACE_ATTEMPTS = 10
RACE_PAUSE_SECONDS = 0.02
DUPLICATE_ATTEMPTS = 3
"""A duplicate key that is still there after so many runs is no race but a mistake."""

_DISK_FULL = "53100"
_READ_ONLY = "25006"  # the server became a standby
_NO_ENTRY = "55000"  # an operator closed the database to new connections for a while
_FROZEN = "25P03"  # the transaction stood still for too long
# connection, login, no such database, resources, operator, system, internal
_INFRASTRUCTURE_CLASSES = {"08", "28", "3D", "53", "57", "58", "XX"}
_CLOCK = select(func.clock_timestamp())


def async_url(url: str | URL) -> URL:
    """Return ``postgresql://...`` with the driver that Pandu uses named."""
    return make_url(url).set(drivername="postgresql+asyncpg")


class PostgresDatabase(Database):
    """A PostgreSQL database, shared with other replicas."""

    def __init__(self, url: str, *, serves: bool = False) -> None:
        limits: dict[str, Any] = {}
        if serves:
            limits["command_timeout"] = ANSWER_SECONDS
            limits["server_settings"] = {"idle_in_transaction_session_timeout": f"{FROZEN_SECONDS}s"}
        self._engine, self._first = (
            create_async_engine(
                async_url(url),
                pool_size=connections,
                max_overflow=0,
                pool_timeout=CONNECT_SECONDS,
                connect_args={"timeout": CONNECT_SECONDS, **limits},
            )
            for connections in (CONNECTIONS, FIRST_CONNECTIONS)
        )
        for engine in (self._engine, self._first):
            spell_out_savepoints(engine.sync_engine)
        # One snapshot for all statements of a body, as SQLite gives it.
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        # The clock is looked at before every claim, and needs no transaction.
        self._outside = self._first.execution_options(isolation_level="AUTOCOMMIT")
        self._wakeups = Wakeups(
            create_async_engine(async_url(url), poolclass=NullPool, connect_args={"timeout": CONNECT_SECONDS})
        )
        self._closed = False
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    async def open(cls, url: str, *, serves: bool = False) -> PostgresDatabase:
        """Open the pool and prove that the server answers; ``serves``: see :func:`open_database`.

        :raises DatabaseUnavailable: it does not.
        """
        database = cls(url, serves=serves)
        try:
            await database.lease_time()
        except BaseException:
            await database.close()
            raise
        return database

    async def write(self, body: Callable[[Session], T]) -> T:
        """See :meth:`Database.write`.

        Where the connection is lost the body is not run again: a COMMIT may have arrived.
        """
        return await self._write(self._engine, body)

    async def write_first(self, body: Callable[[Session], T]) -> T:
        """See :meth:`Database.write_first`."""
        return await self._write(self._first, body)

    async def _write(self, engine: AsyncEngine, body: Callable[[Session], T]) -> T:
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._transaction(engine, body)
            except Exception as error:
                fault = infrastructure_fault(error)
                if fault is not None:
                    raise fault from error
                state = _sqlstate(error)
                attempts = DUPLICATE_ATTEMPTS if state == "23505" else RACE_ATTEMPTS
                if state not in _LOST_RACE or attempt >= attempts:
                    raise
                log.info("transaction runs again after %s, attempt %d", state, attempt)
            # Those who lost together must not meet again at once.
            await asyncio.sleep(random.uniform(0, RACE_PAUSE_SECONDS * attempt))  # noqa: S311 - no secret

    async def read(self, body: Callable[[Session], T]) -> T:
        """See :meth:`Database.read`."""
        try:
            with self._underway():
                async with _session(self._reading, ReadingSession) as session:
                    return await session.run_sync(_plain(lambda session: run_reading(session, body)))
        except Exception as error:
            fault = infrastructure_fault(error)
            if fault is not None:
                raise fault from error
            raise

    async def lease_time(self) -> datetime:
        """See :meth:`Database.lease_time`."""
        try:
            with self._underway():
                async with self._outside.connect() as connection:
                    now: datetime = (await connection.execute(_CLOCK)).scalar_one()
                    return now
        except Exception as error:
            fault = infrastructure_fault(error)
            if fault is not None:
                raise fault from error
            raise

    def announce(self, topic: str) -> None:
        """See :meth:`Database.announce`."""
        self._wakeups.announce(topic)

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        """See :meth:`Database.listen`."""
        self._wakeups.listen(topic, wake)

    async def close(self) -> None:
        """See :meth:`Database.close`."""
        self._closed = True
        await self._wakeups.close()
        await self._idle.wait()
        for engine in (self._engine, self._first):
            await engine.dispose()

    async def _transaction(self, engine: AsyncEngine, body: Callable[[Session], T]) -> T:
        with self._underway():
            async with _session(engine, WorkingSession) as session:
                result = await session.run_sync(_plain(body))
                await session.commit()
                return result

    @contextmanager
    def _underway(self) -> Iterator[None]:
        """Count a transaction in, so that closing waits for it."""
        if self._closed:
            raise DatabaseUnavailable("the database is closed")
        self._open += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()


def _session(engine: AsyncEngine, kind: type[Session]) -> AsyncSession:
    return AsyncSession(engine, sync_session_class=kind, expire_on_commit=False)


def _plain(body: Callable[[Session], T]) -> Callable[[AnySession], T]:
    """Tell the type checker that the sessions made above are SQLModel's."""
    return cast("Callable[[AnySession], T]", body)


def infrastructure_fault(error: BaseException) -> DatabaseUnavailable | None:
    """Return what to raise instead, where the server or the way to it is to blame."""
    if isinstance(error, PoolTimeout | OSError | asyncpg.InterfaceError):
        return DatabaseUnavailable(f"PostgreSQL cannot be reached: {error}")
    state = _sqlstate(error)
    if state == _DISK_FULL:
        return DiskFull("no room left for the database")
    if state in (_READ_ONLY, _NO_ENTRY, _FROZEN) or state[:2] in _INFRASTRUCTURE_CLASSES:
        # Not the error as SQLAlchemy words it: that quotes what was to be written, and this one is logged.
        return DatabaseUnavailable(f"PostgreSQL: {error.orig if isinstance(error, DBAPIError) else error}")
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return DatabaseUnavailable("the connection to PostgreSQL was lost")
    return None


def _sqlstate(error: BaseException) -> str:
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlstate", None) or ""
