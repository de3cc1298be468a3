"""/kalender on the phones: everybody looks, the admin changes, whoever holds a task hears of it."""

from __future__ import annotations

from tests.e2e.conftest import Opened
from tests.e2e.driver import Driver
from tests.e2e.phone import Phone

SOP = "sutera-pengukuran-kinerja"


async def names_a_day_off(admin: Phone, words: str, understood: str) -> None:
    await admin.taps("Tambah hari libur")
    await admin.hears("Tanggal berapa kantor ini libur?")
    await admin.says(words)
    await admin.taps("Ya", on=understood)


async def test_a_day_off_of_the_office_moves_a_deadline(open_office: Opened) -> None:
    office = await open_office(SOP, accept_suggestions="true")
    p = office.phones
    await Driver(p).start(p.sekcam, "TW IV 2026")
    await p.staf.says("/kalender")
    seen = await p.staf.hears("Kalender kerja Kecamatan Sumbang")
    assert "Senin, 4 Januari 2027 pukul 08.00 WIB: jam kerja, sampai pukul 12.00 WIB" in seen.content
    assert "Rabu, 10 Maret 2027: Hari Raya Idul Fitri (perkiraan)" in seen.content
    assert seen.captions == []

    await p.camat.says("/kalender")
    await p.camat.taps("Jam kerja")
    await p.camat.taps("Senin–Kamis")
    await p.camat.says("07.30-15.00, istirahat 12.00-13.00")
    change = await p.camat.hears("Kalender akan berubah")
    assert "Jam kerja Senin–Kamis: 07.30–12.00, 13.00–15.00." in change.content
    await p.camat.taps("Ya, terapkan", on="Jam kerja Senin–Kamis")
    done = await p.camat.hears("Kalender diperbarui")
    moved = "tenggat bergeser. Pemegang tugasnya diberi tahu" in done.content

    await p.camat.taps("Lihat kalender")
    await p.camat.hears("Senin–Kamis: 07.30–12.00, 13.00–15.00")
    await names_a_day_off(p.camat, "besok", "Selasa, 5 Januari 2027")
    await p.camat.sees_toast("Kantor memang libur")
    await p.camat.says("/kalender")
    await names_a_day_off(p.camat, "Rabu, 6 Januari 2027", "Rabu, 6 Januari 2027")
    await p.camat.hears("Mohon ketik nama hari liburnya")
    await p.camat.says("Hari Jadi Kabupaten")
    await p.camat.taps("Ya, terapkan", on="Hari Jadi Kabupaten")
    await p.camat.hears("Rabu, 6 Januari 2027 libur: Hari Jadi Kabupaten.")
    await office.quiet()
    notices = [m for phone in p.phones.values() for m in phone.received if m.content.startswith("Tenggat bergeser")]
    assert moved == bool(notices)
    assert await office.faults("sumbang") == []
