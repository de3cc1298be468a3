"""The period a run is for: what is proposed, and when two spellings mean the same one."""

from __future__ import annotations

import calendar as gregorian
import re
from datetime import date, timedelta

from workflow.recurring import Every

ROMAN = ("I", "II", "III", "IV")
MONTH_NAMES = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
_MONTHS = {name.casefold(): number for number, name in enumerate(MONTH_NAMES, start=1)}
_DAY = timedelta(days=1)
MAX_LENGTH = 60
"""Characters of a period; it stands in the first line of every card."""


def suggestions(today: date) -> list[str]:
    """Return likely periods, the likeliest first: measurement follows the quarter's end.

    ``today`` is the office's local date. Quarterly measurement is normal practice under
    Perpres 29/2014; within a quarter's first month the quarter before is meant.
    """
    quarter = (today.month - 1) // 3
    current = (quarter, today.year)
    before = (quarter - 1, today.year) if quarter else (3, today.year - 1)
    order = [before, current] if today.month % 3 == 1 else [current, before]
    return [f"TW {ROMAN[q]} {year}" for q, year in order] + [f"Tahun {today.year}"]


def fold(period: str) -> str:
    """Return a period's key: ``Triwulan IV 2026``, ``TW 4 2026`` and ``tw iv 2026`` are one."""
    words = re.findall(r"\w+", period.casefold().replace("triwulan", "tw "))
    numerals = {roman.casefold(): str(n) for n, roman in enumerate(ROMAN, start=1)}
    return " ".join(numerals.get(word, word) for word in words)


def of_occurrence(every: Every | None, day: date) -> str:
    """Return the period that a scheduled run on ``day`` is for: the one that just ended, late in one that one.

    ``every`` is the length of the schedule's own period, ``None`` for a schedule of one day.
    """
    match every:
        case Every.MONTH:
            meant = day if day.day > gregorian.monthrange(day.year, day.month)[1] // 2 else day.replace(day=1) - _DAY
            return f"{MONTH_NAMES[meant.month - 1]} {meant.year}"
        case Every.YEAR:
            return f"Tahun {day.year if day.month > 6 else day.year - 1}"
        case Every.HALF:
            half, year = (day.month - 1) // 6, day.year
            if (day.month - 1) % 6 < 3:
                half, year = (0, year) if half else (1, year - 1)
            return f"Semester {ROMAN[half]} {year}"
        case Every.WEEK:
            monday = day - _DAY * day.weekday()
            return f"Pekan {monday.day} {MONTH_NAMES[monday.month - 1]} {monday.year}"
        case _:
            return suggestions(day)[0]


def ends_on(period: str) -> date | None:
    """Return the last day of a period as offices name them; ``None`` for one named in another way."""
    words = fold(period).split()
    if not words or not re.fullmatch(r"20\d\d", words[-1]):
        return None
    year, named = int(words[-1]), words[:-1]
    match named:
        case ["tw", "1" | "2" | "3" | "4" as quarter]:
            month = 3 * int(quarter)
        case ["semester", "1" | "2" as half]:
            month = 6 * int(half)
        case [] | ["tahun"]:
            month = 12
        case [name] if name in _MONTHS:
            month = _MONTHS[name]
        case _:
            return None
    return date(year, month, gregorian.monthrange(year, month)[1])
