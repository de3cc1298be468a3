"""One transaction, whatever the database: a plain function that is given a session.

A body is ``def body(session: Session) -> T``. It may be run again (after a deadlock, or when
a neighbour in its group broke the commit), so it has no effects but on its session, and it
takes the time and anything random as arguments. It never commits; what it returns is
released only after the COMMIT.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.engine import make_url
from sqlmodel import Session

from storage.errors import DatabaseUnavailable, DiskFull

__all__ = ["Database", "DatabaseUnavailable", "DiskFull", "migrate", "open_database", "run_reading"]

T = TypeVar("T")


class Database(ABC):
    """An open database; safe to use from many tasks of one event loop at once."""

    @abstractmethod
    async def write(self, body: Callable[[Session], T]) -> T:
        """Run ``body`` as one transaction and return its result once it is durable.

        Whatever ``body`` raises undoes it and is raised here. Objects it returns stay
        readable, but belong to no session any more.

        :raises DatabaseUnavailable: an infrastructure fault; try again later.
        """

    async def write_first(self, body: Callable[[Session], T]) -> T:
        """Run ``body`` as :meth:`write` does, without waiting for a connection behind this process's other work.

        For leases: a process with more to do than its connections carry would lose by itself what it holds.
        """
        return await self.write(body)

    @abstractmethod
    async def read(self, body: Callable[[Session], T]) -> T:
        """Run ``body`` on one consistent, read-only view of what is committed.

        :raises DatabaseUnavailable: an infrastructure fault; try again later.
        """

    @abstractmethod
    async def lease_time(self) -> datetime:
        """Return the time that leases are counted in (UTC).

        It is never moved and is the same for all that share the database: PostgreSQL's
        clock, or, where only one process works, that process's monotonic clock.

        :raises DatabaseUnavailable: an infrastructure fault; try again later.
        """

    def announce(self, topic: str) -> None:  # noqa: B027 - one process alone has nobody to tell
        """Hint to the other processes at this database that there may be work of this kind; never waits.

        A hint may be lost or come for nothing: whoever listens also looks by itself. Where
        only one process works, nobody else needs it.
        """

    def listen(self, topic: str, wake: Callable[[], None]) -> None:  # noqa: B027 - nor anybody to hear
        """Have ``wake`` called on the event loop at each hint (see :meth:`announce`) until the database is closed."""

    @abstractmethod
    async def close(self) -> None:
        """Finish the transactions already begun or waiting, then let go of the database."""


def run_reading(session: Session, body: Callable[[Session], T]) -> T:
    """Run a body that must only read, in a :class:`storage.sessions.ReadingSession`.

    :raises RuntimeError: it changed rows; that would be lost.
    """
    with session.no_autoflush:
        result = body(session)
    session.flush()
    return result


async def open_database(url: str, *, serves: bool = False) -> Database:
    """Open a migrated database: ``sqlite:///path`` or ``postgresql://user@host/name``.

    Say that it ``serves`` where a process works beside others on PostgreSQL, for as long as
    anybody needs it: then what stands still for long is given up. The command line, which may
    read and reckon for long, does not.

    :raises ValueError: any other kind of URL.
    :raises DatabaseUnavailable: it cannot be reached.
    """
    # Imported here so that an office on SQLite does not load PostgreSQL's driver.
    match make_url(url).get_backend_name():
        case "sqlite":
            from storage.sqlite import SqliteDatabase

            return await SqliteDatabase.open(url)
        case "postgresql":
            from storage.postgres import PostgresDatabase

            return await PostgresDatabase.open(url, serves=serves)
        case other:
            raise ValueError(f"Pandu stores in SQLite or PostgreSQL, not in {other}")


def migrate(url: str) -> None:
    """Bring the database (made if it is an SQLite file that is not there) to the newest schema.

    Safe to call from several processes at once, and from within an event loop, which it
    blocks meanwhile.

    :raises ValueError: neither SQLite nor PostgreSQL.
    :raises DatabaseUnavailable: it cannot be reached.
    :raises NewerSchema: a newer version of Pandu has migrated it.
    """
    from storage.migrations.run import upgrade

    upgrade(url)
