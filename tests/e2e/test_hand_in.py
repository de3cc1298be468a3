"""A hand-in in a real office: wrong files, staff who bring them, nothing to report, and files given back."""

from __future__ import annotations

import asyncio

from tests.e2e.conftest import Opened
from tests.e2e.driver import Driver
from tests.e2e.office import Office
from tests.e2e.paperwork import excel, pdf, photo
from tests.e2e.status import ask

SOP = "sutera-pengukuran-kinerja"
"""Its second step is a hand-in with a collector, and its first hands out a form."""


async def at_the_hand_in(office: Office) -> None:
    """Start the SOP and hand out the form."""
    p = office.phones
    await Driver(p).start(p.sekcam, "TW IV 2026")
    await p.sekcam.sends_document("format.xlsx", excel("blank"))
    await p.sekcam.taps("Kirim hasil")
    await p.sekcam.taps("Lewati")
    await p.pengelola.sees("langkah 2 dari 13")


async def test_files_that_cannot_be_used_and_files_that_look_wrong(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await at_the_hand_in(office)
    assert await p.kasubag.receives_file("format.xlsx") == excel("blank")
    said = await ask(p.staf)
    assert said.boards[2] == "0/3 seksi sudah, belum: Sekretariat, Pemerintahan, Trantib"
    assert "Kepala" in said.open[2] or "Kasi" in said.open[2]

    # Refused, each with what to do instead; nothing of it becomes a draft.
    for name, content, why in (
        ("data.txt", b"teks", "Yang diterima di sini: Excel, Word, PDF, atau foto"),
        ("besar.xlsx", bytes(21 << 20), "Ukurannya lebih dari 20 MB"),
        ("kosong.xlsx", b"", "Berkasnya kosong"),
        ("palsu.xlsx", b"bukan Excel", "Yang diterima di sini"),
    ):
        await p.kasubag.sends_document(name, content)
        await p.kasubag.hears(why)
        await p.kasubag.gone("Kirim hasil")

    # The form itself: a warning, and a better file instead.
    await p.kasubag.sends_document("format.xlsx", excel("blank"))
    await p.kasubag.taps("Kirim hasil")
    warning = await p.kasubag.hears("masih sama dengan format kosong")
    await p.kasubag.taps_on(warning, "Batal")
    await p.kasubag.taps("Ganti berkas")
    await p.kasubag.gone("Ganti berkas")
    await p.kasubag.sends_document("data-sekretariat.xlsx", excel("sekretariat"))
    card = await p.kasubag.offered("Kirim hasil")
    assert "data-sekretariat.xlsx" in card.content
    assert "format.xlsx" not in card.content
    await p.kasubag.taps("Kirim hasil")
    await p.pengelola.offered("Terima", on="Sekretariat")

    # Another unit's file: a warning, and all the same.
    await p.pemerintahan.sends_document("salinan.xlsx", excel("sekretariat"))
    await p.pemerintahan.taps("Kirim hasil")
    await p.pemerintahan.hears("sama dengan berkas dari seksi lain")
    await p.pemerintahan.taps("Ya, kirim")
    await p.pengelola.offered("Terima", on="Seksi Pemerintahan")
    assert (await ask(p.staf)).boards[2] == "2/3 seksi sudah, belum: Trantib"

    # Staff bring an album; one reply; the head sends it.
    await p.staf.sends_album([("satu.pdf", pdf("1")), ("dua.pdf", pdf("2"))])
    await office.quiet()
    told = [m for m in p.staf.received if "Berkas diterima" in m.content]
    assert len(told) == 1
    assert "satu.pdf" in told[0].content
    assert "dua.pdf" in told[0].content
    assert p.staf.find("Kirim hasil") is None
    await p.trantib.taps("Kirim hasil", on="dua.pdf")
    await p.pengelola.offered("Terima", on="Seksi Trantib")
    assert await p.pengelola.receives_file("dua.pdf") == pdf("2")
    assert (await ask(p.staf)).boards[2] == "3/3 seksi sudah"
    assert await office.faults("sumbang") == []


async def test_given_back_with_reasons_of_every_form_and_nothing_to_report(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await at_the_hand_in(office)
    for name in ("kasubag", "trantib"):
        await p.phones[name].sends_document(f"{name}.xlsx", excel(name))
        await p.phones[name].taps("Kirim hasil")

    # Nothing to report needs a reason, and the collector's word.
    await p.pemerintahan.taps("Nihil")
    await p.pemerintahan.hears("Mengapa nihil?")
    await p.pemerintahan.says("Tidak ada kegiatan triwulan ini")
    await p.pemerintahan.taps("Kirim alasan")
    await p.pengelola.sees("Seksi Pemerintahan menyatakan nihil: “Tidak ada kegiatan triwulan ini”")

    # The reason as a file only: nothing is sent before there is one.
    await p.pengelola.taps("Kembalikan", on="Berkas dari Sekretariat")
    question = await p.pengelola.hears("Apa yang perlu diperbaiki")
    assert "Kirim alasan" not in question.captions
    await p.pengelola.sends_photo(photo("coretan"))
    await p.pengelola.taps("Kirim alasan", on="Berkas penjelasan")
    await p.kasubag.sees("Perbaikan ke-1")
    board = (await ask(p.staf)).boards[2]
    assert board == "2/3 seksi sudah, belum: Sekretariat"
    await office.quiet()
    assert any(m.photo for m in p.kasubag.received), p.kasubag.text()

    # As text and file.
    await p.pengelola.taps("Kembalikan", on="Trantib")
    await p.pengelola.hears("Apa yang perlu diperbaiki")
    await p.pengelola.sends_document("coretan.pdf", pdf("coretan"))
    await p.pengelola.hears("Berkas penjelasan")
    await p.pengelola.says("Kolom target belum diisi")
    await p.pengelola.taps("Kirim alasan", on="Kolom target")
    await p.trantib.sees("Perbaikan ke-1: “Kolom target belum diisi”")
    assert await p.trantib.receives_file("coretan.pdf") == pdf("coretan")

    # One unit keeps what it sent, the other sends anew; then all are accepted.
    await p.kasubag.taps("Tetap berlaku")
    await p.trantib.sends_document("trantib-2.xlsx", excel("trantib-2"))
    await p.trantib.taps("Kirim hasil", on="trantib-2.xlsx")
    await p.pengelola.offered("Terima", on="trantib-2.xlsx")
    for unit in ("Seksi Pemerintahan", "Sekretariat", "Seksi Trantib"):
        await p.pengelola.taps("Terima", on=unit)
        await office.quiet()
    await p.pengelola.sees("langkah 3 dari 13")
    assert await office.open_tasks() == [(3, "work", "")]
    assert await office.faults("sumbang") == []


async def test_two_open_runs_ask_which_task_a_file_is_for(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    driver = Driver(p)
    for period in ("TW III 2026", "TW IV 2026"):
        await driver.start(p.sekcam, period)
    await office.quiet()
    await p.sekcam.sends_album([("format.xlsx", excel("a")), ("petunjuk.docx", excel("b"))])
    await office.quiet()
    questions = [m for m in p.sekcam.received if "untuk langkah yang mana" in m.content]
    assert len(questions) == 1
    assert questions[0].captions[:2] == ["Langkah 1 · No. 1", "Langkah 1 · No. 2"]
    await p.sekcam.taps("Langkah 1 · No. 2")
    card = await p.sekcam.offered("Kirim hasil")
    assert "No. 2" in card.content
    assert "format.xlsx" in card.content
    await office.quiet()

    # /tugas sends both cards anew, the older messages lose their buttons.
    old = [m for m in p.sekcam.received if "Lihat langkah" in m.captions]
    assert len(old) == 2
    await p.sekcam.says("/tugas")
    await office.quiet()
    assert [m.captions for m in old] == [[], []]
    assert len([m for m in p.sekcam.received if "Lihat langkah" in m.captions]) == 2

    # Two runs of one SOP, but never two for one period.
    await p.sekcam.says("/mulai")
    await p.sekcam.hears("Untuk periode mana?")
    await p.sekcam.says("tw iv 2026")
    await p.sekcam.hears("sudah ada sebagai pelaksanaan No. 2")
    await asyncio.gather(p.kasubag.says("/mulai"), p.kasubag.hears("SOP dimulai oleh"))
