"""When a standard duration ends, and where a date moves, with the times the run was paused.

Both are derived from stored pauses each time they are asked for, and never kept themselves.
A pause that touches the working time of a day takes that day away from what is counted in
days; from what is counted in minutes it takes exactly its own working time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sop_definitions.duration import Duration, DurationUnit
from workflow.calendar.working_time import WorkingTime

MINUTES_PER_HOUR = 60
WEEKS_PER_MONTH = 4
"""A "bulan" of working time: four working weeks, 20 working days (24 in a six-day week)."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A pause, from ``start`` until ``end`` (excluded); ``None``: it still lasts."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class _Touched:
    """Working days a pause touches, both included; ``last`` is ``None`` while it lasts."""

    start: datetime
    first: date
    last: date | None


def working_minutes(duration: Duration) -> int | None:
    """Return a duration in working minutes (the end of a range counts), or ``None`` where it counts in days."""
    if duration.unit is DurationUnit.MINUTES:
        return duration.amount_high
    if duration.unit is DurationUnit.HOURS:
        return duration.amount_high * MINUTES_PER_HOUR
    return None


def working_days(duration: Duration, days_a_week: int) -> int | None:
    """Return a duration in working days (the end of a range counts), or ``None`` where it counts in minutes."""
    match duration.unit:
        case DurationUnit.DAYS:
            return duration.amount_high
        case DurationUnit.WEEKS:
            return duration.amount_high * days_a_week
        case DurationUnit.MONTHS:
            return duration.amount_high * WEEKS_PER_MONTH * days_a_week
        case _:
            return None


def due(calendar: WorkingTime, starts_at: datetime, duration: Duration, pauses: Iterable[Span] = ()) -> datetime | None:
    """Return when a duration that began at ``starts_at`` ends (aware UTC).

    ``None``: the clock stands still before that, in a pause that has not ended. Pauses may
    overlap and come in any order.
    """
    minutes = working_minutes(duration)
    if minutes is not None:
        return _after_minutes(calendar, starts_at, timedelta(minutes=minutes), pauses)
    days = working_days(duration, calendar.settings.days) or 0
    day = calendar.local_date(starts_at)
    for touched in _touched(calendar, starts_at, pauses):
        free = max(0, calendar.days_between(day, touched.first - _DAY))
        if days <= free:
            break
        if touched.last is None:
            return None
        days -= free
        day = touched.last
    return calendar.closing(calendar.working_day(day, days))


def shifted(calendar: WorkingTime, at: datetime, since: datetime, pauses: Iterable[Span] = ()) -> datetime | None:
    """Return where pauses move an absolute date that was set at ``since``.

    It moves by as many working days as the pauses after ``since`` and before it touched, and
    keeps its clock time. ``None``: a pause before it has not ended.
    """
    for touched in _touched(calendar, since, pauses):
        if touched.start >= at:
            break
        if touched.last is None:
            return None
        local = at.astimezone(calendar.zone)
        days = calendar.days_between(touched.first - _DAY, touched.last)
        if days:
            day = calendar.working_day(local.date(), days)
            at = datetime.combine(day, local.time(), tzinfo=calendar.zone).astimezone(at.tzinfo)
    return at


def _after_minutes(
    calendar: WorkingTime, starts_at: datetime, span: timedelta, pauses: Iterable[Span]
) -> datetime | None:
    at = starts_at
    for pause in sorted(pauses, key=lambda pause: pause.start):
        if pause.end is not None and pause.end <= at:
            continue
        free = calendar.worked(at, max(at, pause.start))
        if span <= free:
            break
        if pause.end is None:
            return None
        span -= free
        at = pause.end
    return calendar.add(at, span)


def _touched(calendar: WorkingTime, since: datetime, pauses: Iterable[Span]) -> Iterator[_Touched]:
    """Yield the working days that pauses after ``since`` touch, in order, no day twice."""
    counted = date.min
    for pause in sorted(pauses, key=lambda pause: pause.start):
        start = max(pause.start, since)
        if pause.end is not None and (pause.end <= since or calendar.worked(start, pause.end) <= timedelta()):
            continue
        first = max(calendar.local_date(calendar.next_open(start)), counted + _DAY)
        if pause.end is None:
            yield _Touched(start, first, None)
            return
        last = calendar.local_date(calendar.add(pause.end, -timedelta(microseconds=1)))
        if first <= last:
            yield _Touched(start, first, last)
            counted = last
