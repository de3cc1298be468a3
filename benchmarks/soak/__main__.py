"""``make soak``: a quarter of many offices at the fastest pace, and what it took.

``--long`` is 1,000 offices, 20,000 officials and 5,000 runs; without it, ten offices, 200 officials
and 30 runs. With ``--database`` (an empty PostgreSQL of one's own) a soak that ran out of minutes
goes on where it stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import asyncpg

from benchmarks.soak.play import Soak
from benchmarks.soak.samples import append, draw
from benchmarks.soak.town import Size
from bot.logging import set_up_logging
from storage.database import migrate, open_database
from tests.postgres import TemporaryPostgres

SHORT, LONG = Size(offices=10, runs=30, bots=2), Size(offices=1000, runs=5000, bots=20)
FOLDER = Path("artifacts/soak")
TABLES = (
    "SELECT relname, n_live_tup, pg_total_relation_size(relid) FROM pg_stat_user_tables "
    "WHERE n_live_tup > 0 ORDER BY 3 DESC"
)


async def soak(url: str, size: Size, minutes: float) -> bool:
    """Play and print; return whether everything that was begun was finished."""
    await asyncio.to_thread(migrate, url)
    database, asking = await open_database(url), await open_database(url)
    try:
        played = Soak(database, url, size, asking=asking)
        await played.found()
        print(f"{size.offices:,} offices, {size.officials:,} officials, {size.runs:,} runs, {size.bots} bots")
        over = await played.play(seconds=minutes * 60, on_sample=lambda sample: append(FOLDER / "soak.csv", sample))
    finally:
        await database.close()
        await asking.close()
    draw(played.samples, FOLDER / "soak.svg")
    await _tell(played, url, over=over)
    return over and played.samples[-1].finished_runs == size.runs and not played.deadlocks


async def _tell(played: Soak, url: str, *, over: bool) -> None:
    last, samples = played.samples[-1], played.samples
    sent = last.messages
    edits = sum(phones.edits for phones in played.phones)
    print(f"{'The quarter is over' if over else 'Stopped'} at {last.business_time} after {last.seconds:.0f} s")
    print(f"{last.finished_runs:,} runs finished, {last.updates:,} taps, {sent:,} messages, {edits:,} edits")
    calls = max(1, sent + edits)
    print(f"CPU of the process: {played.busy_seconds:.0f} s, {played.busy_seconds / calls * 1e3:.1f} ms for each call")
    print(f"Memory: {samples[0].memory_mb:.0f} MB at first, {max(s.memory_mb for s in samples):.0f} MB at most")
    print(f"Oldest that waited: {max(s.waiting_seconds for s in samples):.1f} s (of real time)")
    waits = [sample.lock_waits for sample in samples]
    average = sum(waits) / len(waits)
    print(f"Waiting for a lock: {average:.2f} on average, {max(waits)} at most; {played.deadlocks} deadlocks")
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("ANALYZE")
        rows = await connection.fetch(TABLES)
    finally:
        await connection.close()
    runs = max(1, last.finished_runs)
    print(f"{'table':<16}{'rows':>10}{'kB, indexes too':>17}{'bytes/row':>11}{'rows/run':>10}{'kB/run':>8}")
    for name, count, size in rows:
        sizes = f"{size / 1e3:>17,.0f}{size / count:>11,.0f}{count / runs:>10.1f}{size / runs / 1e3:>8.1f}"
        print(f"{name:<16}{count:>10,}{sizes}")
    print(f"Kept in {FOLDER}/: soak.csv, soak.svg")


def main() -> int:
    """Return 0 if the quarter was played to its end and everything was finished, without a deadlock."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--long", action="store_true", help="1,000 offices, 20,000 officials, 5,000 runs")
    parser.add_argument("--offices", type=int)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--bots", type=int)
    parser.add_argument("--minutes", type=float, help="Stop after so many (30, in the long form 480)")
    parser.add_argument("--database", help="postgresql://user@host/name, kept")
    chosen = parser.parse_args()
    set_up_logging("WARNING")
    usual = LONG if chosen.long else SHORT
    size = Size(chosen.offices or usual.offices, chosen.runs or usual.runs, chosen.bots or usual.bots)
    minutes = chosen.minutes or (480 if chosen.long else 30)
    FOLDER.mkdir(parents=True, exist_ok=True)
    if chosen.database:
        return 0 if asyncio.run(soak(chosen.database, size, minutes)) else 1
    (FOLDER / "soak.csv").unlink(missing_ok=True)
    server = TemporaryPostgres(durable=True)
    try:
        asyncio.run(_autovacuum(server))
        return 0 if asyncio.run(soak(server.url("postgres"), size, minutes)) else 1
    finally:
        server.stop()


async def _autovacuum(server: TemporaryPostgres) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        for words in ("ALTER SYSTEM SET autovacuum = on", "SELECT pg_reload_conf()"):
            await connection.execute(words)
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main())
