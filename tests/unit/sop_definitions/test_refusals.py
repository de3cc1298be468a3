"""Every fault is refused at its line and column, with what to do."""

from __future__ import annotations

import pytest

from sop_definitions.errors import SopErrors
from sop_definitions.loader import load_text
from tests.unit.sop_definitions.writing import HEAD, place, sop, step

DECIDE = """
collect: decide
outcomes:
  - {id: ya, button: {id: Setujui, en: Approve}}
"""
BACK = "  - {id: tidak, button: {id: Kembalikan, en: Return}, %s}\n"
HAND_IN = """
collect: hand_in
from: kasi
proof: file
"""
INVITE = """
collect: meeting
participants: [kasi]
part: invite
fields:
  - {id: tanggal, label: {id: Tanggal, en: Date}, kind: date}
  - {id: pukul, label: {id: Pukul, en: Time}, kind: time}
"""
MINUTES = "collect: meeting\nparticipants: [kasi]\npart: minutes\n"
BUTTON = "button: {id: Tombol, en: Button}\n"

REFUSED = {
    # YAML
    "duplicate key": (sop(step(1, "collect: confirm\n§collect: upload")), "sudah ada di baris 40"),
    "alias": (sop(step(1, "collect: §*apa")), "Alias"),
    "anchor": (sop(step(1, "collect: §&apa confirm")), "Jangkar"),
    "tag": (sop(step(1, "collect: §!!python/name:os.system confirm")), "Penanda tipe"),
    "two documents": (sop(step(1)) + "§---\na: 1\n", "Satu berkas memuat satu SOP"),
    "syntax": (HEAD + "  - number: 1§: 2\n", "YAML tidak dapat dibaca"),
    "key that is no word": (sop(step(1, "collect: confirm\n? §[a]\n: b")), "Kunci harus berupa kata"),
    "nested too deep": ("a: " + "[" * 20 + "§[", "Bersarang"),
    "nothing": ("§", "Berkas harus berisi"),
    # shape
    "unknown key, near one known": (sop(step(1, "§colect: confirm\ncollect: confirm")), "Maksudnya 'collect'?"),
    "unknown key below": (
        sop(step(1, "collect: upload\nfiles: {min: 1, §maks: 2}")),
        "Maksudnya 'max'?",
    ),
    "unknown key, near none": (sop(step(1, "collect: confirm\n§zzzz: 1")), "Yang sah: number,"),
    "missing key": (sop("  - §number: 1\n"), "Kunci 'collect' wajib ada"),
    "number in quotes": (sop(step(1)).replace("number: 1", 'number: §"1"'), "bilangan bulat"),
    "version without quotes": (sop(step(1)).replace('version: "1"', "version: §1"), "tanda kutip"),
    "no such way to collect": (sop(step(1, "collect: §fax")), "Pilihan yang sah: 'confirm'"),
    "no date": (sop(step(1)).replace("  created_on: null", "  created_on: §kemarin"), "TTTT-BB-HH"),
    "caption too long": (
        sop(step(1, "collect: confirm\nbutton: {id: §" + "x" * 41 + ", en: Go}")),
        "Paling panjang 40 karakter",
    ),
    "too many files": (sop(step(1, "collect: upload\nfiles: {max: §11}")), "Paling besar 10"),
    "no steps": (HEAD.replace("steps:", "steps: §[]"), "paling sedikit berisi 1"),
    # roles
    "unknown actor": (sop(step(1, actor="§camatt")), "Maksudnya 'camat'?"),
    "unknown participant": (sop(step(1, "collect: confirm\nparticipants: [kasi, §bupati]")), "Peran 'bupati'"),
    "unknown collector": (sop(step(1, HAND_IN + "collector: §bupati", actor="kasi")), "Peran 'bupati'"),
    "unknown unit role": (sop(step(1)).replace("unit_role: kasi", "unit_role: §bupati"), "Peran 'bupati'"),
    "role twice": (sop(step(1)).replace("{id: sekcam", "{id: §camat"), "sudah ada"),
    # graph
    "step number twice": (sop(step(1), step(1).replace("number: 1", "number: §1")), "Langkah 1 sudah ada"),
    "unknown predecessor": (sop(step(1), step(2, "collect: confirm\nafter: [1, §7]")), "Langkah 7 tidak ada"),
    "cycle": (sop(step(1), step(2, "collect: confirm\nafter: §[1, 3]"), step(3)), "menunggu dirinya sendiri"),
    "unreachable: behind a step that waits for itself": (
        sop(step(1), step(2, "collect: confirm\nafter: [2]"), step(3).replace("number: 3", "number: §3")),
        "tidak pernah tercapai",
    ),
    "unreachable: every outcome skips it": (
        sop(
            step(1, DECIDE.replace("}}", "}, skip_to: 3}")),
            step(2).replace("number: 2", "number: §2"),
            step(3, "collect: confirm\nafter: [1, 2]"),
        ),
        "tidak pernah tercapai",
    ),
    # decisions
    "decision without outcomes": (sop(step(1, "collect: §decide")), "memerlukan 'outcomes'"),
    "no way forward": (
        sop(step(1), step(2, "collect: decide\noutcomes:\n  §" + (BACK % "returns_to: [1]").strip())),
        "tidak punya jalan maju",
    ),
    "return ahead": (sop(step(1, DECIDE + BACK % "returns_to: [§2]"), step(2)), "tidak mundur"),
    "return to itself": (sop(step(1), step(2, DECIDE + BACK % "returns_to: [1, §2]")), "tidak mundur"),
    "return to no step": (sop(step(1), step(2, DECIDE + BACK % "returns_to: [§9]")), "Langkah 9 tidak ada"),
    "return to another branch": (
        sop(step(1), step(2), step(3, "after: [1]\n" + DECIDE + BACK % "returns_to: [1, §2]")),
        "cabang lain",
    ),
    "return target twice": (sop(step(1), step(2, DECIDE + BACK % "returns_to: [1, §1]")), "sudah disebut"),
    "skip back": (sop(step(1), step(2, DECIDE + BACK % "skip_to: §1")), "bukan langkah sesudah"),
    "skip and return": (
        sop(step(1), step(2, DECIDE + BACK % "skip_to: §3, returns_to: [1]"), step(3)),
        "Pilih satu",
    ),
    "outcome twice": (sop(step(1, DECIDE + "  - {id: §ya, button: {id: Ya, en: Y}}")), "Sudah dipakai"),
    "units go to no hand-in": (
        sop(step(1), step(2, DECIDE + BACK % "returns_to: [1], units_to: §1")),
        "bukan langkah pengumpulan",
    ),
    "decider is the actor": (sop(step(1, DECIDE + "decider: §camat")), "Sama dengan pelaksana"),
    "second party elsewhere": (
        sop(step(1, "collect: confirm\n§second_party: {roles: [kasi], title: {id: a, en: b}}")),
        "hanya untuk collect: decide",
    ),
    # hand-ins
    "hand-in from nobody": (sop(step(1, "collect: §hand_in\nproof: file")), "memerlukan 'from'"),
    "hand-in without proof": (sop(step(1, "collect: §hand_in\nfrom: camat")), "memerlukan 'proof'"),
    "merge without collector": (sop(step(1, HAND_IN + "§merge: {max: 1}", actor="kasi")), "dikirim pengumpul"),
    "collects from itself": (sop(step(1, HAND_IN + "collector: §kasi", actor="kasi")), "kirimannya sendiri"),
    "actor takes no part": (sop(step(1, HAND_IN, actor="§camat")), "'from' atau 'collector'"),
    "nothing to carry": (
        sop(step(1, HAND_IN.replace("file", "§carry") + BUTTON, actor="kasi")),
        "Tidak ada berkas yang diteruskan",
    ),
    "tick without button": (sop(step(1, HAND_IN.replace("file", "§tick"), actor="kasi")), "memerlukan tombol"),
    "two who return": (
        sop(step(1, HAND_IN + "collector: camat\n§return_button: {id: Perbaiki, en: Correct}", actor="kasi")),
        "adalah pengumpul",
    ),
    "unit returned ahead": (
        sop(step(1, HAND_IN + "units_to: §2", actor="kasi"), step(2, HAND_IN, actor="kasi")),
        "bukan langkah pengumpulan",
    ),
    # meetings
    "meeting without part": (sop(step(1, "collect: §meeting\nparticipants: [kasi]")), "memerlukan 'part'"),
    "meeting without participants": (sop(step(1, "collect: §meeting\npart: whole")), "memerlukan 'participants'"),
    "minutes of nothing": (sop(step(1, MINUTES.replace("minutes", "§minutes"))), "Tidak ada undangan"),
    "invitation to nothing": (sop(step(1, INVITE.replace("invite", "§invite"))), "Tidak ada notulen"),
    "invitation without time": (
        sop(step(1, INVITE.replace("invite", "§invite").replace("kind: time", "kind: text")), step(2, MINUTES)),
        "kind: time",
    ),
    # files and fields
    "carries from ahead": (sop(step(1, "collect: confirm\ncarries: [§2]"), step(2)), "bukan langkah sebelum"),
    "distributes nothing": (sop(step(1, "collect: confirm\ndistribute: §units")), "Tidak ada yang dibagikan"),
    "distributes a decision": (sop(step(1, DECIDE + "§distribute: units")), "hanya untuk collect: confirm"),
    "offers nothing": (sop(step(1, "collect: upload\noffer_previous: §true")), "Tidak ada berkas"),
    "upload of nothing": (sop(step(1, "collect: upload\nfiles: {min: §0}")), "memerlukan berkas"),
    "more than most": (sop(step(1, "collect: upload\nfiles: {min: 3, max: §2}")), "kurang dari"),
    "field twice": (
        sop(
            step(
                1,
                "collect: confirm\nfields:\n"
                "  - {id: a, label: {id: A, en: A}, kind: text}\n  - {id: §a, label: {id: B, en: B}, kind: text}",
            )
        ),
        "Isian 'a' sudah ada",
    ),
    "first line too long": (
        sop(step(1)).replace("{id: Dokumen,", "{id: §" + "Dokumen " * 6 + ","),
        "Baris pertama kartu terlalu panjang",
    ),
    # source
    "duration in words": (
        sop(step(1)).replace("duration_source: null", "duration_source: §sebentar"),
        "Waktu tidak terbaca",
    ),
    "bare duration": (sop(step(1)).replace("duration_source: null", 'duration_source: §"60"'), "Waktu tidak terbaca"),
    "unit of nothing": (sop(step(1, "collect: confirm\nstandard_duration_unit: §minutes")), "Hapus satuannya"),
    "suggested duration in words": (
        sop(step(1, "collect: confirm\nsuggested: {basis: b, standard_duration: §lama}")),
        "Waktu tidak terbaca",
    ),
    "shown differently without a word": (
        sop(step(1, "collect: confirm\nactivity_shown: §Lain")),
        "Jelaskan alasannya di source_notes.activity",
    ),
    "shown the same": (sop(step(1, "collect: confirm\nactivity_shown: §Melakukan sesuatu")), "Hapus kunci ini"),
    "note on no column": (sop(step(1, "collect: confirm\nsource_notes: {§waktu: apa}")), "Yang sah: activity"),
    "suggests what is printed": (
        sop(step(1, "collect: confirm\nsuggested: {basis: b, activity: §Lain}")),
        "Sumber tidak kosong",
    ),
    "suggested decider without outcomes": (
        sop(step(1, "collect: upload\nsuggested: {basis: b, decider: §camat}")),
        "selalu berpasangan",
    ),
    "activity blank": (
        sop(step(1)).replace("activity_source: Melakukan sesuatu", "activity_source: §null"),
        "Usulkan di suggested.activity",
    ),
    "date invented": (sop(step(1)).replace("  created_on: null", "  created_on: §2023-01-24"), "jangan diisi sendiri"),
}


@pytest.mark.parametrize(("marked", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_where_the_fault_is(marked: str, message: str) -> None:
    text, line, column = place(marked)
    with pytest.raises(SopErrors) as caught:
        load_text(text, "contoh.yaml")
    found = [(e.line, e.column) for e in caught.value.errors if message in e.message]
    assert found == [(line, column)], str(caught.value)


def test_everything_wrong_is_said_at_once_in_the_order_of_the_file() -> None:
    text = sop(
        step(1, "collect: confirm\nbuton: {id: a, en: b}"),
        step(2, DECIDE + BACK % "returns_to: [3]", actor="bupati"),
        step(3, "collect: confirm\ncollect: upload\nafter: [3]").replace("duration_source: null", "duration_source: x"),
        step(4),
    )
    with pytest.raises(SopErrors) as caught:
        load_text(text, "contoh.yaml")
    said = str(caught.value)
    parts = (
        "Maksudnya 'button'?",
        "Peran 'bupati'",
        "tidak mundur|cabang lain",
        "Waktu tidak",
        "sudah ada di baris",
        "menunggu dirinya",
        "Langkah 4 tidak pernah",
    )
    for part in parts:
        assert any(choice in said for choice in part.split("|")), part
    lines = [error.line for error in caught.value.errors]
    assert lines == sorted(lines)
    assert str(caught.value.errors[0]).startswith("contoh.yaml:41:5: [steps.0.buton] ")


def test_a_sound_file_is_accepted() -> None:
    definition = load_text(
        sop(
            step(1, INVITE),
            step(2, MINUTES),
            step(3, HAND_IN + "collector: camat\nmerge: {max: 1}", actor="kasi"),
            step(4, DECIDE + BACK % "returns_to: [3, 2], units_to: 3"),
            step(5, "collect: upload\ncarries: [3]\noffer_previous: true"),
        ),
        "contoh.yaml",
    )
    assert [s.number for s in definition.steps] == [1, 2, 3, 4, 5]
    assert definition.step(4).outcomes[1].units_to == 3
