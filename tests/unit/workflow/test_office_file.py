"""The office file by itself: what it may say, and every fault at its place."""

from __future__ import annotations

import pytest

from sop_definitions.errors import SopErrors
from workflow.office_file.loading import load_text

SOUND = """\
office: {id: sumbang, name: Kecamatan Sumbang, regency: Kabupaten Banyumas, timezone: Asia/Jakarta}
units:
  - {id: sekretariat, name: Sekretariat}
officials:
  - {name: Ahmad Fauzi, telegram_id: 1001, seats: [{role: camat}], admin: true}
  - {name: Siti Rahayu, seats: [{role: sekcam}, {role: kasi_kasubag, unit: sekretariat, title: Kasubag Umum}]}
adopts:
  - {sop: sumbang-pengukuran-kinerja, version: 2023, confirm: [1, 2], steps: {2: {actor: sekcam}}}
"""


def faults(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(SopErrors) as refused:
        load_text(text, "office.yaml")
    assert all(error.file == "office.yaml" for error in refused.value.errors)
    return [(error.line, error.column, error.message) for error in refused.value.errors]


def test_a_sound_file_is_read_with_its_optional_lines_left_out() -> None:
    file = load_text(SOUND, "office.yaml").file
    assert (file.format, file.office.timezone) == (1, "Asia/Jakarta")
    assert file.officials is not None
    assert [official.telegram_id for official in file.officials] == [1001, None]
    assert file.adopts is not None
    entry = file.adopts[0]
    assert (entry.version, entry.confirm, entry.accept_suggestions) == ("2023", (1, 2), False)
    assert entry.steps[2].actor == "sekcam"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("WIB", "Asia/Jakarta"),
        ("wita", "Asia/Makassar"),
        ("WIT", "Asia/Jayapura"),
        ("Asia/Pontianak", "Asia/Pontianak"),
    ],
)
def test_time_zones_by_the_names_officials_use(said: str, meant: str) -> None:
    assert load_text(SOUND.replace("Asia/Jakarta", said), "x").file.office.timezone == meant


@pytest.mark.parametrize(
    ("old", "new", "at", "hint"),
    [
        ("Asia/Jakarta", "Asia/Jkt", "Asia/Jkt", "WIB, WITA, WIT"),
        ("id: sumbang,", "id: Kec Sumbang,", "Kec Sumbang,", "huruf kecil tanpa spasi"),
        ("regency: Kabupaten Banyumas, ", "", "{id: sumbang", "'regency' wajib ada. Tambahkan."),
        ("name: Sekretariat}", "nama: Sekretariat}", "nama:", "Maksudnya 'name'?"),
        ("telegram_id: 1001", 'telegram_id: "1001"', '"1001"', "tanpa tanda kutip"),
        ("telegram_id: 1001", "telegram_id: -5", "-5", "Paling kecil 1."),
        ("admin: true", "admin: ya", "ya}", "true atau false"),
        ("role: camat", "role: Camat Baru", "Camat Baru", "huruf kecil tanpa spasi"),
        ("Ahmad Fauzi", '"Ahmad\\u202eFauzi"', '"Ahmad', "tak terlihat"),
        ("Rahayu,", "Rahayu, telegram_id: 1001, salutation: Ibu,", "1001, salutation", "Satu akun Telegram"),
        ("Siti Rahayu", "Budi, admin: false}\n  - {name: Budi", "Budi, seats", "Bedakan namanya"),
        ("{role: sekcam}, ", "{role: sekcam}, {role: sekcam }, ", "{role: sekcam }", "sudah tercantum"),
        ("confirm: [1, 2]", "confirm: semua", "semua", "Tulis all atau daftar nomor langkah"),
        ("steps: {2: {actor: sekcam}}", "steps: {dua: {}}", "{}}", "Harus bilangan bulat"),
        ("{actor: sekcam", "{pelaku: sekcam", "pelaku", "tidak dikenal. Yang sah: actor, from"),
        ("units:", "units:\n  - {id: sekretariat, name: Lain}", "sekretariat, name: Sek", "sudah ada di atas"),
        ("officials:", "office: {}\nofficials:", "office: {}", "sudah ada di baris 1"),
    ],
)
def test_each_fault_is_told_where_it_stands_and_what_to_do(old: str, new: str, at: str, hint: str) -> None:
    text = SOUND.replace(old, new, 1)
    before = text[: text.index(at)]
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert [found for found in faults(text) if found[:2] == place and hint in found[2]], faults(text)


def test_all_faults_are_told_at_once() -> None:
    broken = SOUND.replace("Asia/Jakarta", "Mars").replace("1001", "satu").replace("confirm: [1, 2]", "confirm: al")
    assert [line for line, _, _ in faults(broken)] == [1, 5, 8]


def test_the_same_sop_is_not_adopted_twice() -> None:
    again = SOUND + "  - {sop: sumbang-pengukuran-kinerja}\n"
    assert [(line, column) for line, column, _ in faults(again)] == [(9, 11)]


@pytest.mark.parametrize("text", ["", "- a", "office: [", "office: &a {id: x}", "\x00", "sumbang"])
def test_what_is_no_office_file_is_refused_and_never_raises_anything_else(text: str) -> None:
    assert faults(text)


def test_a_file_may_speak_of_the_office_alone() -> None:
    file = load_text(SOUND.splitlines()[0], "x").file
    assert (file.units, file.officials, file.adopts) == (None, None, None)


TIME = (
    SOUND
    + """\
calendar:
  days: 6
  hours:
    friday: 07.30-11.30
  ramadan:
    - {first: 2027-02-08, last: 2027-03-09}
  holidays:
    - {date: 2027-02-22, name: Hari Jadi}
  working_days:
    - {date: 2027-03-12}
  confirmed: [2027-03-10, 2027-03-11]
policy: {floor_minutes: 90, superiors: {kasi: camat}}
"""
)


def test_working_time_and_reminders_are_read() -> None:
    file = load_text(TIME, "office.yaml").file
    assert file.calendar is not None
    assert file.calendar.hours is not None
    assert file.calendar.hours.friday == ((450, 690),)
    assert file.calendar.ramadan_hours is None
    assert file.policy is not None
    assert file.policy.model_fields_set == {"floor_minutes", "superiors"}


@pytest.mark.parametrize(
    ("old", "new", "at", "hint"),
    [
        ("days: 6", "days: 7", "7\n", "Pilihan yang sah: 5 atau 6."),
        ("friday: 07.30-11.30", "friday: 07.30", "07.30\n", "mis. 07.30-12.00, 13.00-16.00"),
        ("friday: 07.30-11.30", "friday: jam 8", "jam 8", "'jam 8' belum terbaca"),
        ("friday: 07.30-11.30", "friday: 11.30-07.30", "11.30-07.30", "harus urut"),
        ("friday: 07.30-11.30", "jumat: 07.30-11.30", "jumat", "tidak dikenal"),
        ("last: 2027-03-09", "last: 2027-04-09", "{first", "29 atau 30 hari"),
        ("{date: 2027-02-22,", "{date: 22-02-2027,", "22-02-2027", "TTTT-BB-HH"),
        ("{date: 2027-02-22,", "{date: 2072-02-30,", "2072-02-30", "TTTT-BB-HH"),
        ("{date: 2027-02-22,", "{date: 2207-02-22,", "2207-02-22", "salah ketik"),
        (", name: Hari Jadi", "", "{date: 2027-02-22}", "'name' wajib ada"),
        ("[2027-03-10, 2027-03-11]", "[2027-03-10, 2027-03-12]", "2027-03-12]", "sudah disebut"),
        ("floor_minutes: 90", "floor_minutes: 0", "0, superiors", "Paling kecil 5."),
        ("floor_minutes: 90", "floor_menit: 90", "floor_menit", "Maksudnya 'floor_minutes'?"),
    ],
)
def test_each_fault_of_the_time_sections_is_told_where_it_stands(old: str, new: str, at: str, hint: str) -> None:
    text = TIME.replace(old, new, 1)
    assert text != TIME
    before = text[: text.index(at, len(SOUND))]
    place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert [found for found in faults(text) if found[:2] == place and hint in found[2]], faults(text)
