"""What of '/ingatkan besok jam 9 hubungi Trantib' is the time, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflow import dates
from workflow.calendar.working_time import WorkingTime

MOST_WORDS = 12
"""Words that a time has at most."""


@dataclass(frozen=True, slots=True)
class Said:
    """The words that name the time ('' if none do), and the rest."""

    when: str
    about: str


def split(words: str, now: datetime, calendar: WorkingTime) -> Said:
    """Tell the time from what it is about; the time stands first or last.

    The longest words that say a time are it, also if it cannot be taken: of 'Selasa 30
    November' on a Monday not just the Tuesday. A bare number is no time here: '5 surat'.
    """
    parts = words.split()
    if not parts:
        return Said("", "")
    if (whole := _named(words, now, calendar)) == "vague":
        return Said(words, "") if _nothing_else(parts, now, calendar) else _cut(parts, now, calendar)
    return Said(words, "") if whole == "time" else _cut(parts, now, calendar)


def _cut(parts: list[str], now: datetime, calendar: WorkingTime) -> Said:
    for count in range(min(len(parts) - 1, MOST_WORDS), 0, -1):
        first, last = " ".join(parts[:count]), " ".join(parts[-count:])
        if _named(first, now, calendar) == "time" and not first.isdecimal():
            return Said(first, " ".join(parts[count:]))
        if _named(last, now, calendar) == "time" and not last.isdecimal():
            return Said(last, " ".join(parts[:-count]))
    return Said("", " ".join(parts))


def _nothing_else(parts: list[str], now: datetime, calendar: WorkingTime) -> bool:
    """Say whether vague words hold no time at all: then they are what was meant as the time."""
    return not _cut(parts, now, calendar).when


def _named(words: str, now: datetime, calendar: WorkingTime) -> str:
    try:
        dates.understand(words, now=now, calendar=calendar)
    except dates.NotUnderstood as refused:
        if refused.reason == "vague":
            return "vague"
        return "time" if refused.reason in ("past", "no_such_day", "wrong_weekday") else ""
    return "time"
