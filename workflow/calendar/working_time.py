"""Counting in an office's working time, as fast for a date in ten years as for tomorrow.

All working time lies on one line: of any moment it is known how much of it passed before
(whole years, whole days of the year, then the hours of the day), and the way back is found by
bisection. A year is laid out once, when a date in it is first asked for.

Moments are aware; those returned are UTC. Days are local dates of the office.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from operator import le, lt
from zoneinfo import ZoneInfo

from workflow.calendar.national import DayOff, national, ramadan
from workflow.calendar.settings import CalendarSettings, Stretch

_DAY = timedelta(days=1)
_MINUTE = 60_000_000
_WEEKEND_NAMES = {5: "Sabtu", 6: "Minggu"}
OTHER_MONTH = timedelta(days=60)
"""Nearer than this, an own Ramadan and a worked-out one are the same month."""


@dataclass(frozen=True, slots=True)
class _Year:
    """One year laid out: what each day offers, and how much passed before it (µs, days)."""

    first: date
    hours: Sequence[tuple[Stretch, ...]]
    passed: Sequence[int]
    days: Sequence[int]


class WorkingTime:
    """The working time of an office with these settings in this zone; immutable and thread-safe."""

    def __init__(self, zone: ZoneInfo, settings: CalendarSettings) -> None:
        self.zone = zone
        self.settings = settings
        self._special = {day.date: day for day in settings.special}
        self._years: dict[int, _Year] = {}
        # Working µs and days that passed before each year, counted from the first one asked for.
        self._before: dict[int, tuple[int, int]] = {}
        self._lowest = self._highest = 0
        self._lock = threading.Lock()

    # Days

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on a day."""
        return bool(self._stretches(day))

    def day_off(self, day: date) -> DayOff | None:
        """Return why the office does not work on a day, or ``None`` if it does."""
        special, listed = self._special.get(day), national(day.year).get(day)
        if special is not None and special.kind == "working":
            return None
        if special is not None and special.kind == "holiday":
            return DayOff(day, special.name, "local")
        if listed is not None:
            return _confirmed(listed) if special is not None else listed
        if day.weekday() >= self.settings.days:
            return DayOff(day, _WEEKEND_NAMES[day.weekday()], "weekend")
        return None

    def days_off(self, first: date, last: date) -> list[DayOff]:
        """Return the named days off from ``first`` to ``last``, both included, in order.

        Weekends are left out, holidays that fall on one are not.
        """
        named = {day for year in range(first.year, last.year + 1) for day in national(year)} | self._special.keys()
        found = (self.day_off(day) for day in sorted(named) if first <= day <= last)
        return [off for off in found if off is not None and off.kind != "weekend"]

    def days_between(self, start: date, end: date) -> int:
        """Return how many working days come after ``start`` up to and including ``end``; negative backwards."""
        return self._days_until(end) - self._days_until(start)

    def working_day(self, start: date, days: int) -> date:
        """Return the ``days``-th working day after ``start``; from 0 down: the last one up to it, the one before ..."""
        target = self._days_until(start) + days
        self._reach(start.year)
        while self._before[self._highest + 1][1] < target:
            self._reach(self._highest + 1)
        while self._before[self._lowest][1] >= target:
            self._reach(self._lowest - 1)
        years = range(self._lowest, self._highest + 2)
        number = years[bisect_left(years, target, key=lambda year: self._before[year][1]) - 1]
        year = self._years[number]
        index = bisect_left(year.days, target - self._before[number][1])
        return year.first + (index - 1) * _DAY

    def is_ramadan(self, day: date) -> bool:
        """Whether a day lies in the fasting month, in which the shorter hours hold."""
        return any(first <= day <= last for first, last in self.ramadan_in(day.year))

    def ramadan_in(self, year: int) -> list[tuple[date, date]]:
        """Return first and last day of every Ramadan that touches a year; the office's own dates come first."""
        own = [(month.first, month.last) for month in self.settings.ramadan]
        worked_out = [span for near in (year, year + 1) for span in ramadan(near)]
        kept = [span for span in worked_out if all(abs(span[0] - first) > OTHER_MONTH for first, _ in own)]
        return sorted(span for span in own + kept if span[0].year <= year <= span[1].year)

    # Hours

    def hours(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return a day's stretches of work, ends excluded; empty on a day off."""
        return tuple((self._at(day, opens), self._at(day, closes)) for opens, closes in self._stretches(day))

    def opening(self, day: date) -> datetime | None:
        """Return when the office opens on a day, or ``None`` on a day off."""
        stretches = self._stretches(day)
        return self._at(day, stretches[0][0]) if stretches else None

    def closing(self, day: date) -> datetime | None:
        """Return when the office closes on a day, or ``None`` on a day off."""
        stretches = self._stretches(day)
        return self._at(day, stretches[-1][1]) if stretches else None

    def is_open(self, at: datetime) -> bool:
        """Whether a moment is working time; breaks are not."""
        day, within = self._local(at)
        return any(opens * _MINUTE <= within < closes * _MINUTE for opens, closes in self._stretches(day))

    def next_open(self, at: datetime) -> datetime:
        """Return ``at`` itself in working time, else the next beginning of working time."""
        return at if self.is_open(at) else self._latest(self._passed(at), near=at)

    def next_morning(self, at: datetime) -> datetime:
        """Return the opening of the first working day after the local date of ``at``."""
        day = self.working_day(self.local_date(at), 1)
        return self._at(day, self._stretches(day)[0][0])

    def local_date(self, at: datetime) -> date:
        """Return the office's date at a moment."""
        return self._local(at)[0]

    # Spans

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments; negative backwards."""
        return timedelta(microseconds=self._passed(end) - self._passed(start))

    def add(self, at: datetime, span: timedelta) -> datetime:
        """Return when ``span`` of working time has passed since ``at``: the earliest such moment.

        What ends with the day ends at closing, not at the next opening. A negative span goes
        back, to the latest such moment, so that from working time adding then subtracting
        comes back; no span at all is ``at`` itself.
        """
        if not span:
            return at
        target = self._passed(at) + span // timedelta(microseconds=1)
        return self._earliest(target, near=at) if span > timedelta() else self._latest(target, near=at)

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Return the whole working minutes between two moments; negative backwards."""
        whole = abs(self._passed(end) - self._passed(start)) // _MINUTE
        return whole if end >= start else -whole

    def add_minutes(self, at: datetime, minutes: int) -> datetime:
        """Return when so many working minutes have passed since ``at`` (see :meth:`add`)."""
        return self.add(at, timedelta(minutes=minutes))

    def add_days(self, at: datetime, days: int) -> datetime:
        """Return the closing of the ``days``-th working day after the local date of ``at``.

        This is how an official reads "3 hari" (issue: "N hari" ends at closing of the Nth
        working day after the opening): the day it came in does not count.
        """
        if days < 1:
            raise ValueError(f"days must be positive, not {days}")
        day = self.working_day(self.local_date(at), days)
        return self._at(day, self._stretches(day)[-1][1])

    # The line of working time

    def _local(self, at: datetime) -> tuple[date, int]:
        if at.tzinfo is None:
            raise ValueError("a moment needs its zone")
        local = at.astimezone(self.zone)
        seconds = (local.hour * 60 + local.minute) * 60 + local.second
        return local.date(), seconds * 1_000_000 + local.microsecond

    def _at(self, day: date, minute: int, rest: int = 0) -> datetime:
        midnight = datetime.combine(day, time())
        local = midnight + timedelta(minutes=minute, microseconds=rest)
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def _stretches(self, day: date) -> tuple[Stretch, ...]:
        year = self._year(day.year)
        return year.hours[(day - year.first).days]

    def _passed(self, at: datetime) -> int:
        day, within = self._local(at)
        before, year = self._reach(day.year)[0], self._year(day.year)
        index = (day - year.first).days
        today = sum(
            min(max(within - opens * _MINUTE, 0), (closes - opens) * _MINUTE) for opens, closes in year.hours[index]
        )
        return before + year.passed[index] + today

    def _days_until(self, day: date) -> int:
        before, year = self._reach(day.year)[1], self._year(day.year)
        return before + year.days[(day - year.first).days + 1]

    def _earliest(self, passed: int, near: datetime) -> datetime:
        """Return the first moment at which so much had passed: a closing, not the opening after it."""
        return self._moment(passed, near, bisect_left, le)

    def _latest(self, passed: int, near: datetime) -> datetime:
        """Return the last moment at which so much had passed: an opening, not the closing before it."""
        return self._moment(passed, near, bisect_right, lt)

    def _moment(
        self, passed: int, near: datetime, bisect: Callable[..., int], within: Callable[[int, int], bool]
    ) -> datetime:
        self._reach_span(passed, near)
        years = range(self._lowest, self._highest + 2)
        number = years[bisect(years, passed, key=lambda year: self._before[year][0]) - 1]
        year, rest = self._years[number], passed - self._before[number][0]
        index = bisect(year.passed, rest) - 1
        rest -= year.passed[index]
        for opens, closes in year.hours[index]:
            length = (closes - opens) * _MINUTE
            if within(rest, length):
                return self._at(year.first + index * _DAY, opens, rest)
            rest -= length
        raise AssertionError("a day holds less than its sum")

    def _reach_span(self, passed: int, near: datetime) -> None:
        self._reach(self.local_date(near).year)
        while self._before[self._highest + 1][0] <= passed:
            self._reach(self._highest + 1)
        while self._before[self._lowest][0] >= passed:
            self._reach(self._lowest - 1)

    def _reach(self, number: int) -> tuple[int, int]:
        """Extend the line to a year; return what passed before it."""
        if not self._before or not self._lowest <= number <= self._highest:
            with self._lock:
                self._extend(number)
        return self._before[number]

    def _extend(self, number: int) -> None:
        if not self._before:
            year = self._year(number)
            self._before = {number: (0, 0), number + 1: (year.passed[-1], year.days[-1])}
            self._lowest = self._highest = number
        while self._highest < number:
            year = self._year(self._highest + 1)
            passed, days = self._before[self._highest + 1]
            self._before[self._highest + 2] = (passed + year.passed[-1], days + year.days[-1])
            self._highest += 1
        while self._lowest > number:
            year = self._year(self._lowest - 1)
            passed, days = self._before[self._lowest]
            self._before[self._lowest - 1] = (passed - year.passed[-1], days - year.days[-1])
            self._lowest -= 1

    def _year(self, number: int) -> _Year:
        found = self._years.get(number)
        return found if found is not None else self._years.setdefault(number, self._lay_out(number))

    def _lay_out(self, number: int) -> _Year:
        if not date.min.year <= number <= date.max.year:
            raise OverflowError("the calendar ends here")
        first = date(number, 1, 1)
        length = (date(number, 12, 31) - first).days + 1
        fasting, usual = self.settings.week(ramadan=True), self.settings.week(ramadan=False)
        months = self.ramadan_in(number)
        hours: list[tuple[Stretch, ...]] = []
        passed, days = [0], [0]
        for offset in range(length):
            day = first + offset * _DAY
            if self.day_off(day) is None:
                week = fasting if any(begins <= day <= ends for begins, ends in months) else usual
                hours.append(week[day.weekday()])
            else:
                hours.append(())
            passed.append(passed[-1] + sum(closes - opens for opens, closes in hours[-1]) * _MINUTE)
            days.append(days[-1] + bool(hours[-1]))
        return _Year(first, hours, passed, days)


def _confirmed(off: DayOff) -> DayOff:
    return DayOff(off.date, off.name, off.kind)
