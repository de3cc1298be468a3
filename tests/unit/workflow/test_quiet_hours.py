"""Quiet hours in words, over midnight, and never a whole working day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.calendar.settings import CalendarSettings
from workflow.calendar.working_time import WorkingTime
from workflow.quiet_hours import QuietHours, of_json, parse

WIB = ZoneInfo("Asia/Jakarta")
MONDAY = date(2027, 1, 11)


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("18.00 sampai 07.00", "18:00", "07:00"),
        ("18-7", "18:00", "07:00"),
        ("18.00 s/d 07.00", "18:00", "07:00"),
        ("pukul 18:00–07:00", "18:00", "07:00"),
        ("Jam 6 sore sampai jam 7 pagi", "18:00", "07:00"),
        ("jam 6 sampai jam 7", "18:00", "07:00"),
        ("setengah 6 sore sampai setengah 7 pagi", "17:30", "06:30"),
        ("9 malam - 5 pagi", "21:00", "05:00"),
        ("8pm to 6am", "20:00", "06:00"),
        ("22 sampai dengan 5", "22:00", "05:00"),
        ("12.00-13.00", "12:00", "13:00"),
        ("jam 12 s.d. jam 1", "12:00", "13:00"),
    ],
)
def test_from_when_until_when(words: str, start: str, end: str) -> None:
    assert parse(words) == QuietHours(time.fromisoformat(start), time.fromisoformat(end))


@pytest.mark.parametrize("words", ["tidak ada", "Tidak ada.", "tidak perlu", "tanpa", "none", "-"])
def test_none(words: str) -> None:
    assert parse(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "",
        "besok",
        "18.00",
        "18.00 sampai 18.00",
        "25.00 sampai 3",
        "21.00 WITA sampai 5",
        "1-2-3",
        "sampai",
        "😀 sampai 7",
    ],
)
def test_what_is_no_hours_is_refused(words: str) -> None:
    with pytest.raises(ValueError):
        parse(words)


@given(st.text(max_size=60))
def test_nothing_that_is_typed_breaks_it(words: str) -> None:
    try:
        found = parse(words)
    except ValueError:
        return
    assert found is None or found.start != found.end


@given(st.times(), st.times(), st.integers(0, 60 * 24 * 8 - 1))
def test_the_end_is_the_first_moment_that_is_not_quiet(start: time, end: time, minute: int) -> None:
    start, end = start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    if start == end:
        return
    hours = QuietHours(start, end)
    at = datetime(2027, 1, 11, tzinfo=UTC) + timedelta(minutes=minute)
    local = at.astimezone(WIB)
    inside = start <= local.time() < end if start < end else local.time() >= start or local.time() < end
    until = hours.end_after(local)
    assert (until is not None) == inside
    if until is not None:
        assert until.time() == end
        assert timedelta(0) < until - local <= timedelta(days=1)
        assert hours.end_after(until) is None


def test_they_leave_half_of_every_working_day() -> None:
    calendar = WorkingTime(WIB, CalendarSettings())
    fitting = ["18.00 sampai 07.00", "12.00-13.00", "07.00 sampai 09.00", "16.00 sampai 07.30"]
    swallowing = ["07.00 sampai 16.00", "07.30 sampai 12.00", "12.30 sampai 12.00", "00.00 sampai 23.59"]
    assert [words for words in fitting if not quiet(words).leaves_time(calendar, MONDAY)] == []
    assert [words for words in swallowing if quiet(words).leaves_time(calendar, MONDAY)] == []


def quiet(words: str) -> QuietHours:
    found = parse(words)
    assert found is not None
    return found


def test_kept_and_read_again() -> None:
    hours = QuietHours(time(18, 0), time(7, 0))
    assert hours.as_json() == {"from": "18:00", "until": "07:00"}
    assert of_json(hours.as_json()) == hours
    assert of_json({}) is None
