"""Databases to measure on: filled once, then copied afresh for each race.

Both keep what they have committed when the power fails: ``synchronous=FULL``, ``fsync=on``.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from sqlmodel import Session

from benchmarks.racing import OTHERS
from storage.database import migrate, open_database
from tests.postgres import TemporaryPostgres

Fill = Callable[[Session], None]
Fresh = Callable[[], str]
"""Makes a new copy of the filled database and returns its URL."""


@contextmanager
def sqlite(fill: Fill) -> Iterator[Fresh]:
    """Fill an SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        _fill(f"sqlite:///{folder}/filled.db", fill)
        copies = 0

        def fresh() -> str:
            nonlocal copies
            copies += 1
            path = Path(folder) / f"{copies}.db"
            shutil.copyfile(Path(folder) / "filled.db", path)
            return f"sqlite:///{path}"

        yield fresh


@contextmanager
def postgres(fill: Fill) -> Iterator[Fresh]:
    """Start a PostgreSQL server beside the fake Bot API's processor, and fill a database there."""
    server = _server()
    try:
        asyncio.run(_command(server, "CREATE DATABASE filled"))
        _fill(server.url("filled"), fill)
        copies = 0

        def fresh() -> str:
            nonlocal copies
            copies += 1
            asyncio.run(_command(server, f"CREATE DATABASE copy{copies} TEMPLATE filled"))
            return server.url(f"copy{copies}")

        yield fresh
    finally:
        server.stop()


BOTH = {"SQLite": sqlite, "PostgreSQL": postgres}


def _server() -> TemporaryPostgres:
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, OTHERS)
    try:
        server = TemporaryPostgres(durable=True)
    finally:
        os.sched_setaffinity(0, own)
    for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
        asyncio.run(_command(server, f"ALTER SYSTEM SET {name} = on"))
    asyncio.run(_command(server, "SELECT pg_reload_conf()"))
    return server


def _fill(url: str, fill: Fill) -> None:
    async def filling() -> None:
        database = await open_database(url)
        await database.write(fill)
        await database.close()

    migrate(url)
    asyncio.run(filling())


async def _command(server: TemporaryPostgres, words: str) -> None:
    await command(server.url("postgres"), words)


async def command(url: str, words: str) -> None:
    """Run one command that PostgreSQL allows in no transaction."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(words)
    finally:
        await connection.close()
