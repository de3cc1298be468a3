"""The shipped definitions: which there are, and what each asks of officials."""

from __future__ import annotations

import pytest

from sop_definitions.captions import captions
from sop_definitions.loader import SHIPPED, definition_from_json, find, load_all, load_file, version_order
from sop_definitions.model import Collect, Confidence

SHIPPED_STEPS = {
    ("candipuro-pengukuran-data-kinerja", "2024"): 10,
    ("dinsospermasdes-pengukuran-kinerja", "2021"): 14,
    ("sumbang-pengukuran-kinerja", "2023"): 14,
    ("sutera-pengukuran-kinerja", "2025"): 13,
    ("tambak-evaluasi-kinerja", "2022"): 9,
    ("tambak-evaluasi-kinerja", "2023"): 9,
}


def test_all_are_there_under_their_own_names() -> None:
    assert {key: len(d.steps) for key, d in load_all().items()} == SHIPPED_STEPS
    assert {path.name for path in SHIPPED.glob("*.yaml")} == {f"{i}.{v}.yaml" for i, v in SHIPPED_STEPS}


def test_the_newest_version_is_found_unless_one_is_named() -> None:
    assert find("tambak-evaluasi-kinerja").version == "2023"
    assert find("tambak-evaluasi-kinerja", "2022").version == "2022"
    with pytest.raises(KeyError):
        find("tidak-ada")
    with pytest.raises(KeyError):
        find("tambak-evaluasi-kinerja", "1999")


def test_versions_sort_as_people_count() -> None:
    assert sorted(["10", "9", "2023.2", "2023.10", "draft"], key=version_order) == [
        "draft",
        "9",
        "10",
        "2023.2",
        "2023.10",
    ]


@pytest.mark.parametrize("key", SHIPPED_STEPS)
def test_json_keeps_everything(key: tuple[str, str]) -> None:
    definition = load_all()[key]
    assert definition_from_json(definition.model_dump_json(by_alias=True)) == definition


def test_loading_a_file_again_gives_the_same() -> None:
    path = SHIPPED / "sumbang-pengukuran-kinerja.2023.yaml"
    assert load_file(path) == find("sumbang-pengukuran-kinerja")


SUMBANG_CAPTIONS = {
    1: ["Perintahkan"],
    2: ["Kirim hasil"],
    3: ["Kirim ke semua seksi", "Sudah saya terima"],
    4: ["Kirim undangan", "Ubah jadwal", "Hadir", "Berhalangan", "Diwakilkan"],
    5: ["Rapat selesai"],
    6: ["Kirim hasil", "Nihil", "Terima", "Kembalikan"],
    7: ["Data sudah valid", "Perbaiki data"],
    8: ["Sampaikan ke Sekcam", "Terima", "Kembalikan", "Kirim hasil"],
    9: ["Tidak ada koreksi", "Kembalikan"],
    10: ["Sudah saya paraf", "Gunakan berkas ini", "Sampaikan ke Camat"],
    11: ["Sudah ditandatangani", "Kembalikan", "Kirim hasil"],
    12: ["Kirim hasil"],
    13: ["Selesai"],
    14: ["Arsipkan"],
}


def test_sumbang_says_what_its_officials_expect() -> None:
    sumbang = find("sumbang-pengukuran-kinerja")
    assert {step.number: captions(step) for step in sumbang.steps} == SUMBANG_CAPTIONS
    fields = {step.number: [field.id for field in step.fields] for step in sumbang.steps if step.fields}
    assert fields == {
        1: ["arahan"],
        4: ["tanggal", "pukul", "tempat", "acara", "peserta"],
        10: ["paraf"],
        12: ["nomor", "tanggal", "tujuan"],
        13: ["jumlah_rangkap"],
        14: ["lokasi"],
    }
    signing = sumbang.step(11)
    assert signing.card_note is not None
    assert "konfirmasi internal, bukan tanda tangan elektronik tersertifikasi" in signing.card_note.id
    assert signing.second_party is not None
    assert signing.second_party.roles == ("sekcam", "pengelola")


RETURNS = {
    "sumbang-pengukuran-kinerja": {9: (8,), 11: (10, 9)},
    "dinsospermasdes-pengukuran-kinerja": {9: (8,), 11: (10, 9)},
    "candipuro-pengukuran-data-kinerja": {8: (6, 5, 4), 9: (8, 6)},
    "tambak-evaluasi-kinerja": {7: (6, 5)},
    "sutera-pengukuran-kinerja": {11: (10, 8, 7)},
}


@pytest.mark.parametrize("sop_id", RETURNS)
def test_each_decision_returns_where_it_may(sop_id: str) -> None:
    decisions = [step for step in find(sop_id).steps if step.collect is Collect.DECIDE]
    assert {step.number: next(o.returns_to for o in step.outcomes if o.returns_to) for step in decisions} == RETURNS[
        sop_id
    ]


def test_sutera_proposes_that_the_camat_approves_the_document() -> None:
    suggested = find("sutera-pengukuran-kinerja").step(12).suggested
    assert suggested is not None
    assert suggested.decider == "camat"
    assert [o.button.id for o in suggested.outcomes] == ["Setujui", "Kembalikan"]


def test_nothing_official_is_sure_about_an_actor_it_had_to_infer() -> None:
    unsure = [s for d in load_all().values() for s in d.steps if s.actor.confidence is not Confidence.HIGH]
    assert len(unsure) >= 35
    assert all(step.actor.reason for step in unsure)
