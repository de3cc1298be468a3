"""What officials change on the way: schedules, data, several units at once, recorded values, the last step."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.e2e.conftest import Opened
from tests.e2e.driver import Driver, Move
from tests.e2e.office import Office
from tests.e2e.paperwork import excel, pdf
from tests.e2e.phone import Phone
from tests.e2e.status import ask

SOP = "sumbang-pengukuran-kinerja"
RETURNED = "Dikembalikan:"


class Turning:
    """An office that plays the SOP by itself up to a button that the test wants to press."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.driver = Driver(office.phones, detour=self._hold)
        self._held = ""
        self._reached: list[Move] = []

    async def until(self, caption: str) -> None:
        """Play until somebody could press a button; nobody does."""
        self._held = caption
        for move in self._reached:
            self.driver.again_on(move.phone, move.step)
        self._reached.clear()
        await self.driver.play(lambda: self._reached)
        await self.office.quiet()

    async def finish(self) -> None:
        """Play to the end."""
        self._held = ""
        for move in self._reached:
            self.driver.again_on(move.phone, move.step)
        await self.driver.finish(self.office.phones.sekcam)
        await self.office.quiet()

    async def _hold(self, move: Move) -> bool:
        if not self._held or move.caption != self._held:
            return False
        self._reached.append(move)
        return True


async def turning(office: Office) -> Turning:
    """Start the SOP."""
    made = Turning(office)
    await made.driver.start(office.phones.sekcam, "TW IV 2026")
    return made


def count(phone: Phone, words: str) -> int:
    """How many messages on a phone contain some words."""
    return sum(words in message.content for message in phone.received)


def loud(phone: Phone) -> int:
    """How many messages made the phone sound."""
    return sum(not message.silent for message in phone.received)


async def answers(office: Office, phone: Phone, *said: str) -> None:
    """Answer the bot's questions one after the other."""
    for words in said:
        await office.quiet()
        assert "Mohon ketik" in phone.last().content, phone.text()
        await phone.says(words)
    await office.quiet()


async def test_a_meeting_moves_and_everybody_is_asked_again(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    run = await turning(office)
    await run.until("Kirim undangan")
    await p.sekcam.taps("Kirim undangan")
    await answers(office, p.sekcam, "8 Januari 2027", "09.00", "Aula", "Pembahasan kinerja")
    await p.sekcam.taps("Lewati")
    await p.sekcam.taps("Ya, kirim")
    invited = [p.camat, p.pemerintahan, p.trantib, p.kasubag, p.pengelola]
    for phone in invited:
        await phone.taps("Hadir")
    await p.sekcam.sees("Hadir 5,")

    await p.sekcam.taps("Ubah jadwal")
    await answers(office, p.sekcam, "11 Januari 2027", "10.00")
    while "Lewati" in p.sekcam.last().captions:  # the place and the agenda stay
        await p.sekcam.taps_on(p.sekcam.last(), "Lewati")
        await office.quiet()
    await p.sekcam.taps("Ya, kirim", on="Jadwal barunya sudah benar?")
    await office.quiet()
    for phone in invited:
        assert count(phone, "Jadwal berubah") == 1, phone.text()
        card = phone.last()
        assert "Undangan: " in card.content
        assert "Senin, 11 Januari 2027" in card.content
        assert "10.00" in card.content
        assert "Aula" in card.content
    assert count(p.sekcam, "Jadwal berubah") == count(p.staf, "Jadwal berubah") == 0
    await p.sekcam.sees("belum menjawab 5")
    for phone in invited[1:]:
        await phone.taps("Diwakilkan")
    await p.camat.taps("Berhalangan")
    await p.sekcam.sees("Hadir 0, berhalangan 1 (Bapak Ahmad Fauzi), diwakilkan 4")

    # What was agreed first stays on record.
    await p.staf.says("/riwayat 1")
    await p.staf.hears("Tanggal rapat: Senin, 11 Januari 2027 (sebelumnya: Jumat, 8 Januari 2027)")

    # Once the meeting was held there is nothing left to move.
    await p.sekcam.sends_document("notulen.pdf", pdf("notulen"))
    await p.sekcam.taps("Rapat selesai", on="notulen.pdf")
    await p.trantib.offered("Nihil")
    await p.sekcam.gone("Ubah jadwal")
    assert await office.faults("sumbang") == []


async def test_data_goes_back_by_its_own_unit_and_by_several_units_at_once(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    run = await turning(office)
    await run.until("Data sudah valid")

    # 7: a unit finds a mistake of its own: its 6 opens again, what the others did stays.
    await p.kasubag.taps("Data sudah valid")
    await p.trantib.taps("Perbaiki data")
    await p.trantib.hears("Apa yang perlu diperbaiki")
    await p.trantib.says("Angka triwulan tertukar")
    await p.trantib.taps("Kirim alasan")
    await p.trantib.sees("Perbaikan ke-1: “Angka triwulan tertukar”")
    said = await ask(p.staf)
    assert said.missing(6) == ["Trantib"], said.text
    assert said.missing(7) == ["Pemerintahan", "Trantib"], said.text
    await p.pemerintahan.taps("Data sudah valid")
    await p.trantib.sends_document("trantib-2.xlsx", excel("trantib-2"))
    await p.trantib.taps("Kirim hasil", on="trantib-2.xlsx")
    await p.pengelola.taps("Terima", on="trantib-2.xlsx")
    await p.trantib.offered("Data sudah valid")
    assert p.kasubag.find("Data sudah valid") is None
    assert (await ask(p.staf)).missing(7) == ["Trantib"]

    # 9: two units at once; each phone that is concerned makes one sound, the others none.
    await run.until("Tidak ada koreksi")
    heard = {name: loud(phone) for name, phone in p.phones.items()}
    await p.camat.taps("Kembalikan")
    await p.camat.taps("Seksi Pemerintahan")
    await p.camat.taps("Seksi Trantib", on="Dipilih: Seksi Pemerintahan")
    await p.camat.taps("Lanjutkan", on="Dipilih: Seksi Pemerintahan, Seksi Trantib")
    await p.camat.hears("Apa yang perlu diperbaiki")
    await p.camat.says("Mohon samakan satuannya")
    await p.camat.taps("Kirim alasan")
    for head in (p.pemerintahan, p.trantib):
        await head.offered("Tetap berlaku", on="“Mohon samakan satuannya”")
    await office.quiet()
    news = {name: loud(phone) - heard[name] for name, phone in p.phones.items() if name != "camat"}
    assert news == {"sekcam": 1, "pemerintahan": 1, "trantib": 1, "pengelola": 1, "kasubag": 0, "staf": 0}
    assert count(p.sekcam, RETURNED) == 2  # as the starter, of Trantib's own return too
    said = await ask(p.staf)
    assert said.missing(6) == ["Pemerintahan", "Trantib"], said.text
    assert said.current == 6
    await run.finish()
    assert await office.open_tasks() == []
    assert await office.faults("sumbang") == []


async def test_signature_corrections_and_the_minutes_after_the_end(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    run = await turning(office)

    # 11: the signed scan may come first; the step closes with the signature.
    await run.until("Sudah ditandatangani")
    await p.pengelola.sends_document("ttd.pdf", pdf("ttd"))
    await p.pengelola.taps("Kirim hasil", on="ttd.pdf")
    await p.pengelola.sees("Terkirim: Dokumen bertanda tangan")
    assert (await ask(p.staf)).current == 11
    await p.camat.taps("Sudah ditandatangani")
    await p.pengelola.sees("langkah 12 dari 14")

    # 12: what was recorded wrongly is corrected; whoever reads on sees the right values.
    await p.pengelola.sends_document("surat.pdf", pdf("surat"))
    await p.pengelola.taps("Kirim hasil", on="surat.pdf")
    await answers(office, p.pengelola, "700/12/2027", "8 Januari 2027", "Bupati Banyumas")
    await p.pengelola.taps("Ya, kirim")
    await p.pengelola.sees("langkah 13 dari 14")
    for label, value in (("Nomor surat", "700/13/2027"), ("Tanggal surat", "9 Januari 2027")):
        await p.pengelola.taps("Ralat", on="700/1")
        await p.pengelola.taps(label, on="Mana yang diralat?")
        await answers(office, p.pengelola, value)
        await p.pengelola.sees("Ralat tercatat: " + label)
    await run.finish()

    # 14: and so may the place, also after the end.
    await p.pengelola.taps("Ralat", on="Lokasi arsip")
    await answers(office, p.pengelola, "Lemari 3")
    await p.pengelola.sees("Ralat tercatat: Lokasi arsip")
    said = await ask(p.staf)
    for value in ("700/13/2027", "Sabtu, 9 Januari 2027", "Lemari 3"):
        assert value in said.text
    for value in ("700/12/2027", "Jumat, 8 Januari 2027\nTujuan"):
        assert value not in said.text

    # The history has everything, the newest first, a page at a time.
    await p.staf.says("/riwayat 1")
    pages = [(await p.staf.hears("Riwayat No. 1")).content]
    while p.staf.find("Lebih lama", on=pages[-1]):
        await p.staf.taps("Lebih lama", on=pages[-1])
        await office.quiet()
        pages.append(p.staf.last().content)
    assert re.findall(r"Halaman (\d+) dari", "\n".join(pages)) == [str(n + 1) for n in range(len(pages))]
    assert "Lokasi arsip: Lemari 3 (sebelumnya: Aula Kecamatan)" in pages[0]
    whole = "\n".join(pages)
    assert "Nomor surat: 700/13/2027 (sebelumnya: 700/12/2027)" in whole
    assert "Tanggal surat: Sabtu, 9 Januari 2027 (sebelumnya: Jumat, 8 Januari 2027)" in whole
    steps = [int(n) for n in re.findall(r" · langkah (\d+)", whole)]
    assert len(pages) > 3
    assert steps[0] == 14
    assert steps[-1] == 1
    assert pages[-1].rstrip().endswith("dimulai\nIbu Siti Rahayu")

    # Ten minutes to take the last step back, not eleven.
    office.clock.advance(timedelta(minutes=9))
    await p.pengelola.taps("Tarik kembali", on="Lemari 3")
    await p.pengelola.offered("Arsipkan")
    assert (await ask(p.staf)).current == 14
    await p.pengelola.taps("Tetap berlaku")
    await office.quiet()
    office.clock.advance(timedelta(minutes=11))
    toast = await p.pengelola.taps_and_hears("Tarik kembali", on="Lemari 3")
    assert "tidak dapat ditarik kembali" in toast.text
    assert (await ask(p.staf)).open == {}
    assert await office.faults("sumbang") == []
