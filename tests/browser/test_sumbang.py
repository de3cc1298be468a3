"""The whole Sumbang SOP, as six officials play it on the page; the Camat holds a narrow phone.

With what happens in a real quarter: a hand-in taken back, a unit that is late, a document sent back at step 9.
"""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from simulator.samples import pdf, photo, spreadsheet
from tests.browser.hands import DESK, HAND, Camera, Hands, Windows
from tests.e2e.office import Office

pytestmark = pytest.mark.browser

SOP = "Pengukuran Kinerja Kecamatan Sumbang"
PERIOD = "TW IV 2026"
REASON = "Angka realisasi pada halaman 2 belum sesuai dengan data Seksi Pemerintahan. Mohon diperbaiki."


def table(what: str, *numbers: int) -> bytes:
    """A real workbook."""
    return spreadsheet([[what], ["Indikator", "Target", "Realisasi"], ["Indeks kepuasan", *numbers]])


class Staff:
    """The six officials of the demo office."""

    def __init__(self, hands: dict[int, Hands]) -> None:
        self.camat, self.sekcam, self.pemerintahan = hands[1001], hands[1002], hands[1003]
        self.trantib, self.pengelola, self.kasubag = hands[1004], hands[1005], hands[1006]
        self.heads = (self.pemerintahan, self.trantib, self.kasubag)


async def test_the_whole_sumbang_sop_by_hand(windows: Windows, demo_office: Office, camera: Camera) -> None:
    office = demo_office
    desk, hand = await windows.open(office.url, DESK), await windows.open(office.url, HAND)
    staff = Staff({one: Hands(hand if one == 1001 else desk, one, office, camera) for one in range(1001, 1007)})
    await order_and_form(staff)
    await camera.shoot(hand, "390 camat")
    await meeting(staff)
    await camera.shoot(desk, "desk after the meeting")
    await hand_in(staff)
    await camera.shoot(desk, "desk after the hand-in")
    await merge_and_decide(staff)
    await camera.shoot(hand, "390 camat decides")
    await sign_and_archive(staff)

    await staff.camat.says("/status 1")
    await staff.camat.sees("Selesai")
    await camera.shoot(hand, "390 camat at the end")
    await camera.shoot(desk, "desk at the end")
    assert await office.open_tasks() == []
    assert await office.faults("sumbang") == []
    assert await hand.evaluate("document.documentElement.scrollWidth") == HAND["width"], "it scrolls sideways"


async def order_and_form(staff: Staff) -> None:
    """Steps 1 to 3: the Camat orders, the Sekcam makes the form and sends it round."""
    camat, sekcam = staff.camat, staff.sekcam
    await camat.commands("/mulai")
    await camat.taps(SOP)
    await camat.says(PERIOD)
    await camat.taps("Mulai")
    await camat.taps("Lihat langkah", on="angkah 1 dari 14")
    await camat.sees("Kelengkapan")
    await camat.taps("Perintahkan")
    await camat.says("Mohon diselesaikan sebelum rapat koordinasi hari Jumat.")
    await camat.taps("Ya, kirim")
    blank = table("Format Pengukuran Kinerja")
    await sekcam.attaches(("Format Pengukuran Kinerja.xlsx", blank))
    await sekcam.taps("Kirim hasil")
    await sekcam.taps("Kirim ke semua seksi")
    for head in staff.heads:
        assert await head.receives("Format Pengukuran Kinerja.xlsx") == blank
        await head.taps("Sudah saya terima")


async def meeting(staff: Staff) -> None:
    """Steps 4 and 5: the invitation and its answers, the minutes as one album."""
    sekcam = staff.sekcam
    await sekcam.taps("Kirim undangan")
    for answer in ("Jumat, 8 Januari 2027", "09.00", "Aula Kecamatan", "Pembahasan pengukuran kinerja"):
        await sekcam.says(answer)
    await sekcam.taps("Lewati")
    await sekcam.taps("Ya, kirim")
    await staff.camat.taps("Hadir")
    await staff.pemerintahan.taps("Hadir")
    await staff.trantib.taps("Berhalangan")
    await staff.kasubag.taps("Diwakilkan")
    await sekcam.attaches(("Notulen Rapat.pdf", pdf(["Notulen"])), ("Daftar Hadir.pdf", pdf(["Daftar hadir"])))
    await sekcam.taps("Rapat selesai")


async def hand_in(staff: Staff) -> None:
    """Steps 6 and 7: one unit takes its file back, one is late and follows after the others went on."""
    pemerintahan, trantib, kasubag = staff.heads
    pengelola = staff.pengelola
    await pemerintahan.attaches(("Data Pemerintahan (salah).xlsx", table("Pemerintahan", 85, 58)))
    await pemerintahan.taps("Kirim hasil")
    await pemerintahan.taps("Tarik kembali")
    await pemerintahan.attaches(("Data Pemerintahan.xlsx", table("Pemerintahan", 85, 88)))
    await pemerintahan.taps("Kirim hasil")
    await kasubag.attaches(("Data Sekretariat.xlsx", table("Sekretariat", 12, 12)))
    await kasubag.taps("Kirim hasil")
    await pengelola.taps("Terima")
    await pengelola.taps("Terima")

    await pengelola.taps("Ingatkan yang belum")
    await trantib.settled()
    await trantib.sees("Pengingat")
    await pengelola.camera.shoot_for_readme(pengelola.page, "phones")
    await pengelola.taps("Lanjutkan tanpa")
    await pengelola.says("Kasi Trantib sedang dinas luar; data menyusul Senin.")
    await pengelola.taps("Kirim alasan")
    for head in (pemerintahan, kasubag):
        await head.taps("Data sudah valid")
    await trantib.attaches(("Data Trantib.xlsx", table("Trantib", 7, 7)))
    await trantib.taps("Kirim hasil")
    await pengelola.settled()
    await pengelola.sees("Sudah menyusul")


async def merge_and_decide(staff: Staff) -> None:
    """Steps 8 and 9: the merged document goes up, comes back with a reason, and is right the second time."""
    sekcam, camat = staff.sekcam, staff.camat
    for head in (staff.pemerintahan, staff.kasubag):
        await head.taps("Sampaikan ke Sekcam")
        await sekcam.settled()
        await sekcam.taps("Terima")
    await sekcam.attaches(("Dokumen Gabungan.xlsx", table("Gabungan", 104, 104)))
    await sekcam.taps("Kirim hasil")
    await camat.settled()
    await camat.receives("Dokumen Gabungan.xlsx")
    await camat.camera.shoot_for_readme(camat.page, "camat")
    await camat.taps("Kembalikan")
    await camat.taps("Dokumen gabungan")
    await camat.says(REASON)
    await camat.taps("Kirim alasan")

    await sekcam.settled()
    await sekcam.sees(REASON)
    await sekcam.attaches(("Dokumen Gabungan (perbaikan).xlsx", table("Gabungan", 104, 107)))
    await sekcam.taps("Kirim hasil")
    await camat.settled()
    await camat.receives("Dokumen Gabungan (perbaikan).xlsx")
    await camat.taps("Tidak ada koreksi")


async def sign_and_archive(staff: Staff) -> None:
    """Steps 10 to 14: initials, signature, dispatch, copies, archive."""
    sekcam, camat, pengelola = staff.sekcam, staff.camat, staff.pengelola
    await sekcam.taps("Gunakan berkas ini")
    await sekcam.taps("Sudah saya paraf")
    await sekcam.taps("Sampaikan ke Camat")
    await camat.settled()
    await camat.sees("bukan tanda tangan elektronik tersertifikasi")
    await camat.taps("Sudah ditandatangani")
    await pengelola.settled()
    await pengelola.attaches(("Dokumen Bertanda Tangan.pdf", pdf(["Telah ditandatangani"])))
    await pengelola.taps("Kirim hasil")
    await pengelola.attaches(("Surat Pengantar.png", photo()))
    await pengelola.taps("Kirim hasil")
    for answer in ("700/12/2027", "8 Januari 2027", "Bupati Banyumas c.q. Bagian Organisasi"):
        await pengelola.says(answer)
    await pengelola.taps("Ya, kirim")
    await pengelola.taps("Selesai")
    await pengelola.says("3")
    await pengelola.taps("Ya, kirim")
    await pengelola.taps("Arsipkan")
    await pengelola.says("Lemari 2, map biru")
    await pengelola.taps("Ya, kirim")
    await expect(pengelola.phone.get_by_role("button", name="Arsipkan")).to_have_count(0)
