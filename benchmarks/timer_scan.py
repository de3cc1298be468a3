"""The timer worker's scan with 1,000 and with 1,000,000 pending timers, on both databases.

The worker asks which timers of its bot's offices are due; the lookout asks every second whose
are. Both must cost the same however many wait, and however many of them are another bot's: the
promise is at most 1.2 times as much.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import insert, text
from sqlmodel import Session

from benchmarks.measuring import Compared, compare, heading, timed
from storage import timers
from storage.database import Database, migrate, open_database
from storage.due_work import due_work
from storage.tables import Office, Timer
from tests.postgres import TemporaryPostgres

SMALL, LARGE = 1_000, 1_000_000
GOAL = 1.2
BOTS, OFFICES = 2, 200
DUE = 20
"""Timers of each bot that are due at the time of the scan, in both: the work after it is the same."""
LIMIT = 50
TURNS, STEPS = 401, 20
NOW = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
_CHUNK = 10_000


async def run() -> bool:
    """Fill, measure and print; return whether the promise is kept on both databases."""
    kept = True
    print(heading(f"Timer scan ({DUE} due; the rest pending for a quarter)", f"{SMALL:,}", f"{LARGE:,}"))
    with tempfile.TemporaryDirectory() as folder:
        files = [f"sqlite:///{Path(folder) / name}.db" for name in ("small", "large")]
        kept &= await _measure("SQLite", *files)
    with _postgres() as server:
        for name in ("small", "large"):
            async with _connected(server.url("postgres")) as connection:
                await connection.execute(f"CREATE DATABASE {name}")
        kept &= await _measure("PostgreSQL", server.url("small"), server.url("large"))
    print(f"Goal: at most {GOAL} times. {'Met.' if kept else 'NOT met.'}")
    return kept


async def _measure(kind: str, small_url: str, large_url: str) -> bool:
    small, large = await _filled(small_url, SMALL), await _filled(large_url, LARGE)
    try:
        found: list[tuple[str, Compared]] = []
        for name, scan in (("due_ids", _due), ("due_ids, nothing due", _nothing_due), ("look for all bots", _look)):
            found.append((name, await compare(_in(small, scan), _in(large, scan), turns=TURNS, steps=STEPS)))
    finally:
        await small.close()
        await large.close()
    for name, compared in found:
        print(compared.line(f"{kind}: {name}"))
    return all(compared.ratio <= GOAL for _, compared in found)


def _due(session: Session) -> object:
    due = timers.due_ids(session, 1, NOW, LIMIT)
    if len(due) != DUE:
        raise AssertionError(f"{len(due)} timers are due, not {DUE}")
    return due


def _nothing_due(session: Session) -> object:
    return timers.due_ids(session, 1, NOW - timedelta(days=1), LIMIT)


def _look(session: Session) -> object:
    return due_work(session, range(1, BOTS + 1), NOW - timedelta(days=1), NOW)


def _in(database: Database, scan: Callable[[Session], object]) -> Callable[[int], Awaitable[float]]:
    """Return a measurement of the scan alone, inside one reading transaction."""

    async def measure(steps: int) -> float:
        return await database.read(lambda session: timed(lambda: scan(session), steps))

    return measure


async def _filled(url: str, amount: int) -> Database:
    await asyncio.to_thread(migrate, url)
    database = await open_database(url)
    await database.write(_found)
    chunks = (range(begin, min(begin + _CHUNK, amount)) for begin in range(0, amount, _CHUNK))
    if url.startswith("sqlite"):
        for chunk in chunks:
            rows = [_row(number, amount) for number in chunk]
            await database.write(partial(_insert, rows=rows))
        await database.write(lambda session: session.execute(text("ANALYZE")) and None)
        return database
    async with _connected(url) as connection:
        for chunk in chunks:
            rows = [{**_row(number, amount), "data": "{}"} for number in chunk]
            records = [tuple(row.values()) for row in rows]
            await connection.copy_records_to_table(Timer.__tablename__, columns=list(rows[0]), records=records)
        await connection.execute("VACUUM ANALYZE")  # as autovacuum does, which the tests' server has off
    return database


def _found(session: Session) -> None:
    for number in range(OFFICES):
        session.add(Office(id=f"o{number}", name="O", regency="R", timezone="Asia/Jakarta", bot_id=1 + number % BOTS))


def _insert(session: Session, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(Timer), rows)


def _row(number: int, amount: int) -> dict[str, Any]:
    # Due ones lie in the last hour; the others are spread evenly over the coming 90 days.
    ahead = timedelta(minutes=-1 - number) if number < DUE * BOTS else timedelta(days=90) * number / amount
    return {
        "office_id": f"o{number % OFFICES}", "kind": "nudge", "key": f"nudge:{number}:1:deadline",
        "fire_at": NOW + ahead, "activation": 1, "data": {},
    }  # fmt: skip


@contextmanager
def _postgres() -> Iterator[TemporaryPostgres]:
    server = TemporaryPostgres()
    try:
        yield server
    finally:
        server.stop()


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
