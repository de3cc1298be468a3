"""When a run would end by its standard times, and the office's cut-off day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sop_definitions.loader import find
from storage.tables import Adoption, Office
from workflow import cutoff
from workflow.adopting import adopt
from workflow.adoption import Adopted, content, content_hash
from workflow.adoption_choices import Choices
from workflow.calendar.of_office import calendar_of

MONDAY = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
"""08.00 WIB."""


def office(**policy: int) -> Office:
    return Office(id="x", name="X", regency="Y", timezone="Asia/Jakarta", policy=policy)


def adopted(sop: str, *, accept: bool) -> Adopted:
    return adopt(find(sop), Choices.model_validate({"confirm": "all", "accept_suggestions": accept}), frozenset())


def row(definition: Adopted) -> Adoption:
    text = content(definition)
    return Adoption(
        office_id="x", sop_id="x", version="1", title="X", content=text, content_hash=content_hash(text),
        adopted_at=MONDAY,
    )  # fmt: skip


def test_days_and_weeks_add_up_along_the_longest_way_in_working_time() -> None:
    found = cutoff.estimate(adopted("sutera-pengukuran-kinerja", accept=True), calendar_of(office()), MONDAY)
    alone = cutoff.estimate(adopted("candipuro-pengukuran-data-kinerja", accept=True), calendar_of(office()), MONDAY)
    assert alone.ends_at < found.ends_at
    assert calendar_of(office()).is_working_day(calendar_of(office()).local_date(found.ends_at))


def test_steps_without_a_time_count_as_nothing_and_are_named() -> None:
    sop = adopted("sumbang-pengukuran-kinerja", accept=False)
    found = cutoff.estimate(sop, calendar_of(office()), MONDAY)
    assert found.blank == tuple(s.number for s in sop.definition.steps if s.standard_duration_source is None)
    assert found.blank
    filled = cutoff.estimate(adopted("sumbang-pengukuran-kinerja", accept=True), calendar_of(office()), MONDAY)
    assert filled.blank == ()
    assert found.ends_at < filled.ends_at


@pytest.mark.parametrize(
    ("period", "day", "expected"),
    [
        ("TW IV 2026", 10, date(2027, 1, 10)),
        ("Triwulan 3 2026", 5, date(2026, 10, 5)),
        ("Tahun 2026", 10, date(2027, 1, 10)),
        ("Semester I 2027", 10, date(2027, 7, 10)),
        ("Desember 2026", 10, date(2027, 1, 10)),
        ("Monev khusus", 10, None),
    ],
)
def test_the_cut_off_day_lies_in_the_month_after_the_period(period: str, day: int, expected: date | None) -> None:
    assert cutoff.cutoff_of(office(cutoff_day=day), period) == expected


def test_only_a_run_that_ends_after_the_day_is_warned_of() -> None:
    long = row(adopted("sutera-pengukuran-kinerja", accept=True))
    found = cutoff.overrun(office(), long, "TW IV 2026", MONDAY)
    assert found is not None
    assert found.cutoff == date(2027, 1, 10)
    assert cutoff.overrun(office(), long, "TW I 2027", MONDAY) is None
    assert cutoff.overrun(office(), long, "tanpa nama", MONDAY) is None
    blank = row(adopted("sumbang-pengukuran-kinerja", accept=False))
    assert cutoff.overrun(office(), blank, "TW IV 2026", MONDAY) is None
    late = cutoff.overrun(office(), blank, "TW III 2026", MONDAY)
    assert late is not None
    assert late.estimate.blank
