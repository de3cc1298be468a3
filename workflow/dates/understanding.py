"""From a phrase to what it means: the clock is cut out, the day found, both judged.

Every word must be understood, or nothing is: what is left over may be what matters.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from workflow.calendar.working_time import WorkingTime
from workflow.dates import absolute, periods, relative, weekday
from workflow.dates.clock import Clock, cut
from workflow.dates.judging import Meant, judged, moment
from workflow.dates.meaning import Ambiguous, NotUnderstood, Understood
from workflow.dates.normalising import normalise

MAX_LENGTH = 120
_NOON = time(12)
_SOME_DAY = date(2026, 1, 1)
"""Indonesia's zones do not change with the season: any day will do."""
_WORK_BEGINS = time(7)
_VAGUE = re.compile(
    r"secepatnya|segera|lebaran|idul|fitri|adha|natal|nyepi|ramadan|ramadhan|puasa|libur|sebelum|setelah|habis|usai"
    r"|kira|sekitar|kapan|dekat|kurang pekan|pekan ini|pekan lalu|bulan ini|bulan lalu|tahun ini|tahun depan|tahun lalu"
    r"|sekarang|sesegera|minggu-minggu|hari-hari|beberapa|dhuhur|zuhur|ashar|asar|maghrib|magrib|isya|subuh|makan"
    r"|besok-besok|lain|menyusul|tunggu|menunggu|selesai|now|nanti|triwulan|semester"
)
_BARE_NUMBER = re.compile(r"\d{1,2}")


def understand(
    text: str, *, now: datetime, calendar: WorkingTime, default_time: time = time(16), not_past: bool = True
) -> Understood | Ambiguous:
    """Return the moment that words name, in the office's zone unless they name another.

    ``now`` is business time (aware). A date alone means ``default_time`` on it. Raises
    nothing but :class:`NotUnderstood`; with ``not_past`` every moment returned lies ahead.
    """
    return _understand(text, now, calendar, default_time, not_past=not_past, day_needed=False)


def understand_day(
    text: str, *, now: datetime, calendar: WorkingTime, not_past: bool = False
) -> Understood | Ambiguous:
    """Return the date that words name, as its noon; with the clock if one was said beside it.

    As :func:`understand`, but a clock alone names no date, and with ``not_past`` today is
    still right.
    """
    return _understand(text, now, calendar, _NOON, not_past=not_past, day_needed=True)


def understand_clock(text: str, *, calendar: WorkingTime) -> tuple[time, ...]:
    """Return the times of day that words name, likeliest first, in the office's zone.

    Raises :class:`NotUnderstood`; a part of the day alone ('siang') names no time.
    """
    words = normalise(text) if len(text) <= MAX_LENGTH else ""
    words = f"jam {words}" if re.match(r"\d{1,2}\b(?![.:]\d)", words) else words
    said = cut(words)
    if said.clock is None or said.rest or not re.search(r"\d", words):
        raise NotUnderstood("not_a_date")
    return tuple(dict.fromkeys(_in_office(one, said.clock, calendar) for one in said.clock.times))


def _in_office(one: time, clock: Clock, calendar: WorkingTime) -> time:
    if clock.zone is None:
        return one
    said = datetime.combine(_SOME_DAY, one, clock.zone)
    local = said.astimezone(calendar.zone)
    if local.date() != said.date():
        raise NotUnderstood("not_a_date")  # of the day before or after, which a clock cannot say
    return local.time()


def _understand(
    text: str, now: datetime, calendar: WorkingTime, default: time, *, not_past: bool, day_needed: bool
) -> Understood | Ambiguous:
    if not text.strip():
        raise NotUnderstood("empty")
    if len(text) > MAX_LENGTH:
        raise NotUnderstood("too_long")
    words = normalise(text)
    try:
        return _Phrase(words, now, calendar, default, not_past=not_past, day_needed=day_needed).meaning()
    except NotUnderstood as not_understood:
        if not_understood.reason == "not_a_date" and _VAGUE.search(words):
            raise NotUnderstood("vague") from None
        raise
    except (OverflowError, ValueError) as error:
        # The calendar ends somewhere: 'akhir 9999'.
        raise NotUnderstood("not_a_date") from error


class _Phrase:
    """One phrase in one vocabulary, said at one moment in one office."""

    def __init__(
        self, words: str, now: datetime, calendar: WorkingTime, default: time, *, not_past: bool, day_needed: bool
    ) -> None:  # fmt: skip
        self.words, self.now, self.calendar = words, now, calendar
        self.default, self.not_past, self.day_needed = default, not_past, day_needed
        self.today = calendar.local_date(now)

    def meaning(self) -> Understood | Ambiguous:
        at = relative.find_moment(self.words, self.now)
        if at is not None:
            if self.day_needed:
                raise NotUnderstood("not_a_date")
            return self._judged([Meant(at, has_time=True)])
        if _BARE_NUMBER.fullmatch(self.words):
            return self._judged(self._bare_number(int(self.words)))
        said = cut(self.words)
        if said.clock is None:
            return self._judged([self._on(day) for day in self._days(said.rest)])
        if said.rest:
            return self._judged(self._timed(said.rest, said.clock))
        meant = [] if self.day_needed else self._next(said.clock)
        if said.maybe_date:
            meant += [self._on(day) for day in self._maybe(said.maybe_date)]
        if not meant:
            raise NotUnderstood("not_a_date")
        return self._judged(meant)

    def _days(self, words: str) -> tuple[date, ...]:
        """Return the days that the words beside the clock can mean."""
        named = weekday.named(words)
        if named is not None:
            days = weekday.find(named, self.today, not_past=self.not_past)
            if days:
                return days
            words = named.rest
        words = re.sub(r"^nanti (?=.)|(?<=.) nanti$", "", words)
        days = self._unnamed_days(words)
        if named is None:
            return days
        fitting = tuple(day for day in days if day.weekday() == named.weekday)
        if not fitting:
            raise NotUnderstood("wrong_weekday", self._on(days[0]).at)
        return fitting

    def _unnamed_days(self, words: str) -> tuple[date, ...]:
        try:
            days = absolute.find(words, self.today, not_past=self.not_past)
        except NotUnderstood as refused:
            if refused.at is None:
                raise
            raise NotUnderstood(refused.reason, self._on(refused.at.date()).at) from None
        days = (
            days
            or relative.find(words, self.today, self.calendar)
            or periods.find(words, self.today, self.calendar, not_past=self.not_past)
        )
        if not days or any(day.year not in absolute.YEARS for day in days):
            raise NotUnderstood("not_a_date")
        return days

    def _maybe(self, words: str) -> tuple[date, ...]:
        try:
            return self._unnamed_days(words)
        except NotUnderstood:
            return ()

    def _bare_number(self, number: int) -> list[Meant]:
        """'5' is the fifth, or five o'clock."""
        meant = [self._on(day) for day in self._maybe(f"tgl {number}")]
        if not self.day_needed and 1 <= number <= 23:
            hour = number + 12 if number < _WORK_BEGINS.hour else number
            meant += self._next(Clock((time(hour),)))
        if not meant or (len(meant) < 2 and not self.day_needed):
            raise NotUnderstood("not_a_date")
        return meant

    def _timed(self, words: str, clock: Clock) -> list[Meant]:
        """Days and times: two things left open would be too many questions, so then the likeliest time holds."""
        days = (self.today,) if words == "nanti" else self._days(words)
        times = clock.times[:1] if len(days) > 1 else clock.times
        return [self._at(day, one, clock) for day in days for one in times]

    def _next(self, clock: Clock) -> list[Meant]:
        """Return when the clock next shows its times."""
        found = []
        for one in clock.times:
            at = self._at(self.today, one, clock)
            found.append(at if at.at > self.now else self._at(self.today + timedelta(days=1), one, clock))
        return found

    def _on(self, day: date) -> Meant:
        return Meant(moment(day, self.default, self.calendar.zone), has_time=False)

    def _at(self, day: date, one: time, clock: Clock) -> Meant:
        return Meant(moment(day, one, clock.zone or self.calendar.zone), has_time=True)

    def _judged(self, meant: list[Meant]) -> Understood | Ambiguous:
        return judged(meant, self.calendar, self.now, not_past=self.not_past, today_too=self.day_needed)
