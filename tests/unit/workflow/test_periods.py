from __future__ import annotations

from datetime import date

import pytest

from workflow import periods


@pytest.mark.parametrize("other", ["Triwulan IV 2026", "tw 4 2026", "TW IV  2026", "TW-IV-2026", "Triwulan 4 / 2026"])
def test_spellings_of_one_period_have_one_key(other: str) -> None:
    assert periods.fold(other) == periods.fold("TW IV 2026")


@pytest.mark.parametrize("other", ["TW III 2026", "TW IV 2025", "Tahun 2026", "IV"])
def test_other_periods_have_other_keys(other: str) -> None:
    assert periods.fold(other) != periods.fold("TW IV 2026")


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2027, 1, 4), "TW IV 2026"),
        (date(2026, 4, 30), "TW I 2026"),
        (date(2026, 11, 20), "TW IV 2026"),
        (date(2026, 12, 31), "TW IV 2026"),
        (date(2026, 10, 1), "TW III 2026"),
    ],
)
def test_the_quarter_just_ended_is_proposed_first_in_the_month_after_it(today: date, first: str) -> None:
    assert periods.suggestions(today)[0] == first
    assert periods.suggestions(today)[-1] == f"Tahun {today.year}"
