"""Days found by where they lie in a week, month, quarter or year: 'akhir triwulan', 'tgl 10 bulan depan'."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from workflow.calendar.working_time import WorkingTime
from workflow.dates.meaning import NotUnderstood
from workflow.dates.normalising import MONTHS, any_of

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_MONTH = any_of(MONTHS)
_WHICH = r"(?: (?P<which>ini|depan))?"
_EDGE = r"(?P<edge>awal|pertengahan|akhir)"
_OF_WEEK = re.compile(rf"{_EDGE} pekan{_WHICH}")
_OF_PERIOD = re.compile(rf"{_EDGE} (?P<period>bulan|triwulan|semester|tahun){_WHICH}")
_OF_MONTH = re.compile(rf"{_EDGE} (?:bulan )?(?P<month>{_MONTH})(?: (?P<year>\d{{4}}))?")
_OF_QUARTER = re.compile(rf"{_EDGE} triwulan (?P<quarter>{any_of(_ROMAN)})(?: (?P<year>\d{{4}}))?")
_OF_YEAR = re.compile(rf"{_EDGE} (?:tahun )?(?P<year>\d{{4}})")
_DAY = re.compile(rf"tgl (?P<day>\d{{1,2}})(?: bulan(?P<which> ini| depan| (?:{_MONTH})(?: \d{{4}})?))?")
_WORKING = re.compile(r"hari kerja (?P<nth>pertama|terakhir)(?: bulan(?: (?P<which>ini|depan))?)?")
_MONTHS = {"bulan": 1, "triwulan": 3, "semester": 6, "tahun": 12}


def find(words: str, today: date, calendar: WorkingTime, *, not_past: bool) -> tuple[date, ...]:
    """Return the dates that a phrase can mean; none if it is no such phrase.

    Raises :class:`NotUnderstood` (``no_such_day``) for a day that the month has not.
    """
    if match := _DAY.fullmatch(words):
        return _day_of_month(match, today, not_past=not_past)
    if match := _OF_WEEK.fullmatch(words):
        return _of_week(match["edge"], match["which"], today)
    if match := _OF_PERIOD.fullmatch(words):
        return _of_period(match["edge"], _MONTHS[match["period"]], match["which"], today)
    if match := _OF_QUARTER.fullmatch(words):
        return _of_year(match["edge"], 3 * _ROMAN[match["quarter"]] - 2, 3, match["year"], today)
    if match := _OF_MONTH.fullmatch(words):
        return _of_year(match["edge"], MONTHS.index(match["month"]) + 1, 1, match["year"], today)
    if match := _OF_YEAR.fullmatch(words):
        return (_edge(match["edge"], int(match["year"]), 1, 12),)
    if match := _WORKING.fullmatch(words):
        return _working_day(match["nth"], match["which"], today, calendar)
    return ()


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or that month's last day if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day_of_month(match: re.Match[str], today: date, *, not_past: bool) -> tuple[date, ...]:
    day, which = int(match["day"]), (match["which"] or "").strip()
    first = today.replace(day=1)
    if which in ("ini", "depan"):
        return (_on(add_months(first, which == "depan"), day),)
    if which:
        month, _, year = which.partition(" ")
        number = MONTHS.index(month) + 1
        if year:
            return (_on(date(int(year), number, 1), day),)
        found = _on(date(today.year, number, 1), day)
        return (found,) if found >= today else (_on(date(today.year + 1, number, 1), day),)
    if day == today.day:
        return today, _on(add_months(first, 1), day)
    if not_past:
        return (_on(first if day > today.day else add_months(first, 1), day),)
    near = (first, add_months(first, -1)) if day < today.day else (add_months(first, -1), first)
    later = add_months(first, 1) if day < today.day else None
    both = [_on(near[0], day), _on(later or near[1], day)]
    return tuple(sorted(both))


def _on(first: date, day: int) -> date:
    if not 1 <= day <= monthrange(first.year, first.month)[1]:
        raise NotUnderstood("no_such_day")
    return first.replace(day=day)


def _of_week(edge: str, which: str | None, today: date) -> tuple[date, ...]:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=which == "depan")
    match edge:
        case "awal":
            return (monday,)
        case "pertengahan":
            return (monday + timedelta(days=2),)
        case _:
            return monday + timedelta(days=4), monday + timedelta(days=5)


def _of_period(edge: str, months: int, which: str | None, today: date) -> tuple[date, ...]:
    first = date(today.year, (today.month - 1) // months * months + 1, 1)
    if which == "depan":
        first = add_months(first, months)
    found = _edge(edge, first.year, first.month, months)
    if which is None and found < today:
        # 'awal bulan' on the 20th is the next month's.
        following = add_months(first, months)
        found = _edge(edge, following.year, following.month, months)
    return (found,)


def _of_year(edge: str, month: int, months: int, year: str | None, today: date) -> tuple[date, ...]:
    if year is not None:
        return (_edge(edge, int(year), month, months),)
    found = _edge(edge, today.year, month, months)
    return (found if found >= today else _edge(edge, today.year + 1, month, months),)


def _edge(edge: str, year: int, month: int, months: int) -> date:
    first = date(year, month, 1)
    match edge:
        case "awal":
            return first
        case "akhir":
            return add_months(first, months) - timedelta(days=1)
        case _:
            middle = add_months(first, months // 2)
            return middle.replace(day=15) if months % 2 else middle


def _working_day(nth: str, which: str | None, today: date, calendar: WorkingTime) -> tuple[date, ...]:
    first = today.replace(day=1)

    def of_month(start: date) -> date:
        before = start - timedelta(days=1) if nth == "pertama" else add_months(start, 1) - timedelta(days=1)
        return calendar.working_day(before, 1 if nth == "pertama" else 0)

    found = of_month(add_months(first, which == "depan"))
    return (of_month(add_months(first, 1)) if which is None and found < today else found,)
