"""Stretches of time as officials type them, said on Friday 20 November 2026 at 10.00 WIB."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflow.dates.said import FRIDAY, OFFICE, WIB
from workflow.dates import NotUnderstood
from workflow.dates.period import Period, understand_period


def shown(one: Period) -> str:
    """Return '23-11 00.00 > 28-11 00.00' in the office's zone; the end is no longer part of it."""
    first, after = one.starts_at.astimezone(WIB), one.ends_at.astimezone(WIB)
    return f"{first:%d-%m %H.%M} > {after:%d-%m %H.%M}"


def heard(text: str, now: datetime = FRIDAY) -> list[str]:
    """Return every stretch that words may mean; their refusal's reason where they mean none."""
    try:
        return [shown(one) for one in understand_period(text, now=now, calendar=OFFICE)]
    except NotUnderstood as refused:
        return [refused.reason]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mulai besok sampai Selasa", ["21-11 00.00 > 25-11 00.00"]),
        ("Senin - Rabu", ["23-11 00.00 > 26-11 00.00"]),
        ("senin-rabu", ["23-11 00.00 > 26-11 00.00"]),
        ("Senin s.d. Jumat", ["23-11 00.00 > 28-11 00.00"]),
        ("from monday until friday", ["23-11 00.00 > 28-11 00.00"]),
        ("5 s.d. 9 Desember", ["05-12 00.00 > 10-12 00.00"]),
        ("5-9 Desember", ["05-12 00.00 > 10-12 00.00"]),
        ("tanggal 23 sampai tanggal 25", ["23-11 00.00 > 26-11 00.00"]),
        ("28 s/d 3 Desember", ["28-11 00.00 > 04-12 00.00"]),
        ("18 s.d. 24 November", ["20-11 10.00 > 25-11 00.00"]),
        ("30 November sampai 4", ["30-11 00.00 > 05-12 00.00"]),
        ("2026-12-05 sampai 2026-12-09", ["05-12 00.00 > 10-12 00.00"]),
        ("Senin, 30 November 2026 s.d. Jumat, 4 Desember 2026", ["30-11 00.00 > 05-12 00.00"]),
        ("sampai Selasa", ["20-11 10.00 > 25-11 00.00"]),
        ("sekarang sampai besok", ["20-11 10.00 > 22-11 00.00"]),
        ("hari ini", ["20-11 10.00 > 21-11 00.00"]),
        ("besok", ["21-11 00.00 > 22-11 00.00"]),
        ("minggu depan", ["23-11 00.00 > 30-11 00.00"]),
        ("bulan depan", ["01-12 00.00 > 01-01 00.00"]),
        ("selama 3 hari kerja", ["20-11 10.00 > 25-11 00.00"]),
        ("Senin selama 3 hari kerja", ["23-11 00.00 > 26-11 00.00"]),
        ("2 minggu mulai Senin", ["23-11 00.00 > 07-12 00.00"]),
        ("Senin jam 8 sampai jam 12", ["23-11 08.00 > 23-11 12.00"]),
        ("besok jam 9 sampai Rabu jam 15.30", ["21-11 09.00 > 25-11 15.30"]),
        # Three working days in all, or until the third one after Monday? Whoever said it chooses.
        ("Senin sampai 3 hari kerja", ["23-11 00.00 > 26-11 00.00", "23-11 00.00 > 27-11 00.00"]),
        # Said on a Friday, 'Jumat' is today or in a week.
        ("Jumat sampai Senin", ["20-11 10.00 > 24-11 00.00", "27-11 00.00 > 01-12 00.00"]),
        ("mulai besok", ["no_end"]),
        ("besok jam 9", ["no_end"]),
        ("9 Desember sampai 5 Desember", ["backwards"]),
        ("besok sampai kemarin", ["backwards"]),
        ("kemarin sampai besok", ["past"]),
        ("1 November sampai 3 November", ["past"]),
        ("29 s.d. 31 Februari", ["no_such_day"]),
        ("Senin sampai Rabu sampai Jumat", ["not_a_date"]),
        ("selama 0 hari", ["not_a_date"]),
        ("kapan-kapan", ["vague"]),
        ("cuti", ["not_a_date"]),
        ("", ["empty"]),
        ("x" * 500, ["too_long"]),
    ],
)
def test_what_a_stretch_means(text: str, meant: list[str]) -> None:
    assert heard(text) == meant


_WORDS = st.sampled_from(
    ["mulai", "sampai", "s.d.", "selama", "besok", "lusa", "Senin", "Jumat", "depan", "minggu", "hari", "kerja",
     "jam", "pagi", "kemarin", "5", "31", "9 Januari", "30 Februari", "-", "2027-01-05", "3", "0", "12.00"]
)  # fmt: skip


@given(
    st.lists(_WORDS, max_size=7).map(" ".join) | st.text(max_size=40),
    st.integers(0, 1_000_000).map(lambda minutes: FRIDAY + timedelta(minutes=minutes)),
)
def test_whatever_is_said_it_ends_after_it_begins_and_not_in_the_past(text: str, now: datetime) -> None:
    try:
        found = understand_period(text, now=now, calendar=OFFICE)
    except NotUnderstood:
        return
    assert 1 <= len(found) <= 4
    midnight = now.astimezone(WIB).replace(hour=0, minute=0, second=0, microsecond=0)
    for one in found:
        assert one.starts_at < one.ends_at
        assert one.ends_at > now
        assert one.starts_at >= midnight
