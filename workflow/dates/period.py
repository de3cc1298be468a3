"""A stretch of time in words: 'mulai besok sampai Jumat', '5 s.d. 9 Januari', 'Senin selama 3 hari kerja'.

Built of the moments that :mod:`workflow.dates` understands: a first day and a last one, both
of which belong to it. Only where a clock is said beside a day does it begin or end at that hour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from workflow.calendar.working_time import WorkingTime
from workflow.dates.judging import MOST_CHOICES
from workflow.dates.meaning import Ambiguous, NotUnderstood, Understood
from workflow.dates.normalising import MONTHS, WEEKDAYS, any_of, normalise
from workflow.dates.periods import add_months
from workflow.dates.understanding import MAX_LENGTH, understand, understand_day

_BETWEEN = re.compile(r" (?:sampai(?: dengan)?|ke|to|through|-) ")
_BEGINS = re.compile(r"^(?:(?:mulai|dari|sejak|from|starting|antara) )+")
_ENDS = re.compile(r"^(?:sampai|until|till|hingga|s\s?[/.]\s?d\b)")
_DAYS_ONLY = re.compile(r"(?P<n>\d{1,3}) (?P<unit>hari kerja|hari|pekan|bulan)")
_LASTING = re.compile(rf"(?:(?P<before>.*?) )?(?:selama|for) (?P<length>{_DAYS_ONLY.pattern})(?: (?P<after>.*))?")
_LENGTH_FIRST = re.compile(rf"(?P<length>{_DAYS_ONLY.pattern}) (?:mulai|dari|sejak|from|starting) (?P<after>.+)")
_FROM_TODAY = re.compile(r"\b(?:hari ini|besok|lusa|kemarin|depan|lagi|ini)\b")
_BARE = re.compile(r"(?:tgl )?(?P<day>\d{1,2})")
_OF_MONTH = re.compile(rf"(?:tgl )?\d{{1,2}} (?P<month>{any_of(MONTHS)})(?P<year> \d{{4}})?(?: .*)?")
_WHOLE = {"pekan ini": (0, 7), "pekan depan": (7, 7)}
_DASH = re.compile(
    rf"\s[-–—]\s|(?<!\S)(?P<day>\d{{1,2}})[-–—](?=\d{{1,2}}\s*[a-z])|\b(?P<weekday>{any_of(WEEKDAYS)})[-–—](?=[a-z])",
    re.IGNORECASE,
)
"""A dash with spaces, between bare days or after a weekday parts two dates; '2027-01-05' is one."""


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment (inclusive) to another (exclusive), aware, UTC.

    Without ``first_clock`` it begins with its first day, without ``last_clock`` it ends after its last.
    """

    starts_at: datetime
    ends_at: datetime
    first_clock: bool = False
    last_clock: bool = False


def understand_period(text: str, *, now: datetime, calendar: WorkingTime) -> tuple[Period, ...]:
    """Return what words can mean, the likeliest first: one period, or up to four to choose from.

    Nothing returned is over or begins before today. Raises :class:`NotUnderstood`; ``no_end``
    where only the beginning was said, ``backwards`` where the end lies before it.
    """
    if not text.strip():
        raise NotUnderstood("empty")
    if len(text) > MAX_LENGTH:
        raise NotUnderstood("too_long")
    until_only = bool(_ENDS.match(text.strip().casefold()))
    words = normalise(_DASH.sub(lambda found: f"{found['day'] or found['weekday'] or ''} sampai ", text.strip()))
    try:
        found = _Words(now, calendar).periods(words, until_only=until_only)
    except (OverflowError, ValueError) as error:
        raise NotUnderstood("not_a_date") from error
    ahead = [one for one in dict.fromkeys(found) if one.ends_at > now]
    if not ahead:
        raise NotUnderstood("past", found[0].starts_at if found else None)
    forward = [one for one in ahead if one.ends_at > one.starts_at]
    if not forward:
        raise NotUnderstood("backwards")
    return tuple(forward[:MOST_CHOICES])


class _Words:
    """Phrases said at one moment in one office."""

    def __init__(self, now: datetime, calendar: WorkingTime) -> None:
        self.now, self.calendar = now, calendar
        self.today = calendar.local_date(now)

    def periods(self, words: str, *, until_only: bool) -> list[Period]:
        if until_only:
            return [self._from(self._now(), last) for last in self._moments(words, self.now)]
        begins = bool(_BEGINS.match(words))
        words = _BEGINS.sub("", words)
        if match := _LENGTH_FIRST.fullmatch(words) or _LASTING.fullmatch(words):
            return self._lasting(match)
        parts = _BETWEEN.split(words)
        if len(parts) == 2:
            return self._between(parts[0].strip(), _BEGINS.sub("", parts[1].strip()))
        if len(parts) > 2:
            raise NotUnderstood("not_a_date")
        if begins:
            self._moments(words, self.now)
            raise NotUnderstood("no_end")
        return self._single(words)

    def _single(self, words: str) -> list[Period]:
        """One day is that day; a week or a month is all of it; '3 hari kerja' begin today."""
        if words in _WHOLE:
            offset, length = _WHOLE[words]
            monday = self.today - timedelta(days=self.today.weekday()) + timedelta(days=offset)
            return [self._days(max(monday, self.today), monday + timedelta(days=length - 1))]
        if words in ("bulan ini", "bulan depan"):
            first = add_months(self.today.replace(day=1), int(words == "bulan depan"))
            return [self._days(max(first, self.today), add_months(first, 1) - timedelta(days=1))]
        if match := _DAYS_ONLY.fullmatch(words):
            return [self._days(self.today, self._counted(self.today, int(match["n"]), match["unit"]))]
        return [self._from(one, one) for one in self._moments(words, self.now) if self._whole_day(one)]

    def _lasting(self, match: re.Match[str]) -> list[Period]:
        said = match.groupdict()
        begin = " ".join(part for part in (said.get("before"), said.get("after")) if part)
        begin = _BEGINS.sub("", begin)
        firsts = self._moments(begin, self.now) if begin else [self._now()]
        return [self._from(first, self._after(first, said["n"] or "", said["unit"] or "")) for first in firsts]

    def _between(self, first_words: str, last_words: str) -> list[Period]:
        if not first_words or not last_words:
            raise NotUnderstood("no_end" if first_words else "not_a_date")
        if (bare := _BARE.fullmatch(first_words)) and (named := _OF_MONTH.fullmatch(last_words)):
            return self._within_month(int(bare["day"]), named, last_words)
        firsts = self._moments(first_words, self.now)
        found = []
        for first in firsts:
            if match := _DAYS_ONLY.fullmatch(last_words):
                # Three working days in all, or until the third after the first? Whoever says it chooses.
                number, unit = match["n"], match["unit"]
                found.append(self._from(first, self._after(first, number, unit)))
                found.append(self._from(first, self._after(first, str(int(number) + 1), unit)))
                continue
            if bare := _BARE.fullmatch(last_words):
                found.append(self._from(first, self._day(self._next_numbered(self._date(first), int(bare["day"])))))
                continue
            found += [self._from(first, last) for last in self._lasts(first, last_words)]
        return found

    def _lasts(self, first: Understood, words: str) -> list[Understood]:
        """An end is named as seen from today ('besok', 'Jumat depan'), or it is the next one after the beginning."""
        midnight = self._begin(self._date(first))
        start = first.at if first.has_time else max(midnight, self.now)
        try:
            found = self._moments(words, self.now if _FROM_TODAY.search(words) else start)
        except NotUnderstood as refused:
            # The beginning lies ahead, or it would have been refused itself.
            if refused.reason != "past":
                raise
            raise NotUnderstood("backwards") from None
        return [one for one in found if self._date(one) >= self._date(first)] or found

    def _within_month(self, day: int, named: re.Match[str], last_words: str) -> list[Period]:
        """'5 s.d. 9 Januari' begins in January, '28 s.d. 3 Januari' in the month before."""
        found = []
        for last in self._moments(last_words, self.now):
            end = self._date(last)
            month = end.replace(day=1) if day <= end.day else add_months(end.replace(day=1), -1)
            try:
                first = month.replace(day=day)
            except ValueError:
                raise NotUnderstood("no_such_day") from None
            if first < self.today and not named["year"] and end >= self.today:
                # It runs already; what is over of it cannot be handed over any more.
                first = self.today
            found.append(self._from(self._day(first), last))
        return found

    def _next_numbered(self, first: date, day: int) -> date:
        if not 1 <= day <= 31:
            raise NotUnderstood("no_such_day")
        for ahead in range(3):
            month = add_months(first.replace(day=1), ahead)
            try:
                found = month.replace(day=day)
            except ValueError:
                continue
            if found >= first:
                return found
        raise NotUnderstood("no_such_day")

    def _moments(self, words: str, seen_from: datetime) -> list[Understood]:
        if words in ("sekarang", "now", "saat ini"):
            return [self._now()]
        try:
            meant = understand_day(words, now=seen_from, calendar=self.calendar, not_past=True)
        except NotUnderstood as refused:
            if refused.reason != "not_a_date":
                raise
            meant = understand(words, now=seen_from, calendar=self.calendar)
            if not all(one.has_time for one in _all(meant)):
                raise
        return _all(meant)

    def _after(self, first: Understood, number: str, unit: str) -> Understood:
        return self._day(self._counted(self._date(first), int(number), unit))

    def _counted(self, first: date, number: int, unit: str) -> date:
        """Return the last of so many days, weeks or months that begin with ``first``."""
        if number < 1:
            raise NotUnderstood("not_a_date")
        match unit:
            case "hari kerja":
                # The day before the first: a first day that is itself no working day counts for nothing.
                return self.calendar.working_day(first - timedelta(days=1), number)
            case "hari":
                return first + timedelta(days=number - 1)
            case "pekan":
                return first + timedelta(weeks=number) - timedelta(days=1)
            case _:
                return add_months(first, number) - timedelta(days=1)

    def _whole_day(self, one: Understood) -> bool:
        if one.has_time:
            raise NotUnderstood("no_end")
        return True

    def _from(self, first: Understood, last: Understood) -> Period:
        begin = first.at if first.has_time else max(self._begin(self._date(first)), self.now)
        end = last.at if last.has_time else self._begin(self._date(last) + timedelta(days=1))
        return Period(begin, end, first.has_time, last.has_time)

    def _days(self, first: date, last: date) -> Period:
        return self._from(self._day(first), self._day(last))

    def _now(self) -> Understood:
        return self._day(self.today)

    def _day(self, day: date) -> Understood:
        return Understood(datetime.combine(day, time(12), self.calendar.zone).astimezone(UTC), has_time=False)

    def _date(self, one: Understood) -> date:
        day: date = self.calendar.local_date(one.at)
        return day

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.calendar.zone).astimezone(UTC)


def _all(meant: Understood | Ambiguous) -> list[Understood]:
    return list(meant.choices) if isinstance(meant, Ambiguous) else [meant]
