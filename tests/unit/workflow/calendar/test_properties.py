"""The fast calendar against the minute-by-minute one, for every kind of office."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from sop_definitions.duration import Duration, DurationUnit
from tests.unit.workflow.calendar.given import Pair, moments, offices, pauses_after
from workflow.calendar.due import due, shifted

minutes = st.integers(1, 2000) | st.integers(1, 40000)
days = st.integers(1, 12) | st.integers(1, 250)


@given(offices, moments(), moments())
def test_the_minutes_between_two_moments_are_those_one_counts(office: Pair, start: datetime, end: datetime) -> None:
    assert office.calendar.minutes_between(start, end) == office.oracle.minutes_between(start, end)
    assert office.calendar.minutes_between(end, start) == -office.oracle.minutes_between(start, end)


@given(offices, moments(), minutes)
def test_adding_minutes_ends_where_one_has_counted_so_many(office: Pair, at: datetime, amount: int) -> None:
    assert office.calendar.add_minutes(at, amount) == office.oracle.add_minutes(at, amount)


@given(offices, moments(), st.integers(1, 5000))
def test_taking_minutes_away_ends_where_one_has_counted_back_so_many(office: Pair, at: datetime, amount: int) -> None:
    assume(office.oracle.minutes[: office.oracle.index(at)].count(1) >= amount)
    assert office.calendar.add_minutes(at, -amount) == office.oracle.add_minutes(at, -amount)


@given(offices, moments(), minutes, st.integers(0, 59_999_999))
def test_adding_then_subtracting_comes_back(office: Pair, at: datetime, amount: int, rest: int) -> None:
    begun = office.calendar.next_open(at + timedelta(microseconds=rest))
    ended = office.calendar.add_minutes(begun, amount)
    assert office.calendar.add_minutes(ended, -amount) == begun
    assert office.calendar.minutes_between(begun, ended) == amount
    # From an end of working time the way back and forth comes back too.
    assert office.calendar.add_minutes(office.calendar.add_minutes(ended, -amount), amount) == ended


@given(offices, moments(), moments(), st.integers(0, 59_999_999))
def test_parts_of_a_minute_count_as_parts(office: Pair, start: datetime, end: datetime, rest: int) -> None:
    exact = start + timedelta(microseconds=rest)
    within = timedelta(microseconds=rest) if office.calendar.is_open(start) else timedelta()
    whole = timedelta(minutes=office.oracle.minutes_between(start, end))
    assert office.calendar.worked(exact, end) == whole - within


@given(offices, moments(), days)
def test_days_end_at_closing_of_the_nth_working_day_after(office: Pair, at: datetime, amount: int) -> None:
    opened = at.astimezone(office.oracle.zone).date()
    day = office.oracle.nth_day(opened, amount, at)
    assert day is not None
    assert office.calendar.add_days(at, amount) == office.oracle.closing(day)
    assert office.calendar.working_day(opened, amount) == day
    assert office.calendar.days_between(opened, day) == amount
    assert office.calendar.days_between(day, opened) == -amount
    assert office.calendar.working_day(day, 0) == day


@given(offices, moments())
def test_openings_are_those_one_finds(office: Pair, at: datetime) -> None:
    calendar, oracle = office.calendar, office.oracle
    assert calendar.is_open(at) == bool(oracle.minutes[oracle.index(at)])
    assert calendar.next_open(at) == oracle.next_open(at)
    local = at.astimezone(oracle.zone).date()
    morning = oracle.nth_day(local, 1, at)
    assert morning is not None
    assert calendar.next_morning(at) == oracle.opening(morning)
    assert calendar.is_working_day(local) == oracle.works(local)
    assert (calendar.day_off(local) is None) == oracle.works(local)
    expected = (oracle.opening(local), oracle.closing(local)) if oracle.works(local) else (None, None)
    assert (calendar.opening(local), calendar.closing(local)) == expected
    worked = sum((end - start for start, end in calendar.hours(local)), timedelta())
    assert worked == timedelta(minutes=sum(oracle.of_day(local)))
    assert all(oracle.minutes[oracle.index(start)] for start, _ in calendar.hours(local))


@given(offices, st.data(), moments(), st.integers(1, 3000))
def test_paused_minutes_do_not_count(office: Pair, data: st.DataObject, at: datetime, amount: int) -> None:
    pauses = data.draw(pauses_after(at))
    duration = Duration(1, amount, DurationUnit.MINUTES)
    assert due(office.calendar, at, duration, pauses) == office.oracle.add_minutes(at, amount, pauses)


@given(offices, st.data(), moments(), st.integers(1, 15))
def test_days_with_a_paused_minute_do_not_count(office: Pair, data: st.DataObject, at: datetime, amount: int) -> None:
    pauses = data.draw(pauses_after(at))
    day = office.oracle.nth_day(at.astimezone(office.oracle.zone).date(), amount, at, pauses)
    expected = office.oracle.closing(day) if day is not None else None
    assert due(office.calendar, at, Duration(amount, amount, DurationUnit.DAYS), pauses) == expected


@given(offices, st.data(), moments(), st.integers(0, 30000))
def test_a_set_date_moves_by_the_working_days_paused(
    office: Pair, data: st.DataObject, since: datetime, ahead: int
) -> None:
    pauses, at = data.draw(pauses_after(since)), since + timedelta(minutes=ahead)
    assert shifted(office.calendar, at, since, pauses) == office.oracle.shifted(at, since, pauses)


@given(offices, st.data(), moments(), st.integers(1, 3000))
def test_a_pause_never_brings_a_deadline_nearer(office: Pair, data: st.DataObject, at: datetime, amount: int) -> None:
    pauses = [pause for pause in data.draw(pauses_after(at)) if pause.end is not None]
    duration = Duration(amount, amount, DurationUnit.MINUTES)
    without, with_them = due(office.calendar, at, duration), due(office.calendar, at, duration, pauses)
    assert without is not None
    assert with_them is not None
    assert with_them >= without
