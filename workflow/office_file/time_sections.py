"""The sections of an office file that say when the office works and how it reminds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from sop_definitions.errors import Problem
from sop_definitions.model import Strict
from workflow.calendar.settings import MOST_SPECIAL_DAYS, RamadanDates, WeekHours
from workflow.office_file.names import Name

_YEARS = range(2020, 2101)


def _likely(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError(f"Tahun {day.year} agaknya salah ketik. Periksa tanggalnya.")
    return day


Day = Annotated[date, AfterValidator(_likely)]
Listed = Field(default=None, max_length=MOST_SPECIAL_DAYS)


class HolidayEntry(Strict):
    """A day off of this office only: a local holiday, an election."""

    date: Day
    name: Name


class WorkingDayEntry(Strict):
    """A holiday or a weekend on which this office works."""

    date: Day
    name: Name | None = None


class CalendarEntry(Strict):
    """The office's working time; what is absent stays as it is (at first: Perpres 21/2023)."""

    days: Literal[5, 6] | None = None
    hours: WeekHours | None = None
    ramadan_hours: WeekHours | None = None
    ramadan: tuple[RamadanDates, ...] | None = None
    holidays: tuple[HolidayEntry, ...] | None = Listed
    working_days: tuple[WorkingDayEntry, ...] | None = Listed
    confirmed: tuple[Day, ...] | None = Listed


def check_calendar(calendar: CalendarEntry) -> Iterator[Problem]:
    """Yield every day that the calendar names twice."""
    named: list[tuple[date, tuple[Any, ...]]] = []
    named += [(entry.date, ("holidays", index, "date")) for index, entry in enumerate(calendar.holidays or ())]
    named += [(entry.date, ("working_days", index, "date")) for index, entry in enumerate(calendar.working_days or ())]
    named += [(day, ("confirmed", index)) for index, day in enumerate(calendar.confirmed or ())]
    seen: set[date] = set()
    for day, path in named:
        if day in seen:
            yield Problem(("calendar", *path), f"Tanggal {day} sudah disebut pada kalender ini. Hapus salah satunya.")
        seen.add(day)
