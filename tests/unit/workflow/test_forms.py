from __future__ import annotations

from typing import Any

from sop_definitions import loader
from workflow import forms
from workflow.state import Part

SUMBANG = loader.find("sumbang-pengukuran-kinerja")


def test_fields_are_asked_in_order_and_optional_ones_once() -> None:
    step = SUMBANG.step(4)
    asked = []
    draft: dict[str, Any] = {"fields": {}, "skipped": []}
    while (field := forms.next_field(step, Part.WORK, draft)) is not None:
        asked.append(field.id)
        if field.required:
            draft["fields"] = {**draft["fields"], field.id: "x"}
        else:
            draft["skipped"] = [*draft["skipped"], field.id]
    assert asked == ["tanggal", "pukul", "tempat", "acara", "peserta"]


def test_a_tick_is_a_button_and_no_question() -> None:
    step = SUMBANG.step(10)
    assert forms.next_field(step, Part.WORK, {}) is None
    tick = forms.missing_tick(step, Part.WORK, {})
    assert tick is not None
    assert tick.label.id == "Sudah saya paraf"
    assert forms.missing_tick(step, Part.WORK, {"fields": {tick.id: True}}) is None


def test_taking_over_the_file_is_as_good_as_sending_one() -> None:
    step = SUMBANG.step(10)
    assert forms.missing_files(step, Part.WORK, {}, 0) == 1
    assert forms.missing_files(step, Part.WORK, {}, 1) == 0
    assert forms.missing_files(step, Part.WORK, {"use_previous": True}, 0) == 0


def test_only_what_was_typed_needs_a_second_look() -> None:
    assert not forms.typed(SUMBANG.step(10), Part.WORK, {"fields": {"paraf": True}})
    assert forms.typed(SUMBANG.step(12), Part.WORK, {"fields": {"nomor": "700/1"}})


def test_a_unit_that_ticks_or_carries_owes_no_file() -> None:
    assert forms.files_of(SUMBANG.step(6), Part.UNIT) is not None
    assert forms.files_of(SUMBANG.step(7), Part.UNIT) is None
    assert forms.files_of(SUMBANG.step(8), Part.UNIT) is None
    assert forms.files_of(SUMBANG.step(8), Part.COLLECTION) is not None
    assert forms.files_of(SUMBANG.step(11), Part.PROOF) is not None
