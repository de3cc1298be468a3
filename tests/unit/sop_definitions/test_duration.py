from __future__ import annotations

import pytest

from sop_definitions.duration import Duration, DurationUnit, parse_duration


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("10 Menit", 10, 10, DurationUnit.MINUTES),
        ("2 Jam", 2, 2, DurationUnit.HOURS),
        ("3 Hari", 3, 3, DurationUnit.DAYS),
        ("5 hari kerja", 5, 5, DurationUnit.DAYS),
        ("1 minggu", 1, 1, DurationUnit.WEEKS),
        ("2 bulan", 2, 2, DurationUnit.MONTHS),
        ("1-3 Hari", 1, 3, DurationUnit.DAYS),
        ("1 s/d 3  Hari", 1, 3, DurationUnit.DAYS),
        ("15menit", 15, 15, DurationUnit.MINUTES),
    ],
)
def test_printed_durations(text: str, low: int, high: int, unit: DurationUnit) -> None:
    assert parse_duration(text) == Duration(low, high, unit)


def test_a_bare_number_takes_the_unit_of_its_column() -> None:
    assert parse_duration("60", "minutes") == Duration(60, 60, DurationUnit.MINUTES)


@pytest.mark.parametrize("text", ["", "60", "segera", "0 Menit", "3-1 Hari", "1,5 Jam", "Perintah Camat", "٣ Hari"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|unit|span"):
        parse_duration(text)


def test_a_unit_is_not_given_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        parse_duration("60 Menit", "minutes")
