"""Time is moved on officials' phones: more time, a hand-in's date, a pause, a task handed over."""

from __future__ import annotations

from datetime import timedelta

from tests.e2e.conftest import Opened
from tests.e2e.step_by_step import says
from tests.e2e.test_turns import count, turning

SOP = "sumbang-pengukuran-kinerja"


async def test_more_time_is_asked_for_and_decided_once(open_office: Opened) -> None:
    office = await open_office(SOP, accept_suggestions="true")
    p = office.phones
    run = await turning(office)
    await run.until("Kirim hasil")  # step 2, the secretary's

    # The secretary answers to the head.
    await says(office, p.sekcam, "/dispensasi")
    await p.sekcam.hears("Dispensasi sampai kapan?")
    await says(office, p.sekcam, "kemarin")
    await says(office, p.sekcam, "hari ini pukul 08.30")
    await p.sekcam.taps("Ya")
    await p.sekcam.hears("tidak melewati tenggat yang sekarang")
    await says(office, p.sekcam, "Kamis pukul 10")
    await p.sekcam.sees("Kamis, 7 Januari 2027 pukul 10.00 WIB")
    await p.sekcam.taps("Ya")
    await p.sekcam.hears("Mengapa diperlukan waktu lebih?")
    toast = await p.sekcam.taps_and_hears("Batal")
    assert toast.text == ""
    await office.quiet()
    assert count(p.camat, "Permintaan dispensasi") == 0

    await says(office, p.sekcam, "/dispensasi Kamis pukul 10")
    await p.sekcam.taps("Ya", on="Kamis, 7 Januari 2027 pukul 10.00 WIB")
    await p.sekcam.hears("Mengapa diperlukan waktu lebih?")
    await says(office, p.sekcam, "Menunggu format baru dari kabupaten")
    await p.sekcam.taps("Kirim alasan", on="Menunggu format baru")
    await p.sekcam.hears("Permintaan dispensasi terkirim")
    asked = await p.camat.sees("Permintaan dispensasi:")
    assert "Alasan: “Menunggu format baru dari kabupaten”" in asked.content
    assert "Dimohon sampai: Kamis, 7 Januari 2027 pukul 10.00 WIB" in asked.content
    assert asked.captions[:2] == ["Setujui", "Tidak disetujui"]

    await p.camat.taps("Setujui", on="Permintaan dispensasi")
    await p.sekcam.sees("Dispensasi disetujui")
    await p.camat.sees("Ibu Siti Rahayu, Sekcam, sudah diberi tahu")
    await p.sekcam.sees("Dispensasi sampai Kamis, 7 Januari 2027 pukul 10.00 WIB")
    await office.quiet()
    assert p.camat.find("Setujui", on="Permintaan dispensasi") is None
    await says(office, p.staf, "/status 1")
    await p.staf.hears("Menunggu format baru dari kabupaten")
    assert await office.faults("sumbang") == []


async def test_a_run_stands_still_and_goes_on(open_office: Opened) -> None:
    office = await open_office(SOP, accept_suggestions="true")
    p = office.phones
    run = await turning(office)
    await run.until("Kirim hasil")
    await says(office, p.trantib, "/tunda 1")
    await p.trantib.hears("hanya yang memulai, sekretaris, atau pimpinan")

    await says(office, p.camat, "/tunda 1", "Kantor dipakai posko banjir")
    await p.camat.taps("Kirim alasan", on="posko banjir")
    await p.camat.hears("Ditunda:")
    await p.sekcam.sees("Alasan: “Kantor dipakai posko banjir”")
    await p.sekcam.sees("Pelaksanaan ditunda sejak")
    await office.quiet()
    assert count(p.sekcam, "Ditunda: ") == 1
    assert count(p.trantib, "Ditunda: ") == 0

    office.clock.advance(timedelta(days=2))
    await p.sekcam.taps("Lanjutkan pelaksanaan")
    await says(office, p.sekcam, "Posko sudah pindah")
    await p.sekcam.taps("Lanjutkan", on="Catatan: “Posko sudah pindah”")
    await p.sekcam.hears("Dilanjutkan:")
    await p.camat.sees("Dilanjutkan:")
    await p.camat.sees("Catatan: “Posko sudah pindah”")
    await office.quiet()
    assert not any("Pelaksanaan ditunda sejak" in m.content for m in p.sekcam.received)
    await says(office, p.camat, "/lanjutkan 1")
    await p.camat.hears("memang sedang berjalan")
    assert await office.faults("sumbang") == []


async def test_the_office_sets_its_own_date_for_a_hand_in(open_office: Opened) -> None:
    office = await open_office(SOP, accept_suggestions="true")
    p = office.phones
    run = await turning(office)
    await run.until("Kirim ke semua seksi")
    await p.sekcam.taps("Batas pengumpulan", on="langkah 3 dari 14")
    await p.sekcam.hears("Batas pengumpulan: sampai kapan?")
    await says(office, p.sekcam, "13 Januari pukul 14")
    await p.sekcam.taps("Ya", on="Rabu, 13 Januari 2027 pukul 14.00 WIB")
    await p.sekcam.hears("tercatat: Rabu, 13 Januari 2027 pukul 14.00 WIB")

    await run.until("Kirim hasil")
    await p.trantib.sees("Batas pengumpulan: Rabu, 13 Januari 2027 pukul 14.00 WIB")
    assert count(p.trantib, "Batas pengumpulan ditetapkan") == 0
    await p.pengelola.taps("Batas pengumpulan", on="Mohon dihimpun")
    await p.pengelola.hears("Saat ini: Rabu, 13 Januari 2027")
    await p.pengelola.taps("Ubah", on="Saat ini:")
    await office.quiet()
    await says(office, p.pengelola, "15 Januari")
    await p.pengelola.taps("Ya", on="Jumat, 15 Januari 2027")
    changed = await p.trantib.sees("Batas pengumpulan berubah")
    assert "Batas pengumpulan: Jumat, 15 Januari 2027 pukul 16.00 WIB" in changed.content
    assert "Sebelumnya: Rabu, 13 Januari 2027 pukul 14.00 WIB" in changed.content

    await p.pengelola.taps("Batas pengumpulan", on="Mohon dihimpun")
    await p.pengelola.taps("Hapus batas")
    await p.pengelola.hears("dihapus. Yang berlaku kini waktu menurut SOP.")
    await p.trantib.sees("Batas pengumpulan dihapus")
    await office.quiet()
    assert await office.faults("sumbang") == []


async def test_a_superior_hands_a_task_over(open_office: Opened) -> None:
    office = await open_office(SOP, accept_suggestions="true")
    p = office.phones
    run = await turning(office)
    await run.until("Kirim hasil")
    card = p.camat.last()
    theirs = await p.sekcam.sees("langkah 2 dari 14")
    stale = next(b["callback_data"] for row in theirs.keyboard for b in row if b["text"] == "Lihat langkah")
    _, task, activation = stale.split(":")[:3]
    # The button comes with the morning message; here it is pressed by its data.
    await p.camat.forges(card, f"assign:{task}:{activation}")
    await p.camat.hears("Dialihkan kepada siapa?")
    await says(office, p.camat, "joko")
    await p.camat.taps("Ya, alihkan", on="Joko Prasetyo, Pengelola")
    await p.pengelola.sees("mengalihkan tugas ini kepada Bapak/Ibu")
    await p.pengelola.sees("Yth. Bapak/Ibu Pengelola · langkah 2 dari 14")
    await p.sekcam.sees("mengalihkan tugas ini kepada Bapak/Ibu Joko Prasetyo")
    await p.sekcam.sees("Langkah ini sekarang ditangani pejabat lain")
    await office.quiet()
    assert p.sekcam.find("Lihat langkah", on="langkah 2 dari 14") is None
    assert await office.faults("sumbang") == []
