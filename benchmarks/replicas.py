"""Two replicas on one PostgreSQL beside one: updates are pushed to both in turn."""

from __future__ import annotations

import os
from statistics import median

from benchmarks import databases, offices
from benchmarks.racing import PROCESSORS, Load, free_port, race

OFFICES, RUNS = 24, 4
GOAL = 1.5


def run(*, long: bool = False) -> bool:
    """Measure and print; return whether two do as much more as is promised."""
    rounds, steps = (5, 600) if long else (2, 200)
    per_second: dict[int, list[float]] = {1: [], 2: []}
    with databases.postgres(lambda session: offices.fill(session, OFFICES, RUNS)) as fresh:
        for _ in range(rounds):
            for count, found in per_second.items():
                found.append(_race(fresh(), count, steps))
    one, two = median(per_second[1]), median(per_second[2])
    print(f"\nReplicas on one PostgreSQL, webhook ({len(PROCESSORS)} processors for replicas, database and Bot API)")
    print(f"{'one / two: steps/s':<34}{one:>9.1f}{two:>9.1f}{two / one:>9.2f}")
    print(f"Load of the machine meanwhile: {os.getloadavg()[0]:.1f}")
    print(f"Goal: at least {GOAL} times. {'Met.' if two >= GOAL * one else 'NOT met.'}")
    return two >= GOAL * one


def _race(url: str, count: int, steps: int) -> float:
    ports = [free_port() for _ in range(count)]
    bots = [
        ["benchmarks.bots.pandu_bot", "--api", "{api}", "--database", url, "--webhook-port", str(port)]
        for port in ports
    ]
    hooks = [part for port in ports for part in ("--hook", f"http://127.0.0.1:{port}/telegram/{offices.BOT_ID}")]
    begin = OFFICES * RUNS + 40
    return race(bots, Load("phones", begin, begin + steps), extra=hooks, pinned=count == 1).per_second
