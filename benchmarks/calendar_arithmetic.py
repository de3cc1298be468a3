"""Counting in working time, ten days ahead and ten years ahead."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from benchmarks.measuring import compare, heading, timed
from workflow.calendar.settings import CalendarSettings
from workflow.calendar.working_time import WorkingTime

START = datetime(2027, 1, 4, 2, 15, tzinfo=UTC)
EVENING = START + timedelta(hours=10)
NEAR_DAYS, FAR_DAYS = 10, 3650
FAR = START + timedelta(days=FAR_DAYS)
MINUTES_A_DAY = 310
"""Working minutes per day of the year, about: 450 on some 250 of 365."""
TURNS, STEPS = 201, 200


async def run() -> bool:
    """Measure and print; there is no promise in numbers, so it is kept."""
    zone = ZoneInfo("Asia/Jakarta")
    begun = time.perf_counter()
    calendar = WorkingTime(zone, CalendarSettings())
    calendar.minutes_between(START, FAR)
    first = time.perf_counter() - begun
    print(heading("Calendar arithmetic", "10 days", "10 years"))
    for name, work in (
        ("minutes_between", lambda days: calendar.minutes_between(START, START + timedelta(days=days))),
        ("add_minutes", lambda days: calendar.add_minutes(START, days * MINUTES_A_DAY)),
        ("add_days", lambda days: calendar.add_days(START, days * 2 // 3)),
        ("next_open, from an evening", lambda days: calendar.next_open(EVENING + timedelta(days=days))),
    ):
        compared = await compare(_measured(work, NEAR_DAYS), _measured(work, FAR_DAYS), turns=TURNS, steps=STEPS)
        print(compared.line(name))
    print(f"The first question of all, reading the holidays of {FAR.year - START.year + 1} years: {first * 1e3:.0f} ms")
    return True


def _measured(work: Callable[[int], object], days: int) -> Callable[[int], Awaitable[float]]:
    async def measure(steps: int) -> float:
        return timed(lambda: work(days), steps)

    return measure
