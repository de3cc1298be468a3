"""How Pandu talks to an SQLite file: settings of a connection, meaning of an error."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError, StatementError

from storage.errors import DatabaseUnavailable, DiskFull
from storage.savepoints import spell_out_savepoints

BUSY_TIMEOUT_MS = 10_000

# The primary result codes that blame the machine, not the statement.
_INFRASTRUCTURE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}


def file_of(url: str | URL) -> Path:
    """Return the database file an ``sqlite:///path`` URL names.

    :raises ValueError: it names none; a database in memory would be lost and is not shared.
    """
    name = make_url(url).database
    if not name or name == ":memory:" or name.startswith("file:"):
        raise ValueError("an SQLite URL must name a file: sqlite:///path")
    return Path(name)


def connect(
    url: str | URL,
    *,
    connections: int,
    read_only: bool = False,
    foreign_keys: bool = True,
    busy_timeout_ms: int = BUSY_TIMEOUT_MS,
) -> Engine:
    """Return an engine of at most ``connections`` connections, usable from any thread.

    Transactions that write begin IMMEDIATE: a lock that is asked for late can only fail.
    """
    engine = create_engine(
        make_url(url).set(drivername="sqlite+pysqlite"),
        pool_size=connections,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": busy_timeout_ms / 1000},
    )
    spell_out_savepoints(engine)
    pragmas = [
        f"busy_timeout={busy_timeout_ms}",
        "journal_mode=WAL",
        "synchronous=FULL",
        f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
        "temp_store=MEMORY",
        f"query_only={'ON' if read_only else 'OFF'}",
    ]

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # no BEGIN of the driver's own
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def in_transaction(connection: Connection) -> bool:
    """Say whether SQLite itself is in a transaction; some errors end it unasked."""
    driver: sqlite3.Connection | None = connection.connection.driver_connection
    return driver is not None and driver.in_transaction


def is_locked(error: BaseException) -> bool:
    """Say whether somebody else held the lock for too long."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def infrastructure_fault(error: BaseException) -> DatabaseUnavailable | None:
    """Return what to raise instead, where the machine is to blame for ``error``."""
    code = _code(error)
    if code == sqlite3.SQLITE_FULL:
        return DiskFull("no room left for the database")
    if code in _INFRASTRUCTURE:
        return DatabaseUnavailable(f"SQLite: {error.orig if isinstance(error, StatementError) else error}")
    return None


def fault_behind(error: BaseException) -> DatabaseUnavailable | None:
    """Return the fault that led to ``error``, such as the failing way back to a lost savepoint."""
    seen: BaseException | None = error
    while seen is not None:
        fault = infrastructure_fault(seen)
        if fault is not None:
            return fault
        seen = seen.__cause__ or seen.__context__
    return None


def _code(error: BaseException) -> int | None:
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None
