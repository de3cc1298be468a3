"""The period a run is for: what is proposed, and when two spellings mean the same one."""

from __future__ import annotations

import re
from datetime import date

ROMAN = ("I", "II", "III", "IV")
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
