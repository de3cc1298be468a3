"""The Sumbang SOP, the measure of the language, from /mulai to the archive on six phones."""

from __future__ import annotations

from tests.e2e.conftest import Opened
from tests.e2e.office import Office
from tests.e2e.paperwork import excel, pdf

SOP = "sumbang-pengukuran-kinerja"


async def start(office: Office) -> None:
    """Open a run for TW IV 2026."""
    camat = office.phones.camat
    await camat.says("/mulai")
    await camat.taps("TW IV 2026")
    await camat.taps("Mulai")
    await camat.sees("langkah 1 dari 14")


async def test_from_order_to_archive(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await start(office)
    # 1 order, with nothing to add
    await p.camat.taps("Perintahkan")
    await p.camat.taps("Lewati")
    # 2 the form
    await p.sekcam.sees("langkah 2 dari 14")
    await p.sekcam.sends_document("format.xlsx", excel("blank"))
    await p.sekcam.taps("Kirim hasil")
    # 3 to every unit
    await p.sekcam.taps("Kirim ke semua seksi")
    for head in (p.pemerintahan, p.trantib, p.kasubag):
        await head.receives_file("format.xlsx")
        await head.taps("Sudah saya terima")
    # 4 invitation
    await p.sekcam.taps("Kirim undangan")
    for answer in ("Jumat, 8 Januari 2027", "09.00", "Aula Kecamatan", "Pembahasan pengukuran kinerja"):
        await office.quiet()
        await p.sekcam.says(answer)
    await p.sekcam.taps("Lewati")
    await p.sekcam.taps("Ya, kirim")
    await p.camat.taps("Hadir")
    await p.trantib.taps("Berhalangan")
    await p.pemerintahan.taps("Diwakilkan")
    # 5 minutes
    await p.sekcam.sees("langkah 5 dari 14")
    await p.sekcam.sends_album([("notulen.pdf", pdf("notulen")), ("hadir.pdf", pdf("hadir"))])
    await office.quiet()
    await p.sekcam.taps("Rapat selesai")
    # 6 hand-in of every unit
    for name in ("pemerintahan", "trantib", "kasubag"):
        phone = p.phones[name]
        await phone.sees("langkah 6 dari 14")
        await phone.sends_document(f"data-{name}.xlsx", excel(name))
        await phone.taps("Kirim hasil")
        await office.quiet()
    for _ in range(3):
        await p.pengelola.taps("Terima")
        await office.quiet()
    # 7 a tick each
    for name in ("pemerintahan", "trantib", "kasubag"):
        await p.phones[name].taps("Data sudah valid")
        await office.quiet()
    # 8 carried on, merged by the Sekcam
    for name in ("pemerintahan", "trantib", "kasubag"):
        await p.phones[name].taps("Sampaikan ke Sekcam")
        await office.quiet()
    for _ in range(3):
        await p.sekcam.taps("Terima")
        await office.quiet()
    await p.sekcam.sends_document("gabungan.xlsx", excel("gabungan"))
    await office.quiet()
    await p.sekcam.taps("Kirim hasil")
    # 9
    await p.camat.receives_file("gabungan.xlsx")
    await p.camat.taps("Tidak ada koreksi")
    # 10
    await p.sekcam.taps("Gunakan berkas ini")
    await p.sekcam.taps("Sudah saya paraf")
    await office.quiet()
    await p.sekcam.taps("Sampaikan ke Camat")
    # 11, signature and signed scan
    await p.camat.sees("bukan tanda tangan elektronik tersertifikasi")
    await p.camat.taps("Sudah ditandatangani")
    await office.quiet()
    await p.pengelola.sends_document("ttd.pdf", pdf("ttd"))
    await office.quiet()
    await p.pengelola.taps("Kirim hasil")
    # 12
    await p.pengelola.sees("langkah 12 dari 14")
    await p.pengelola.sends_document("surat.pdf", pdf("surat"))
    await office.quiet()
    await p.pengelola.taps("Kirim hasil")
    for answer in ("700/12/2027", "8 Januari 2027", "Bupati Banyumas"):
        await office.quiet()
        await p.pengelola.says(answer)
    await p.pengelola.taps("Ya, kirim")
    # 13
    await office.quiet()
    await p.pengelola.taps("Selesai")
    await office.quiet()
    await p.pengelola.says("3")
    await p.pengelola.taps("Ya, kirim")
    # 14
    await office.quiet()
    await p.pengelola.taps("Arsipkan")
    await office.quiet()
    await p.pengelola.says("Lemari 2, map biru")
    await p.pengelola.taps("Ya, kirim")
    await office.quiet()
    await p.camat.says("/status 1")
    await p.camat.hears("Selesai")
    assert await office.open_tasks() == []
    assert await office.faults("sumbang") == []
