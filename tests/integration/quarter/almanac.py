"""The working time of 2027 as a person would look it up: by table and by hand, not by Pandu's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OFF = {
    *(date(2027, 1, day) for day in (1, 5)),
    date(2027, 2, 5),
    *(date(2027, 3, day) for day in (8, 9, 10, 11, 12, 15, 25, 26)),  # Nyepi, Lebaran, Wafat Yesus Kristus
    *(date(2027, 5, day) for day in (6, 17, 18, 19, 20)),
    *(date(2027, 6, 1), date(2027, 8, 17), date(2027, 12, 24)),
}
"""National days off and cuti bersama on weekdays of 2027 (SKB 2027)."""

RAMADAN = (date(2027, 2, 8), date(2027, 3, 9))

Hours = tuple[tuple[time, time], ...]
USUAL: Hours = ((time(7, 30), time(12)), (time(13), time(16)))
FRIDAY: Hours = ((time(7, 30), time(11, 30)), (time(13), time(16, 30)))
RAMADAN_USUAL: Hours = ((time(8), time(12)), (time(12, 30), time(15)))
RAMADAN_FRIDAY: Hours = ((time(8), time(11, 30)), (time(12, 30), time(15, 30)))


@dataclass(frozen=True)
class Almanac:
    """One office's working time; ``also_off`` are days its admin added. Times in and out are aware."""

    zone: ZoneInfo
    also_off: frozenset[date] = frozenset()

    def hours(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return the day's working hours as intervals in UTC; none on a day off."""
        if day.weekday() > 4 or day in OFF or day in self.also_off:
            return []
        fasting, friday = RAMADAN[0] <= day <= RAMADAN[1], day.weekday() == 4
        table = (RAMADAN_FRIDAY if friday else RAMADAN_USUAL) if fasting else (FRIDAY if friday else USUAL)
        return [(self._utc(day, begins), self._utc(day, ends)) for begins, ends in table]

    def _utc(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def day(self, at: datetime) -> date:
        """Return the office's local date."""
        return at.astimezone(self.zone).date()

    def works(self, day: date) -> bool:
        """Say whether the office works on a day."""
        return bool(self.hours(day))

    def is_open(self, at: datetime) -> bool:
        """Say whether a moment lies in working time; the break does not."""
        return any(begins <= at < ends for begins, ends in self.hours(self.day(at)))

    def opening(self, day: date) -> datetime:
        """Return when a working day begins."""
        return self.hours(day)[0][0]

    def closing(self, day: date) -> datetime:
        """Return when a working day ends."""
        return self.hours(day)[-1][1]

    def next_open(self, at: datetime) -> datetime:
        """Return the moment itself in working time, else when working time begins next."""
        day = self.day(at)
        while True:
            for begins, ends in self.hours(day):
                if at < ends:
                    return max(at, begins)
            day += timedelta(days=1)

    def next_morning(self, at: datetime) -> datetime:
        """Return the opening of the first working day after the moment's own."""
        day = self.day(at) + timedelta(days=1)
        while not self.works(day):
            day += timedelta(days=1)
        return self.opening(day)

    def worked(self, start: datetime, end: datetime) -> float:
        """Return the working minutes between two moments."""
        total, day = timedelta(), self.day(start)
        while day <= self.day(end):
            for begins, ends in self.hours(day):
                total += max(timedelta(), min(ends, end) - max(begins, start))
            day += timedelta(days=1)
        return total.total_seconds() / 60

    def later(self, at: datetime, minutes: float) -> datetime:
        """Return the moment so many working minutes after another."""
        left, day = timedelta(minutes=minutes), self.day(at)
        while True:
            for begins, ends in self.hours(day):
                begins = max(begins, at)
                if begins < ends:
                    if left <= ends - begins:
                        return begins + left
                    left -= ends - begins
            day += timedelta(days=1)

    def days_later(self, at: datetime, days: int) -> datetime:
        """Return the closing of the Nth working day after the moment's own."""
        day = self.day(at)
        while days:
            day += timedelta(days=1)
            days -= self.works(day)
        return self.closing(day)
