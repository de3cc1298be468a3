"""Dates that name day and month: the only ones that dateparser reads right.

It is told the language, the order and that nothing may be missing; a year that was not
said is settled before it is asked. From anything less it guesses.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from workflow.dates.meaning import NotUnderstood
from workflow.dates.normalising import MONTHS, any_of

NEAR_PAST = timedelta(days=31)
"""A letter's date without a year that lies so near in the past is that one."""
FAR = timedelta(days=183)
"""Further back than this, a date without a year means the next one."""
YEARS = range(1990, 2101)

_YEAR = r"(?P<year>\d{4}|\d{2})"
_NAMED = re.compile(rf"(?:tgl )?(?P<day>\d{{1,2}})[ /.-](?P<month>{any_of(MONTHS)})(?:[ /.-]{_YEAR})?")
_NUMERIC = re.compile(rf"(?:tgl )?(?P<day>\d{{1,2}}) ?(?P<mark>[/.-]) ?(?P<month>\d{{1,2}})(?: ?(?P=mark) ?{_YEAR})?")
_SPACED = re.compile(r"(?:tgl )?(?P<day>\d{1,2}) (?P<month>\d{1,2}) (?P<year>\d{4})")
_ISO = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")


def find(words: str, today: date, *, not_past: bool) -> tuple[date, ...]:
    """Return the dates that a phrase without clock can mean; none if it names no day of a month.

    Raises :class:`NotUnderstood`: ``no_such_day``, or ``past`` for a date of this year that
    only a year would tell from the next one's.
    """
    match = next((found for p in (_ISO, _NUMERIC, _NAMED, _SPACED) if (found := p.fullmatch(words))), None)
    if match is None:
        return ()
    day, month = int(match["day"]), _month(match["month"])
    if match["year"]:
        return (_read(day, month, int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)),)
    return _of_some_year(day, month, today, not_past=not_past, numeric=match.re is _NUMERIC)


def _of_some_year(day: int, month: int, today: date, *, not_past: bool, numeric: bool) -> tuple[date, ...]:
    this = _read(day, month, today.year)
    if this >= today:
        last = _or_none(day, month, today.year - 1)
        if not not_past and last is not None and today - last <= FAR and this - today > today - last:
            return (last, this)  # in January a letter of December
        return (this,)
    gone = today - this
    if not not_past and gone <= NEAR_PAST:
        return (this,)
    following = _or_none(day, month, today.year + 1)
    if gone > FAR:
        if following is None:
            raise NotUnderstood("no_such_day")
        return (following,)
    if not not_past:
        return (this, following) if following is not None else (this,)
    swapped = _or_none(month, day, today.year) if numeric else None
    if following is not None and swapped is not None and swapped >= today:
        return (following, swapped)  # '12/11', some days ago: next year's, or 11 December?
    raise NotUnderstood("past", datetime.combine(this, time(12)))


def _month(word: str) -> int:
    return int(word) if word.isdecimal() else MONTHS.index(word) + 1


def _or_none(day: int, month: int, year: int) -> date | None:
    try:
        return _read(day, month, year)
    except NotUnderstood:
        return None


def _read(day: int, month: int, year: int) -> date:
    if not 1 <= month <= 12 or year not in YEARS:
        raise NotUnderstood("no_such_day" if year in YEARS else "not_a_date")
    import dateparser  # dear to load, and not every process is told a date

    found = dateparser.parse(
        f"{day} {MONTHS[month - 1]} {year}",
        languages=["id"],
        settings={"DATE_ORDER": "DMY", "PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]},
    )
    if found is None or (found.day, found.month, found.year) != (day, month, year):
        raise NotUnderstood("no_such_day")
    return found.date()
