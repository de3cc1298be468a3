"""Working time counted minute by minute, the slow and plain way, to hold the fast one against.

One byte per minute of local time over some years: 1 where the office works. Nothing here
uses the calendar under test: the days off come straight from ``holidays``, Ramadan from a
table, the hours from their text.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from workflow.calendar.due import Span
from workflow.calendar.settings import CalendarSettings, show_hours

FIRST, LAST = date(2026, 1, 1), date(2030, 12, 31)
RAMADAN = (
    (date(2026, 2, 19), date(2026, 3, 20)),
    (date(2027, 2, 8), date(2027, 3, 9)),
    (date(2028, 1, 28), date(2028, 2, 26)),
    (date(2029, 1, 16), date(2029, 2, 14)),
    (date(2030, 1, 6), date(2030, 2, 3)),
    (date(2030, 12, 26), date(2031, 1, 24)),
)
HOURS = {
    5: {"usual": "07.30-12.00, 13.00-16.00", "friday": "07.30-11.30, 13.00-16.30"},
    6: {"usual": "07.30-12.00, 13.00-15.30", "friday": "07.30-11.30", "saturday": "07.30-13.00"},
}
RAMADAN_HOURS = {
    5: {"usual": "08.00-12.00, 12.30-15.00", "friday": "08.00-11.30, 12.30-15.30"},
    6: {"usual": "08.00-12.00, 12.30-14.30", "friday": "08.00-11.30", "saturday": "08.00-13.00"},
}
_MINUTE = timedelta(minutes=1)


class Oracle:
    """An office's working time as one long row of minutes, all methods by walking it."""

    def __init__(self, zone: ZoneInfo, settings: CalendarSettings) -> None:
        self.zone, self.settings = zone, settings
        self.begins = datetime.combine(FIRST, time())
        self.minutes = bytearray(((LAST - FIRST).days + 1) * 1440)
        day = FIRST
        while day <= LAST:
            for opens, closes in self._hours(day):
                start = (day - FIRST).days * 1440
                self.minutes[start + opens : start + closes] = b"\1" * (closes - opens)
            day += timedelta(days=1)

    def index(self, at: datetime) -> int:
        """Return which minute a whole minute is."""
        return (at.astimezone(self.zone).replace(tzinfo=None) - self.begins) // _MINUTE

    def moment(self, index: int) -> datetime:
        return (self.begins + index * _MINUTE).replace(tzinfo=self.zone).astimezone(UTC)

    def day(self, index: int) -> date:
        return FIRST + timedelta(days=index // 1440)

    def of_day(self, day: date) -> bytes:
        start = (day - FIRST).days * 1440
        return bytes(self.minutes[start : start + 1440])

    def works(self, day: date) -> bool:
        return 1 in self.of_day(day)

    def closing(self, day: date) -> datetime:
        return self.moment((day - FIRST).days * 1440 + self.of_day(day).rindex(1) + 1)

    def opening(self, day: date) -> datetime:
        return self.moment((day - FIRST).days * 1440 + self.of_day(day).index(1))

    def minutes_between(self, start: datetime, end: datetime) -> int:
        if end < start:
            return -self.minutes_between(end, start)
        return sum(self.minutes[self.index(start) : self.index(end)])

    def add_minutes(self, at: datetime, minutes: int, without: Iterable[Span] = ()) -> datetime | None:
        """Walk until so many minutes were worked; ``None`` if a pause without end comes first."""
        row, position = self._paused(without), self.index(at)
        if minutes < 0:
            for _ in range(-minutes):
                position = row.rindex(1, 0, position)
            return self.moment(position)
        for _ in range(minutes):
            position = row.find(1, position) + 1
            if position == 0:
                return None
        return self.moment(position)

    def next_open(self, at: datetime) -> datetime:
        return self.moment(self.minutes.index(1, self.index(at)))

    def nth_day(self, after: date, days: int, since: datetime, without: Iterable[Span] = ()) -> date | None:
        """Walk day by day; one with a minute paused since ``since`` does not count."""
        paused = [(max(span.start, since), span.end) for span in without]
        row = self._paused(Span(start, end) for start, end in paused if end is None or start < end)
        day = after
        while days:
            day += timedelta(days=1)
            if day > LAST:
                return None
            start = (day - FIRST).days * 1440
            days -= self.works(day) and row[start : start + 1440] == self.of_day(day)
        return day

    def shifted(self, at: datetime, since: datetime, pauses: Iterable[Span]) -> datetime | None:
        """Move a date on by one working day for each working day that a pause before it touched."""
        counted: set[date] = set()
        for pause in sorted(pauses, key=lambda pause: pause.start):
            start = max(pause.start, since)
            end = self.moment(len(self.minutes)) if pause.end is None else pause.end
            if start >= at or end <= start:
                continue
            worked = [i for i in range(self.index(start), self.index(end)) if self.minutes[i]]
            if pause.end is None:
                return None
            touched = {self.day(i) for i in worked} - counted
            counted |= touched
            local = at.astimezone(self.zone)
            for _ in touched:
                local = (local.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=self.zone)
                while not self.works(local.date()):
                    local = (local.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=self.zone)
            at = local.astimezone(UTC)
        return at

    def _paused(self, pauses: Iterable[Span]) -> bytearray:
        row = self.minutes
        for pause in pauses:
            row = bytearray(row)
            start, end = self.index(pause.start), len(row) if pause.end is None else self.index(pause.end)
            row[start:end] = bytes(end - start)
        return row

    def _hours(self, day: date) -> list[tuple[int, int]]:
        special = next((special for special in self.settings.special if special.date == day), None)
        if special is not None and special.kind == "holiday":
            return []
        off = day in _days_off() or day.weekday() >= self.settings.days
        if off and (special is None or special.kind != "working"):
            return []
        months = [(month.first, month.last) for month in self.settings.ramadan]
        months += [month for month in RAMADAN if not any(abs((month[0] - own[0]).days) < 60 for own in months)]
        fasting = any(first <= day <= last for first, last in months)
        own = self.settings.ramadan_hours if fasting else self.settings.hours
        default = (RAMADAN_HOURS if fasting else HOURS)[self.settings.days]
        usual = show_hours(own.monday_to_thursday) if own.monday_to_thursday else default["usual"]
        text = usual
        if day.weekday() == 4:
            text = show_hours(own.friday) if own.friday else default["friday"]
        if day.weekday() == 5:
            text = show_hours(own.saturday) if own.saturday else default.get("saturday", usual)
        return [_stretch(part) for part in text.split(", ")]


def _stretch(text: str) -> tuple[int, int]:
    opens, closes = ([int(number) for number in clock.split(".")] for clock in text.split("-"))
    return opens[0] * 60 + opens[1], closes[0] * 60 + closes[1]


@lru_cache
def _days_off() -> frozenset[date]:
    years = range(FIRST.year, LAST.year + 1)
    return frozenset(holidays.country_holidays("ID", years=years, categories=("public", "government")))
