"""Adopting: every actor is confirmed, blanks are settled, the source stays, the value is frozen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sop_definitions.checks import check
from sop_definitions.duration import Duration, DurationUnit
from sop_definitions.loader import find, load_all
from sop_definitions.model import Collect, Position
from storage.tables import Adoption
from workflow.adopting import AdoptionRefused, adopt
from workflow.adoption import (
    Adopted,
    AdoptionDamaged,
    content,
    content_hash,
    effective,
    head_role,
    load,
    office_roles_needed,
    role_of,
    secretary_role,
    standard_duration,
)
from workflow.adoption_choices import Choices

SUMBANG = "sumbang-pengukuran-kinerja"
CANDIPURO = "candipuro-pengukuran-data-kinerja"
SUTERA = "sutera-pengukuran-kinerja"

KECAMATAN = {"camat", "sekcam", "kasi_kasubag", "pengelola"}
ROLES: dict[str, dict[str, str]] = {
    SUMBANG: {},
    CANDIPURO: {"sekretaris": "sekcam", "tim_sakip": "pengelola", "staf": "pengelola"},
    "dinsospermasdes-pengukuran-kinerja": {
        "kepala_dinas": "camat", "sekretaris": "sekcam", "sek_tim_sakip": "pengelola", "anggota_tim": "kasi_kasubag",
    },
    "tambak-evaluasi-kinerja": {"kasubag_perencanaan_keuangan": "pengelola"},
    SUTERA: {"sekretaris": "sekcam", "kasubag_pkp": "pengelola", "kepala_seksi": "kasi_kasubag"},
}  # fmt: skip


def choices(**said: Any) -> Choices:
    return Choices.model_validate({"confirm": "all", **said})


def row_of(adopted: Adopted) -> Adoption:
    text = content(adopted)
    return Adoption(
        office_id="kantor", sop_id=adopted.definition.id, version="1", title="Judul", content=text,
        content_hash=content_hash(text), adopted_at=datetime(2026, 11, 20, tzinfo=UTC),
    )  # fmt: skip


def messages(sop: str, **said: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(AdoptionRefused) as refused:
        adopt(find(sop), choices(**said), KECAMATAN)
    return {problem.path: problem.message for problem in refused.value.problems}


@pytest.mark.parametrize(("sop", "version"), sorted(load_all()))
def test_one_kecamatan_can_adopt_every_sop_by_its_roles(sop: str, version: str) -> None:
    adopted = adopt(find(sop, version), choices(roles=ROLES[sop], accept_suggestions=True), KECAMATAN)

    assert adopted.unconfirmed == ()
    assert {role for need in office_roles_needed(adopted) for role in need.roles} <= KECAMATAN
    assert (head_role(adopted), secretary_role(adopted)) == ("camat", "sekcam")


@pytest.mark.parametrize(("sop", "version"), sorted(load_all()))
def test_nothing_is_confirmed_by_itself_however_sure_the_transcription(sop: str, version: str) -> None:
    definition = find(sop, version)
    adopted = adopt(definition, Choices())
    assert adopted.unconfirmed == tuple(step.number for step in definition.steps)
    assert adopted.accepted == {}
    assert adopted.definition == definition


def test_confirming_some_steps_leaves_the_others_and_changing_an_actor_confirms_it() -> None:
    adopted = adopt(find(SUMBANG), choices(confirm=[1, 9], steps={2: {"actor": "pengelola"}}))
    assert adopted.unconfirmed == (3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14)
    assert adopted.definition.step(2).actor.role == "pengelola"


def test_a_step_without_readable_activity_is_confirmed_as_it_is_or_settled() -> None:
    definition = find(CANDIPURO)
    unsaid = adopt(definition, choices(confirm=[1, 2, 3, 4, 5, 6, 7, 8, 9]))
    assert unsaid.unconfirmed == (10,)
    as_it_is = adopt(definition, choices())
    assert (as_it_is.unconfirmed, effective(as_it_is, 10, "activity")) == ((), None)

    accepted = adopt(definition, choices(accept_suggestions=True))
    own = adopt(definition, choices(steps={10: {"activity": "Menyiapkan surat pengantar"}}))

    assert (accepted.unconfirmed, effective(accepted, 10, "activity")) == ((), "Penyiapan surat pengantar")
    assert (own.unconfirmed, effective(own, 10, "activity")) == ((), "Menyiapkan surat pengantar")
    assert own.definition.step(10).activity_source is None
    suggested = definition.step(10).suggested
    assert suggested is not None
    assert effective(accepted, 10, "activity") == suggested.activity


def test_accepted_suggestions_hold_are_marked_and_leave_the_source_blank() -> None:
    definition = find(SUMBANG)
    some = adopt(definition, choices(accept_suggestions=[1]))
    step = some.definition.step(1)

    assert (step.output_source, step.standard_duration_source) == (None, None)
    assert set(some.accepted) == {1}
    assert effective(some, 1, "output") == step.output_shown == some.accepted[1]["output"]
    assert standard_duration(some, 1) == Duration(15, 15, DurationUnit.MINUTES)
    assert standard_duration(some, 2) is None
    assert standard_duration(some, 9) == Duration(60, 60, DurationUnit.MINUTES)


def test_a_suggested_decider_makes_the_step_a_decision_only_when_accepted() -> None:
    before, after = (adopt(find(SUTERA), choices(accept_suggestions=accept)) for accept in (False, True))

    assert (before.definition.step(12).collect, before.definition.step(12).decider) == (Collect.UPLOAD, None)
    step = after.definition.step(12)
    assert (step.collect, step.decider, step.actor.role) == (Collect.DECIDE, "camat", "kasubag_pkp")
    assert [outcome.id for outcome in step.outcomes] == ["setujui", "kembalikan"]
    assert after.accepted[12]["decider"] == "camat"


@pytest.mark.parametrize(("sop", "version"), sorted(load_all()))
def test_an_adopted_sop_can_run_as_soundly_as_the_source(sop: str, version: str) -> None:
    adopted = adopt(find(sop, version), choices(roles=ROLES[sop], accept_suggestions=True))
    # What a file must explain (a shown wording, a suggestion) the adoption's own marks explain.
    paths = [problem.path for problem in check(adopted.definition)]
    assert [path for path in paths if not (str(path[-1]).endswith("_shown") or "suggested" in path)] == []


def test_a_step_is_given_to_a_role_by_the_sops_name_or_the_offices() -> None:
    roles = ROLES[CANDIPURO]
    by_sop = adopt(find(CANDIPURO), choices(roles=roles, steps={5: {"actor": "sekretaris"}}))
    by_office = adopt(find(CANDIPURO), choices(roles=roles, steps={5: {"actor": "sekcam"}}))
    assert content(by_sop) == content(by_office)
    assert role_of(by_office, by_office.definition.step(5).actor.role) == "sekcam"


def test_a_role_only_the_office_knows_becomes_a_role_of_the_adopted_sop() -> None:
    adopted = adopt(find(SUMBANG), choices(steps={12: {"actor": "bendahara"}}), {"bendahara"})
    assert adopted.definition.step(12).actor.role == "bendahara"
    assert adopted.definition.role("bendahara").position is Position.STAFF
    assert adopted.role_map["bendahara"] == "bendahara"


def test_another_sops_name_for_a_role_that_needs_no_translating_changes_nothing() -> None:
    roles = {"sekretaris": "sekcam", "tim_sakip": "pengelola"}
    assert content(adopt(find(SUMBANG), choices(roles=roles))) == content(adopt(find(SUMBANG), choices()))


def test_whoever_becomes_actor_of_a_hand_in_also_collects_or_hands_in_for_the_former() -> None:
    adopted = adopt(find(SUMBANG), choices(steps={6: {"actor": "sekcam"}}))
    assert find(SUMBANG).step(6).collector == "pengelola"
    assert adopted.definition.step(6).collector == "sekcam"
    assert adopted.definition.step(6).from_ == "kasi_kasubag"


def test_every_misfit_is_named_at_once_where_it_stands() -> None:
    found = messages(
        CANDIPURO, confirm=[1, 99], accept_suggestions=[98], roles={"kadis": "bupati"},
        steps={
            44: {"actor": "camat"}, 2: {"actor": "kadis"}, 9: {"activity": "Lain"}, 1: {"collector": "camat"},
            10: {"activity": "Surat", "standard_duration": "sebentar"},
        },
    )  # fmt: skip
    assert set(found) == {
        ("confirm", 1), ("accept_suggestions", 0), ("roles", "kadis"), ("steps", "44"), ("steps", "2", "actor"),
        ("steps", "9", "activity"), ("steps", "1", "collector"), ("steps", "10", "standard_duration"),
    }  # fmt: skip
    assert "camat, sekretaris" in found["steps", "2", "actor"]


def test_an_unreadable_duration_is_refused_where_the_source_is_blank() -> None:
    found = messages(SUMBANG, steps={1: {"standard_duration": "sebentar"}})
    assert list(found) == [("steps", "1", "standard_duration")]
    assert "60 Menit" in found["steps", "1", "standard_duration"]


def test_the_hash_names_the_meaning_and_not_how_it_was_said() -> None:
    definition = find(SUMBANG)
    every = [step.number for step in definition.steps]
    same = {
        content_hash(content(adopt(definition, said)))
        for said in (choices(), choices(confirm=every), choices(confirm=every[::-1], roles={"camat": "camat"}))
    }
    other = content_hash(content(adopt(definition, choices(accept_suggestions=True))))
    assert len(same) == 1
    assert other not in same


@pytest.mark.parametrize(("sop", "version"), sorted(load_all()))
def test_what_is_stored_is_read_back_equal_and_once(sop: str, version: str) -> None:
    adopted = adopt(find(sop, version), choices(roles=ROLES[sop], accept_suggestions=True))
    assert load(row_of(adopted)) == adopted
    assert content(load(row_of(adopted))) == content(adopted)
    assert load(row_of(adopted)) is load(row_of(adopted))


def test_content_changed_after_adoption_is_not_used() -> None:
    row = row_of(adopt(find(SUMBANG), choices(steps={14: {"actor": "sekcam"}})))
    row.content = row.content.replace('"pengelola"', '"camat"')
    with pytest.raises(AdoptionDamaged):
        load(row)


def test_needs_name_each_seat_that_work_hangs_on() -> None:
    needs = [
        (need.step, need.roles, need.per_unit) for need in office_roles_needed(adopt(find(SUMBANG), choices()))
        if need.blocking
    ]  # fmt: skip
    assert [need for need in needs if need[0] in (3, 6, 7, 11)] == [
        (3, ("sekcam",), False),
        (6, ("kasi_kasubag",), True),
        (6, ("pengelola",), False),
        (7, ("kasi_kasubag",), True),
        (11, ("camat",), False),
        (11, ("sekcam", "pengelola"), False),
    ]
