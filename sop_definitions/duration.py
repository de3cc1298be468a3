"""Standard durations (waktu) as the SOPs print them: '60 Menit', '1-3 Hari', '1 minggu'.

A duration is only read here, not counted: how long a 'hari' is depends on an office's
working hours and is no concern of the language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class DurationUnit(StrEnum):
    """Unit of a standard duration, always working time."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of working time; ``amount_low`` equals ``amount_high`` unless a range is printed."""

    amount_low: int
    amount_high: int
    unit: DurationUnit


_WORDS = {
    "menit": DurationUnit.MINUTES,
    "jam": DurationUnit.HOURS,
    "hari": DurationUnit.DAYS,
    "hari kerja": DurationUnit.DAYS,
    "minggu": DurationUnit.WEEKS,
    "bulan": DurationUnit.MONTHS,
}
_PRINTED = re.compile(
    r"([0-9]{1,4})(?:\s*(?:-|–|s/d|sampai)\s*([0-9]{1,4}))?(?:\s*(menit|jam|hari kerja|hari|minggu|bulan))?",
    re.IGNORECASE,
)


def parse_duration(text: str, unit: Literal["minutes"] | None = None) -> Duration:
    """Read a printed duration; ``unit`` is what a bare number means (the column's heading).

    Raises :class:`ValueError` if the text is no duration, if a bare number has no unit, or
    if both the text and ``unit`` name one.
    """
    match = _PRINTED.fullmatch(" ".join(text.split()))
    if match is None:
        raise ValueError("not a duration")
    low, high, word = match.groups()
    if (word is None) == (unit is None):
        raise ValueError("a bare number needs a unit" if word is None else "the unit is given twice")
    first, last = int(low), int(high or low)
    if not 0 < first <= last:
        raise ValueError("not a positive span")
    return Duration(first, last, _WORDS[word.lower()] if word else DurationUnit.MINUTES)
