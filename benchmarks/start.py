"""From the start of the process until it asks for updates, with 100,000 open tasks."""

from __future__ import annotations

from statistics import median

from sqlmodel import Session

from benchmarks import databases, offices, past
from benchmarks.racing import seconds_to_ready

OPEN_TASKS = 100_000
GOAL = 3.0


def run(*, long: bool = False) -> bool:
    """Measure and print; return whether the goal is met on both databases."""
    rounds = 7 if long else 3
    met = True
    print(f"\nStart until ready, {OPEN_TASKS:,} open tasks (s, median of {rounds})")
    for name, database in databases.BOTH.items():
        with database(_fill) as fresh:
            command = ["benchmarks.bots.pandu_bot", "--api", "{api}", "--database", fresh()]
            seconds = median(seconds_to_ready(command) for _ in range(rounds))
        print(f"{name:<34}{seconds:>9.2f}")
        met &= seconds <= GOAL
    print(f"Goal: at most {GOAL:.0f}. {'Met.' if met else 'NOT met.'}")
    return met


def _fill(session: Session) -> None:
    offices.fill(session, 10, 10)
    past.multiply_open(session, OPEN_TASKS // 100 - 1)
