"""When something comes round again: 'setiap triwulan, hari kerja pertama'. Pure, in the office's local dates.

Every rule names one day in each of its periods (week, month, quarter, half-year, year). A
day on which the office is closed gives way to the next working day, never to an earlier
one: what is to be measured has then certainly ended.
"""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Protocol

LAST = -1
LONGEST_CLOSURE_DAYS = 400
"""How far a closed office is followed; beyond that the day stays where it is."""
LOOK_BACK = timedelta(days=60)
"""A day of an earlier period may have moved into the one asked about."""


class Every(StrEnum):
    """Length of a rule's period."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


class On(StrEnum):
    """What the day of a period is counted in."""

    DAY = "day"
    WORKING_DAY = "working_day"
    WEEKDAY = "weekday"


MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}


class WorkingDays(Protocol):
    """What of an office's calendar matters here (see :class:`workflow.calendar.working_time.WorkingTime`)."""

    def is_working_day(self, day: date) -> bool:
        """Say whether the office works on a local date."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The ``nth`` day (of the month), working day or weekday of a period; ``LAST`` is its last.

    ``weekday`` is 0 (Monday) to 6 where days of the week are counted. ``month`` narrows a
    longer period to one of its months, counted from 1. A day the month does not have is its
    last one.
    """

    every: Every
    on: On
    nth: int
    weekday: int | None = None
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time round. ``period`` is the period's first day and names the occurrence.

    ``nominal`` is the day by the rule, ``day`` the working day it falls on.
    """

    period: date
    nominal: date
    day: date


def to_json(rule: Rule) -> dict[str, Any]:
    """Return a rule as it is stored."""
    return {"every": rule.every, "on": rule.on, "nth": rule.nth, "weekday": rule.weekday, "month": rule.month}


def from_json(stored: dict[str, Any]) -> Rule:
    """Return a stored rule."""
    return Rule(Every(stored["every"]), On(stored["on"]), stored["nth"], stored["weekday"], stored["month"])


def period_of(every: Every, day: date) -> date:
    """Return the first day of the period a day lies in; weeks begin on Monday."""
    if every is Every.WEEK:
        return day - timedelta(days=day.weekday())
    length = MONTHS[every]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def period_end(every: Every, first: date) -> date:
    """Return the last day of the period that begins on ``first``."""
    return _after(every, first) - timedelta(days=1)


def occurrence_in(rule: Rule, days: WorkingDays, period: date) -> Occurrence:
    """Return when a rule comes round in the period that begins on ``period``."""
    nominal = _nominal(rule, days, period)
    return Occurrence(period, nominal, working_day_from(days, nominal))


def occurrences(rule: Rule, days: WorkingDays, *, not_before: date, after: date | None = None) -> Iterator[Occurrence]:
    """Return, in order, the times round that fall on ``not_before`` or later, without end.

    ``after`` is the period of the last one that counts as done: only later periods come, so
    that nothing comes round twice when the calendar changes meanwhile.
    """
    period = period_of(rule.every, not_before - LOOK_BACK)
    while True:
        if after is None or period > after:
            found = occurrence_in(rule, days, period)
            if found.day >= not_before:
                yield found
        period = _after(rule.every, period)


def working_day_from(days: WorkingDays, day: date) -> date:
    """Return a day itself if the office works then, else the next one on which it does."""
    for offset in range(LONGEST_CLOSURE_DAYS):
        if days.is_working_day(day + timedelta(days=offset)):
            return day + timedelta(days=offset)
    return day


def _nominal(rule: Rule, days: WorkingDays, period: date) -> date:
    first, last = period, period_end(rule.every, period)
    if rule.month is not None and rule.every is not Every.WEEK:
        first = date(period.year, period.month + rule.month - 1, 1)
        last = first.replace(day=gregorian.monthrange(first.year, first.month)[1])
    if rule.on is On.DAY:
        return last if rule.nth == LAST else min(last, first + timedelta(days=rule.nth - 1))
    span = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    if rule.on is On.WEEKDAY:
        counted = [day for day in span if day.weekday() == rule.weekday]
    else:
        counted = [day for day in span if days.is_working_day(day)]
    if not counted:
        return first  # the office is closed throughout: it moves on from there
    return counted[LAST] if rule.nth == LAST else counted[min(rule.nth, len(counted)) - 1]


def _after(every: Every, first: date) -> date:
    if every is Every.WEEK:
        return first + timedelta(days=7)
    months = first.month - 1 + MONTHS[every]
    return date(first.year + months // 12, months % 12 + 1, 1)
