"""Two replicas on one PostgreSQL beside one: updates are pushed to both in turn.

With one bot one of the two sends everything; with two bots they share the sending.
"""

from __future__ import annotations

import os
from functools import partial
from statistics import median

from benchmarks import databases, offices
from benchmarks.racing import PROCESSORS, Load, free_port, race

OFFICES, RUNS = 24, 4
BOTS = (1, 2)
SETTLING = 200
"""So many more steps come before any is counted: bots move between processes first."""
GOAL = 1.5


def run(*, long: bool = False) -> bool:
    """Measure and print; return whether two do as much more as is promised."""
    rounds, steps = (5, 600) if long else (2, 200)
    print(f"\nReplicas on one PostgreSQL, webhook ({len(PROCESSORS)} processors for replicas, database and Bot API)")
    print(f"{'steps/s':<34}{'one':>9}{'two':>9}{'ratio':>9}")
    met = True
    for bots in BOTS:
        per_second: dict[int, list[float]] = {1: [], 2: []}
        with databases.postgres(partial(offices.fill, offices=OFFICES, runs=RUNS, bots=bots)) as fresh:
            for _ in range(rounds):
                for count, found in per_second.items():
                    found.append(_race(fresh(), count, bots, steps))
        one, two = median(per_second[1]), median(per_second[2])
        reached = two >= GOAL * one
        met &= reached
        verdict = "met" if reached else "NOT met"
        print(f"{'one bot' if bots == 1 else f'{bots} bots':<34}{one:>9.1f}{two:>9.1f}{two / one:>9.2f}  {verdict}")
    print(f"Load of the machine meanwhile: {os.getloadavg()[0]:.1f}")
    print(f"Goal: at least {GOAL} times.")
    return met


def _race(url: str, count: int, bots: int, steps: int) -> float:
    ports = [free_port() for _ in range(count)]
    replica = ["benchmarks.bots.pandu_bot", "--api", "{api}", "--database", url, "--bots", str(bots)]
    replicas = [[*replica, "--webhook-port", str(port)] for port in ports]
    hooks = [part for port in ports for part in ("--hook", f"http://127.0.0.1:{port}/telegram/{{bot}}")]
    begin = OFFICES * RUNS + SETTLING
    load = Load("phones", begin, begin + steps)
    return race(replicas, load, extra=[*hooks, "--bots", str(bots)], pinned=count == 1).per_second
