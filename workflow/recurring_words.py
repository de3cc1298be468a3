"""From 'setiap Senin pertama bulan' to a rule. Every word must be understood, or none is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn

from workflow.recurring import LAST, Every, On, Rule

MAX_LENGTH = 120
MOST_DAYS = {Every.WEEK: 5, Every.MONTH: 10}
"""Up to which working day a period can be counted: every month of the year has that many."""


class NotARule(Exception):
    """Words that are no rule. ``reason`` is a stable word for the message that says so.

    Reasons: ``not_recurring`` (it may be a date), ``no_day`` (which day of the period?),
    ``clock`` (a time of day, which a rule has none of), ``no_such_day``, ``not_understood``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_BEGINS = re.compile(r"\s*(?:setiap|tiap|tiap-tiap|saban|every|each)\b")
_CLOCK = re.compile(r"\b(?:jam|pukul|pkl|at)\s*\d|\b\d{1,2}[.:]\d{2}\b|\b(?:wib|wita|wit|pagi|siang|sore|malam)\b")
_PERIODS = (
    (Every.QUARTER, r"triwulan|tri wulan|tw|kuartal|kwartal|quarter|(?:3|tiga|three) (?:bulan|months)"),
    (Every.HALF, r"semester|(?:6|enam|six) (?:bulan|months)|half[- ]year"),
    (Every.YEAR, r"tahun|year"),
    (Every.MONTH, r"bulan|month"),
    (Every.WEEK, r"minggu|pekan|week"),
)
_COUNTS = {
    "pertama": 1, "kesatu": 1, "first": 1, "1st": 1, "awal": 1,
    "kedua": 2, "second": 2, "2nd": 2, "ketiga": 3, "third": 3, "3rd": 3,
    "keempat": 4, "fourth": 4, "4th": 4, "kelima": 5, "fifth": 5, "5th": 5,
    "terakhir": LAST, "penghabisan": LAST, "last": LAST, "akhir": LAST,
}  # fmt: skip
_WEEKDAYS = {
    "senin": 0, "selasa": 1, "rabu": 2, "kamis": 3, "jumat": 4, "jum'at": 4, "jumaat": 4, "sabtu": 5,
    "hari minggu": 6, "ahad": 6, "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4,
    "saturday": 5, "sunday": 6,
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan", "februari february feb pebruari", "maret march mar", "april apr", "mei may",
            "juni june jun", "juli july jul", "agustus august agu ags aug", "september sep sept",
            "oktober october okt oct", "november nopember nov nop", "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_FILLERS = r"setiap|tiap|tiap-tiap|saban|every|each|pada|di|dari|dalam|sekali|hari|nya|on|the|of|in|day|setelahnya"


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_COUNT = rf"(?:{_any(_COUNTS)}|ke[- ]?\d{{1,2}}|\d{{1,2}}(?:st|nd|rd|th))"


def parse(text: str) -> Rule:
    """Return the rule that words say; raise :class:`NotARule`."""
    words = re.sub(r"\s+", " ", re.sub(r"[,;.]+(?=\s|$)", " ", text.casefold())).strip()
    if len(words) > MAX_LENGTH:
        raise NotARule("not_understood")
    if _BEGINS.match(words) is None:
        raise NotARule("not_recurring")
    if _CLOCK.search(words):
        raise NotARule("clock")
    return _Words(words).rule()


class _Words:
    """Words from which one meaning after the other is taken away until none is left."""

    def __init__(self, words: str) -> None:
        self.left = words

    def rule(self) -> Rule:
        working_day = self._counted(r"hari kerja", r"(?:working|business|work) day")
        weekday, nth_weekday = self._weekday()
        day, month = self._day_of_month()
        longer = self._has("|".join(words for every, words in _PERIODS if every not in (Every.MONTH, Every.WEEK)))
        part = self._counted(r"bulan", r"month") if longer else None
        every = self._every()
        edge = self._take(rf"({_any(('akhir', 'awal', 'end', 'beginning', 'terakhir', 'pertama'))})")
        self._take_all(_FILLERS)
        if self.left.strip():
            raise NotARule("not_understood")
        given = [working_day is not None, weekday is not None, day is not None]
        if sum(given) > 1 or (edge is not None and any(given)):
            raise NotARule("not_understood")
        if edge is not None:
            day = LAST if edge in ("akhir", "end", "terakhir") else 1
        if month is not None and every not in (None, Every.YEAR):
            raise NotARule("not_understood")
        if working_day is not None:
            return self._on_working_day(working_day, every or (Every.YEAR if month else None), month or part)
        if weekday is not None:
            return self._on_weekday(weekday, nth_weekday, every or (Every.YEAR if month else None), month or part)
        return self._on_day(day, every, month, part)

    def _on_working_day(self, nth: int, every: Every | None, month: int | None) -> Rule:
        if every is None:
            raise NotARule("not_understood")
        if nth != LAST and not 1 <= nth <= MOST_DAYS.get(every, MOST_DAYS[Every.MONTH]):
            raise NotARule("no_such_day")
        return Rule(every, On.WORKING_DAY, nth, None, _within(every, month))

    def _on_weekday(self, weekday: int, nth: int | None, every: Every | None, month: int | None) -> Rule:
        if nth is None:
            if every not in (None, Every.WEEK) or month is not None:
                raise NotARule("no_day")  # 'setiap bulan hari Senin': which of them?
            return Rule(Every.WEEK, On.WEEKDAY, 1, weekday)
        if every in (None, Every.WEEK):
            raise NotARule("not_understood")
        if nth != LAST and not 1 <= nth <= 4:
            raise NotARule("no_such_day")
        return Rule(every, On.WEEKDAY, nth, weekday, _within(every, month))

    def _on_day(self, day: int | None, every: Every | None, month: int | None, part: int | None) -> Rule:
        if day is None:
            raise NotARule("no_day" if every is not None or month is not None else "not_understood")
        every = every or (Every.YEAR if month is not None else Every.MONTH)
        if day != LAST and not 1 <= day <= 31:
            raise NotARule("no_such_day")
        if every is Every.WEEK:
            return Rule(every, On.WORKING_DAY, day) if day in (1, LAST) else _fail("no_such_day")
        if every is Every.MONTH:
            return Rule(every, On.DAY, day) if part is None else _fail("not_understood")
        if month is not None and day != LAST and day > (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31):
            raise NotARule("no_such_day")
        if month is None and part is None and every is Every.YEAR and day not in (1, LAST):
            raise NotARule("no_day")  # 'setiap tahun tanggal 5': of which month?
        return Rule(
            every, On.DAY, day, None, _within(every, month or part) or (_last_month(every) if day == LAST else 1)
        )

    def _counted(self, *units: str) -> int | None:
        unit = "|".join(units)
        found = self._take(rf"(?:{unit}) ({_COUNT})") or self._take(rf"({_COUNT}) (?:{unit})")
        return _count(found) if found is not None else None

    def _weekday(self) -> tuple[int | None, int | None]:
        names = _any(_WEEKDAYS)
        match = self._match(rf"({names})(?: ({_COUNT}))?") if not self._has(rf"({_COUNT}) ({names})") else None
        if match is None:
            match = self._match(rf"({_COUNT}) ({names})")
            return (None, None) if match is None else (_WEEKDAYS[match[1] or ""], _count(match[0] or ""))
        return _WEEKDAYS[match[0] or ""], _count(match[1]) if match[1] else None

    def _day_of_month(self) -> tuple[int | None, int | None]:
        """Return the day and, if one is named, the month of the year."""
        names = _any(_MONTHS)
        match = self._match(rf"(?:(?:tanggal|tgl) )?(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({names})")
        if match is not None:
            return int(match[0] or 0), _MONTHS[match[1] or ""]
        match = self._match(rf"({names}) (\d{{1,2}})(?:st|nd|rd|th)?")
        if match is not None:
            return int(match[1] or 0), _MONTHS[match[0] or ""]
        day = self._take(r"(?:tanggal|tgl|day) (\d{1,2}|terakhir)") or self._take(r"(?:the )?(\d{1,2})(?:st|nd|rd|th)")
        month = self._take(rf"(?:bulan )?({names})")
        return _count(day) if day is not None else None, _MONTHS[month] if month is not None else None

    def _every(self) -> Every | None:
        found = [every for every, words in _PERIODS if self._take(rf"({words})") is not None]
        if len(found) > 1:
            raise NotARule("not_understood")
        return found[0] if found else None

    def _has(self, pattern: str) -> bool:
        return re.search(rf"(?<!\w)(?:{pattern})(?!\w)", self.left) is not None

    def _match(self, pattern: str) -> tuple[str | None, ...] | None:
        match = re.search(rf"(?<!\w)(?:{pattern})(?!\w)", self.left)
        if match is None:
            return None
        self.left = re.sub(r"\s+", " ", f"{self.left[: match.start()]} {self.left[match.end() :]}")
        return match.groups()

    def _take(self, pattern: str) -> str | None:
        match = self._match(pattern)
        return match[0] if match is not None else None

    def _take_all(self, words: str) -> None:
        self.left = re.sub(rf"(?<!\w)(?:{words})(?!\w)", " ", self.left)


def _count(word: str) -> int:
    known = _COUNTS.get(word)
    return known if known is not None else int(re.sub(r"\D", "", word) or 0)


def _within(every: Every, month: int | None) -> int | None:
    """Return a month of the period, counted from 1; raise :class:`NotARule` if the period has none such."""
    if month is None:
        return None
    length = {Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}.get(every, 0)
    if month == LAST and length:
        return length
    return month if 1 <= month <= length else _fail("no_such_day")


def _last_month(every: Every) -> int:
    return {Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}[every]


def _fail(reason: str) -> NoReturn:
    raise NotARule(reason)
