from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_definitions.model import FieldKind
from workflow.calendar.settings import parse_settings
from workflow.calendar.working_time import WorkingTime
from workflow.values import BadValue, Read, Unclear, read

TODAY = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # a Friday, 10.00 WIB
OFFICE = WorkingTime(ZoneInfo("Asia/Jakarta"), parse_settings({}))
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
REASONS = {
    "empty", "too_long", "not_a_number", "not_a_time", "not_a_date", "past_date", "wrong_weekday", "no_such_day",
    "vague", "date_only",
}  # fmt: skip


def parse(kind: FieldKind, text: str, now: datetime, *, not_past: bool = False) -> Any:
    """Return the value of an answer; a list of values where it is unclear which is meant."""
    found = read(kind, text, now, OFFICE, not_past=not_past)
    return [one.value for one in found.choices] if isinstance(found, Unclear) else found.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 Desember 2026", "2026-12-05"),
        ("05/12/2026", "2026-12-05"),
        ("5-12-2026", "2026-12-05"),
        ("2026-12-05", "2026-12-05"),
        ("5 Des", "2026-12-05"),
        ("5 Januari", "2027-01-05"),
        ("17 Agt 2027", "2027-08-17"),
        ("12/11", "2026-11-12"),
        ("hari ini", "2026-11-20"),
        ("besok", "2026-11-21"),
        ("lusa", "2026-11-22"),
        ("kemarin", "2026-11-19"),
        ("tgl 5 Desember 2026", "2026-12-05"),
        ("Senin, 23 November 2026", "2026-11-23"),
        ("Jum'at, 27 November 2026", "2026-11-27"),
        ("jumat 27 november 2026", "2026-11-27"),
        ("Kamis depan", "2026-11-26"),
        ("3 hari kerja lagi", "2026-11-25"),
        ("Senin lalu", "2026-11-16"),
    ],
)
def test_dates_as_officials_type_them(text: str, expected: str) -> None:
    assert parse(FieldKind.DATE, text, TODAY) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31 Februari 2027", "no_such_day"),
        ("29 Februari", "no_such_day"),
        ("Selasa, 30 November 2026", "wrong_weekday"),
        ("jam 9", "not_a_date"),
        ("habis lebaran", "vague"),
        ("besok jam 9", "date_only"),
        ("besok pagi", "date_only"),
        ("asdf", "not_a_date"),
        ("   ", "empty"),
        ("x" * 1501, "too_long"),
    ],
)
def test_a_date_is_never_guessed(text: str, reason: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse(FieldKind.DATE, text, TODAY)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5", ["2026-11-05", "2026-12-05"]),
        ("minggu depan", ["2026-11-27", "2026-11-23"]),
        ("Senin", ["2026-11-23", "2026-11-16"]),
        ("5 Agustus", ["2026-08-05", "2027-08-05"]),
    ],
)
def test_a_date_that_can_be_two_is_asked_about(text: str, values: list[str]) -> None:
    assert parse(FieldKind.DATE, text, TODAY) == values


def test_the_clock_may_stand_beside_a_meetings_date() -> None:
    assert read(FieldKind.DATE, "Kamis depan jam 9", TODAY, OFFICE, clock_too=True) == Read("2026-11-26", "09:00")
    assert read(FieldKind.DATE, "Kamis depan", TODAY, OFFICE, clock_too=True) == Read("2026-11-26")
    with pytest.raises(BadValue) as refused:
        read(FieldKind.DATE, "hari ini jam 9", TODAY, OFFICE, not_past=True, clock_too=True)
    assert refused.value.reason == "past_date"


def test_a_meeting_cannot_be_in_the_past_but_a_letter_can() -> None:
    assert parse(FieldKind.DATE, "19 November 2026", TODAY) == "2026-11-19"
    with pytest.raises(BadValue) as refused:
        parse(FieldKind.DATE, "kemarin", TODAY, not_past=True)
    assert refused.value.reason == "past_date"
    with pytest.raises(BadValue) as refused:
        parse(FieldKind.DATE, "19 November 2026", TODAY, not_past=True)
    assert refused.value.reason == "past_date"
    assert parse(FieldKind.DATE, "hari ini", TODAY, not_past=True) == "2026-11-20"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09.00", "09:00"),
        ("9", "09:00"),
        ("09:05", "09:05"),
        ("pukul 14.30 WIB", "14:30"),
        ("jam 2 siang", "14:00"),
        ("jam 9 pagi", "09:00"),
        ("12 siang", "12:00"),
        ("7 malam", "19:00"),
        ("setengah 3 sore", "14:30"),
        ("jam setengah sembilan", "08:30"),
        ("10 siang", "10:00"),
        ("9am", "09:00"),
        ("2:30 pm", "14:30"),
        ("pukul 10 WITA", "09:00"),
        ("2", ["14:00", "02:00"]),
    ],
)
def test_clock_times(text: str, expected: str | list[str]) -> None:
    assert parse(FieldKind.TIME, text, TODAY) == expected


@pytest.mark.parametrize("text", ["25.00", "9.60", "siang", "besok jam 9", "-1", "3 hari", "00.30 WITA", "x" * 200])
def test_what_is_no_clock_time(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse(FieldKind.TIME, text, TODAY)
    assert refused.value.reason == "not_a_time"


@pytest.mark.parametrize(("text", "expected"), [("5", 5), ("3 rangkap", 3), ("1.200", 1200), ("12 Eksemplar", 12)])
def test_numbers(text: str, expected: int) -> None:
    assert parse(FieldKind.NUMBER, text, TODAY) == expected


@pytest.mark.parametrize("text", ["lima", "-3", "2,5", "9999999", "3 kucing"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse(FieldKind.NUMBER, text, TODAY)
    assert refused.value.reason == "not_a_number"


def test_a_list_is_one_entry_a_line() -> None:
    assert parse(FieldKind.LIST, "- Kepala Desa\n\n• Bidan desa\n", TODAY) == ["Kepala Desa", "Bidan desa"]
    with pytest.raises(BadValue):
        parse(FieldKind.LIST, "-\n-", TODAY)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_date_written_in_full_is_read_back(day: date) -> None:
    written = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    assert parse(FieldKind.DATE, written, TODAY) == day.isoformat()
    assert parse(FieldKind.DATE, f"{day.day:02}/{day.month:02}/{day.year}", TODAY) == day.isoformat()


@given(st.text(max_size=60), st.sampled_from(list(FieldKind)))
def test_whatever_is_typed_is_a_value_or_a_named_refusal(text: str, kind: FieldKind) -> None:
    reason = None
    try:
        value = parse(kind, text, TODAY)
    except BadValue as refused:
        reason = refused.reason
    assert reason in REASONS if reason else value not in ("", [], None)
