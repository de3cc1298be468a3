"""Days of the week: 'Senin depan', 'Selasa minggu depan'; and the weekday that stands beside a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from workflow.dates.normalising import WEEKDAYS, any_of, join

_NAME = re.compile(rf"\b(?:hari )?(?P<name>{any_of(WEEKDAYS)})\b")
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Named:
    """A phrase that names a weekday (0 is Monday), and what is left of it."""

    weekday: int
    rest: str


def named(words: str) -> Named | None:
    """Return the weekday that a phrase names, or ``None`` for none or several."""
    found = list(_NAME.finditer(words))
    if len(found) != 1:
        return None
    rest = join(words[: found[0].start()], words[found[0].end() :])
    return Named(WEEKDAYS.index(found[0]["name"]), rest)


def find(said: Named, today: date, *, not_past: bool) -> tuple[date, ...]:
    """Return the days that a weekday can mean, likeliest first; none if the rest says something else."""
    coming = today + timedelta(days=(said.weekday - today.weekday()) % 7)
    monday = today - timedelta(days=today.weekday())
    this_week = monday + timedelta(days=said.weekday)
    match said.rest:
        case "" | "nanti" if not not_past:
            return (coming, coming - _WEEK) if coming != today else (today,)
        case "" | "nanti":
            # On a Friday, 'Jumat' is today or in a week.
            return (coming,) if coming != today else (today, today + _WEEK)
        case "depan" if coming == today:
            return (today + _WEEK,)
        case "depan" if coming == this_week:
            # 'Kamis depan' on a Monday: most mean next week's, some the Thursday ahead.
            return this_week + _WEEK, this_week
        case "depan":
            return (coming,)
        case "ini" | "pekan ini":
            return (this_week,)
        case "pekan depan" | "pekan depan nanti":
            return (this_week + _WEEK,)
        case "lalu" | "kemarin":
            return (coming - _WEEK,)
        case "pekan lalu":
            return (this_week - _WEEK,)
        case _:
            return ()
