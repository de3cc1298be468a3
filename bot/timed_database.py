"""A database whose transactions are timed, as those who wait for them see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session

from bot.metrics import DATABASE_AWAY, DATABASE_SECONDS
from storage.database import Database, DatabaseUnavailable

T = TypeVar("T")


class TimedDatabase(Database):
    """Hands everything on to another database; see :class:`storage.database.Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, body: Callable[[Session], T]) -> T:
        """See :meth:`Database.write`."""
        with _timed("write"):
            return await self._database.write(body)

    async def write_first(self, body: Callable[[Session], T]) -> T:
        """See :meth:`Database.write_first`."""
        with _timed("write"):
            return await self._database.write_first(body)

    async def read(self, body: Callable[[Session], T]) -> T:
        """See :meth:`Database.read`."""
        with _timed("read"):
            return await self._database.read(body)

    async def lease_time(self) -> datetime:
        """See :meth:`Database.lease_time`."""
        return await self._database.lease_time()

    def announce(self, topic: str) -> None:
        """See :meth:`Database.announce`."""
        self._database.announce(topic)

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        """See :meth:`Database.listen`."""
        self._database.listen(topic, wake)

    async def close(self) -> None:
        """See :meth:`Database.close`."""
        await self._database.close()


@contextmanager
def _timed(kind: str) -> Iterator[None]:
    with DATABASE_SECONDS.labels(kind).time():
        try:
            yield
        except DatabaseUnavailable:
            DATABASE_AWAY.labels(kind).inc()
            raise
