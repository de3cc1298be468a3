"""What many bots cost while nobody does anything: their workers look again and again, on PostgreSQL.

No goal; it says how many bots one process and one server can have. A bot's worker for files
is not among them: it looks once a second more.
"""

from __future__ import annotations

import asyncio
import time

import asyncpg

from benchmarks.soak.play import Soak
from benchmarks.soak.town import Size
from bot.logging import set_up_logging
from storage.database import migrate, open_database
from tests.postgres import TemporaryPostgres

TRANSACTIONS = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
STATISTICS_SECONDS = 1.5
"""PostgreSQL's counts are up to a second behind."""


def run(*, long: bool) -> bool:
    """Measure and print."""
    set_up_logging("WARNING")
    print("\nBots that have nothing to do, in one process on PostgreSQL")
    print(f"{'bots':>6}{'transactions/s':>16}{'for each bot':>14}{'CPU of the process (%)':>24}")
    for bots in (1, 20, 60) if long else (1, 20):
        rate, busy = asyncio.run(_measure(bots, 60.0 if long else 10.0))
        print(f"{bots:>6}{rate:>16.0f}{rate / bots:>14.1f}{100 * busy:>24.0f}")
    return True


async def _measure(bots: int, seconds: float) -> tuple[float, float]:
    server = TemporaryPostgres(durable=True)
    try:
        url = server.url("postgres")
        await asyncio.to_thread(migrate, url)
        database = await open_database(url)
        soak = Soak(database, url, Size(offices=bots, runs=0, bots=bots))
        await soak.found()
        before, cpu, begun = await _transactions(url), time.process_time(), time.monotonic()
        await soak.rest(seconds)
        took, busy = time.monotonic() - begun, time.process_time() - cpu
        await asyncio.sleep(STATISTICS_SECONDS)
        count = await _transactions(url) - before
        await database.close()
    finally:
        server.stop()
    return count / took, busy / took


async def _transactions(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        count: int = await connection.fetchval(TRANSACTIONS)
    finally:
        await connection.close()
    return count
