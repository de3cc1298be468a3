"""What a finished run takes in PostgreSQL, table by table: one is played, then copied a thousand times.

So that half-empty pages do not count. Digests and what belongs to an office only once are not
among it: a digest is a row of the outbox, and as large as its others.
"""

from __future__ import annotations

import asyncio

import asyncpg
from sqlmodel import Session, col, select

from benchmarks import past
from benchmarks.soak.play import Soak
from benchmarks.soak.town import Size
from bot.logging import set_up_logging
from storage.database import migrate, open_database
from storage.tables import Run
from tests.postgres import TemporaryPostgres

COPIES = 1000
PATIENCE_SECONDS = 900.0
TABLES = ("run", "runstep", "task", "submission", "auditevent", "card", "outbox", "inbox")
SIZES = (
    "SELECT relname, n_live_tup, pg_table_size(relid), pg_indexes_size(relid) FROM pg_stat_user_tables "
    "WHERE relname = ANY($1) ORDER BY 3 DESC"
)


def run(*, long: bool) -> bool:  # noqa: ARG001 - there is but one form
    """Measure and print."""
    set_up_logging("WARNING")
    server = TemporaryPostgres(durable=True)
    try:
        rows = asyncio.run(_measure(server.url("postgres")))
    finally:
        server.stop()
    print(f"\nA finished run of 14 steps in PostgreSQL, of {COPIES + 1:,} such")
    print(f"{'table':<14}{'rows/run':>10}{'bytes/row':>11}{'of indexes':>12}{'kB/run':>9}")
    total = 0.0
    for name, count, table, indexes in rows:
        whole = table + indexes
        total += whole / (COPIES + 1) / 1e3
        size = whole / (COPIES + 1) / 1e3
        print(f"{name:<14}{count / (COPIES + 1):>10.1f}{whole / count:>11,.0f}{indexes / count:>12,.0f}{size:>9.1f}")
    print(f"{'together':<14}{total:>42.1f}")
    return True


async def _measure(url: str) -> list[asyncpg.Record]:
    await asyncio.to_thread(migrate, url)
    database = await open_database(url)
    try:
        soak = Soak(database, url, Size(offices=1, runs=1, bots=1))
        await soak.found()
        await soak.play(seconds=PATIENCE_SECONDS, on_sample=lambda _: None, until_finished=True)
        await database.write(_copy)
    finally:
        await database.close()
    connection = await asyncpg.connect(url)
    try:
        for name in TABLES:
            await connection.execute(f"VACUUM (FULL, ANALYZE) {name}")
        rows: list[asyncpg.Record] = await connection.fetch(SIZES, list(TABLES))
    finally:
        await connection.close()
    return rows


def _copy(session: Session) -> None:
    finished = session.exec(select(Run.id).where(col(Run.status) == "finished")).one()
    past.lengthen(session, finished or 0, COPIES)
