"""What one process holds after many updates. The long form takes hours."""

from __future__ import annotations

from benchmarks import databases, offices
from benchmarks.racing import Load, race

GOAL = 200e6
GROWTH = 1.1
"""By how much it may have grown between the first tenth and the end."""


def run(*, long: bool = False) -> bool:
    """Measure and print; return whether it stays below the goal and does not grow."""
    steps = 1_000_000 if long else 1500
    number = steps // (offices.STEPS - 2) // 4 + 4
    with databases.sqlite(lambda session: offices.fill(session, number, 4)) as fresh:
        command = ["benchmarks.bots.pandu_bot", "--api", "{api}", "--database", fresh()]
        first = 4 * number
        found = race([command], Load("phones", first + steps // 10, first + steps), seconds=1e5 if long else 600.0)
    met = found.memory <= GOAL and found.memory <= GROWTH * found.memory_before
    print(f"\nMemory of one process after {steps:,} updates (MB)")
    print(f"{'after a tenth / at the end':<34}{found.memory_before / 1e6:>9.0f}{found.memory / 1e6:>9.0f}")
    print(f"Goal: at most {GOAL / 1e6:.0f}, not growing. {'Met.' if met else 'NOT met.'}")
    return met
