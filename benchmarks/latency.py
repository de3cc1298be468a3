"""From an official's tap to the next official's card, at 20 taps a second, with pacing off."""

from __future__ import annotations

from statistics import quantiles

from benchmarks import databases, offices
from benchmarks.racing import Load, race

OFFICES = 120
PER_SECOND = 20
GOALS = {50: 15.0, 99: 60.0}
"""Milliseconds by percentile."""


def run(*, long: bool = False) -> bool:
    """Measure and print; return whether the goals are met on both databases."""
    taps = 1200 if long else 300
    print(f"\nTap to the next official's card at {PER_SECOND} taps/s (ms, {taps} taps)")
    print(f"{'':<34}{'p50':>9}{'p90':>9}{'p99':>9}")
    met = True
    for name, database in databases.BOTH.items():
        with database(lambda session: offices.fill(session, OFFICES, 1)) as fresh:
            command = ["benchmarks.bots.pandu_bot", "--api", "{api}", "--database", fresh()]
            begin = OFFICES + 20
            found = race([command], Load("phones", begin, begin + taps), extra=["--rate", str(PER_SECOND)])
        cuts = quantiles(found.latencies, n=100)
        print(f"{name:<34}" + "".join(f"{cuts[at - 1] * 1e3:>9.1f}" for at in (50, 90, 99)))
        met &= all(cuts[at - 1] * 1e3 <= goal for at, goal in GOALS.items())
    print(f"Goal: p50 at most {GOALS[50]:.0f}, p99 at most {GOALS[99]:.0f}. {'Met.' if met else 'NOT met.'}")
    return met
