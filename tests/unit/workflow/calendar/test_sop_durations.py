"""Every waktu of the shipped SOPs, as its source prints it, in working minutes and days."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sop_definitions.duration import parse_duration
from sop_definitions.loader import load_all
from workflow.calendar.due import working_days, working_minutes

BLANK = None

DURATIONS: dict[tuple[str, str], Sequence[str | int | None]] = {
    ("candipuro-pengukuran-data-kinerja", "2024"): [10, 120, 60, 180, "3 wd", "2 wd", "1 wd", 60, 10, 15],
    ("dinsospermasdes-pengukuran-kinerja", "2021"): [15, 60, 25, 30, 120, 120, 240, 40, 60, 25, 10, 15, 25, 10],
    ("sumbang-pengukuran-kinerja", "2023"): [BLANK] * 8 + [60, 25, 10, 15, 25, 10],
    ("sutera-pengukuran-kinerja", "2025"): [
        15, "2 wd", "7 wd", "2 wd", "7 wd", 180, "1 wd", "2 wd", "5 wd", "3 wd", "1 wd", BLANK, BLANK,
    ],
    ("tambak-evaluasi-kinerja", "2022"): [BLANK] * 9,
    ("tambak-evaluasi-kinerja", "2023"): [5, 5, "3 wd", "1 wd", "1 wd", "5 wd", "1 wd", "1 wd", "1 wd"],
}  # fmt: skip
"""Working minutes as numbers, working days of a five-day week as text, blank where the source is."""


def _span(text: str | None, unit: str | None) -> str | int | None:
    if text is None:
        return None
    duration = parse_duration(text, "minutes" if unit == "minutes" else None)
    minutes, days = working_minutes(duration), working_days(duration, 5)
    assert (minutes is None) != (days is None), "either minutes or days"
    return minutes if minutes is not None else f"{days} wd"


@pytest.mark.parametrize("key", DURATIONS)
def test_every_step_takes_what_its_source_says(key: tuple[str, str]) -> None:
    steps = load_all()[key].steps
    found = [_span(step.standard_duration_source, step.standard_duration_unit) for step in steps]
    assert found == DURATIONS[key]


def test_no_sop_is_left_out() -> None:
    assert set(DURATIONS) == set(load_all())


@pytest.mark.parametrize(
    ("key", "total"),
    [
        (("dinsospermasdes-pengukuran-kinerja", "2021"), 795),
        (("sumbang-pengukuran-kinerja", "2023"), 145),
        (("candipuro-pengukuran-data-kinerja", "2024"), 3155),
        (("tambak-evaluasi-kinerja", "2023"), 5860),
        (("sutera-pengukuran-kinerja", "2025"), 13695),
    ],
)
def test_the_totals_are_those_of_the_sources(key: tuple[str, str], total: int) -> None:
    spans = [span for span in DURATIONS[key] if span is not None]
    assert sum(span if isinstance(span, int) else int(span.split()[0]) * 450 for span in spans) == total


@pytest.mark.parametrize(
    ("printed", "unit", "span"),
    [
        ("10 Menit", None, 10), ("2 Jam", None, 120), ("3 Hari", None, "3 wd"), ("1 minggu", None, "5 wd"),
        ("1-3 Hari", None, "3 wd"), ("2 s/d 4 jam", None, 240), ("45", "minutes", 45), ("1 bulan", None, "20 wd"),
        ("5 hari kerja", None, "5 wd"),
    ],
)  # fmt: skip
def test_every_way_a_waktu_is_printed(printed: str, unit: str | None, span: str | int) -> None:
    assert _span(printed, unit) == span
