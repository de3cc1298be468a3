"""Offices, moments and pauses for the properties: drawn mostly from where counting goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.unit.workflow.calendar.oracle import Oracle
from workflow.calendar.due import Span
from workflow.calendar.settings import CalendarSettings, RamadanDates, SpecialDay, WeekHours, parse_hours
from workflow.calendar.working_time import WorkingTime

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
EARLIEST, LATEST = datetime(2026, 2, 1, tzinfo=UTC), datetime(2029, 12, 1, tzinfo=UTC)
"""Room on both sides for what is added and taken away."""

_HOT = (
    date(2026, 3, 17), date(2026, 3, 25), date(2026, 12, 23), date(2026, 12, 31), date(2027, 1, 4), date(2027, 2, 5),
    date(2027, 2, 8), date(2027, 3, 5), date(2027, 3, 16), date(2027, 12, 31), date(2028, 1, 27), date(2028, 2, 29),
    date(2028, 12, 29), date(2029, 2, 12),
)  # fmt: skip
"""The eve and the end of Lebaran, Ramadan's first days, year ends, a leap day."""
_CLOCKS = (time(7, 29), time(7, 30), time(11, 29), time(11, 30), time(12, 0), time(13, 0), time(15, 59), time(16, 0))


@dataclass(frozen=True, slots=True)
class Pair:
    """The calendar under test and the oracle of the same office."""

    calendar: WorkingTime
    oracle: Oracle


@lru_cache(maxsize=64)
def pair(zone: str, own: CalendarSettings) -> Pair:
    return Pair(WorkingTime(ZoneInfo(zone), own), Oracle(ZoneInfo(zone), own))


@st.composite
def _hours(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    marks = draw(st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True))
    marks = sorted(marks[: len(marks) // 2 * 2])
    return tuple(zip(marks[::2], marks[1::2], strict=True))


@st.composite
def own_settings(draw: st.DrawFn) -> CalendarSettings:
    """An office that differs from the default in anything it may differ in."""
    days = draw(st.sampled_from((5, 6)))
    hours = st.none() | _hours()
    saturday = hours if days == 6 else st.none()
    weeks = st.builds(WeekHours, monday_to_thursday=hours, friday=hours, saturday=saturday)
    when = st.sampled_from(_HOT).flatmap(lambda day: st.integers(-10, 10).map(lambda n: day + timedelta(days=n)))
    kinds = st.sampled_from(("holiday", "working", "confirmed"))
    special = draw(st.lists(st.tuples(when, kinds), max_size=8, unique_by=lambda item: item[0]))
    ramadan = draw(st.none() | st.sampled_from([RamadanDates(first=date(2027, 2, 9), last=date(2027, 3, 10))]))
    return CalendarSettings(
        days=days,
        hours=draw(weeks),
        ramadan_hours=draw(weeks),
        ramadan=(ramadan,) if ramadan else (),
        special=tuple(SpecialDay(date=day, kind=kind) for day, kind in special),
    )


_KNOWN = (
    CalendarSettings(),
    CalendarSettings(days=6),
    CalendarSettings(
        hours=WeekHours(monday_to_thursday=parse_hours("08.00-12.00, 13.00-16.30")),
        special=(SpecialDay(date=date(2027, 1, 4), kind="holiday"), SpecialDay(date=date(2027, 1, 5), kind="working")),
    ),
)
offices = st.builds(pair, st.sampled_from(ZONES), st.sampled_from(_KNOWN) | own_settings())
"""Every second one known, so that its oracle is built once."""


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """A whole minute, most often near a holiday, an opening or a closing."""
    spread = (LATEST - EARLIEST) // timedelta(minutes=1)
    if draw(st.booleans()):
        return EARLIEST + timedelta(minutes=draw(st.integers(0, spread)))
    day = draw(st.sampled_from(_HOT)) + timedelta(days=draw(st.integers(-7, 7)))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    clock = draw(st.sampled_from(_CLOCKS) | st.times().map(lambda t: t.replace(second=0, microsecond=0)))
    return max(EARLIEST, min(LATEST, datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)))


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> list[Span]:
    """Pauses from a little before ``start`` on, in any order, the last perhaps still open."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        begins = start + timedelta(minutes=draw(st.integers(-3000, 20000)))
        lasts = timedelta(minutes=draw(st.integers(0, 900) | st.integers(0, 15000)))
        found.append(Span(begins, begins + lasts))
    if draw(st.integers(0, 3)) == 0:
        found.append(Span(start + timedelta(minutes=draw(st.integers(-3000, 40000))), None))
    return draw(st.permutations(found))
