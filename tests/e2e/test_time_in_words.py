"""Times as officials say them, on their phones: reminders of one's own, and the dates of a meeting."""

from __future__ import annotations

from datetime import timedelta

from tests.e2e.conftest import Opened
from tests.e2e.driver import Driver
from tests.e2e.office import Office
from tests.e2e.phone import Phone

SOP = "sumbang-pengukuran-kinerja"


async def says(office: Office, phone: Phone, words: str, answer: str) -> None:
    """Type something and wait for what the bot makes of it."""
    await phone.says(words)
    await phone.hears(answer)
    await office.quiet()


async def test_a_reminder_of_ones_own(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones

    # It is Monday 4 January 2027, 08.00. Time and subject in one sentence, shown in full before it counts.
    await says(
        office, p.camat, "/ingatkan bsk jam 9 hubungi Trantib", "Maksud Bapak Selasa, 5 Januari 2027 pukul 09.00 WIB?"
    )
    await p.camat.taps("Ya")
    await p.camat.hears("akan diingatkan Selasa, 5 Januari 2027 pukul 09.00 WIB")
    await p.camat.sees("“hubungi Trantib”")

    # Nothing comes before its time; then it comes once.
    office.clock.advance(timedelta(hours=24))
    await office.quiet()
    assert not any("Pengingat: hubungi Trantib" in m.content for m in p.camat.received)
    office.clock.advance(timedelta(hours=1, minutes=1))
    assert office.pandu is not None
    office.pandu.timers.wake()
    await p.camat.sees("Pengingat: hubungi Trantib")

    # Once more tomorrow morning; pressed twice it is still one.
    reminder = p.camat.find("Ingatkan lagi besok pagi")
    assert reminder is not None
    await p.camat.taps_on(reminder, "Ingatkan lagi besok pagi")
    await p.camat.hears("akan diingatkan Rabu, 6 Januari 2027 pukul 07.30 WIB")
    await p.camat.taps_on(reminder, "Ingatkan lagi besok pagi")
    await office.quiet()
    await says(office, p.camat, "/ingatkan daftar", "Pengingat Bapak")
    assert "1. 6 Jan 2027 07.30 WIB – hubungi Trantib" in p.camat.last().content
    assert "2. " not in p.camat.last().content

    # Nobody else may touch it; its owner may take it away.
    listed = p.camat.last()
    button = next(b["callback_data"] for row in listed.keyboard for b in row if b["text"] == "Hapus 1")
    toast = await p.sekcam.told(await p.sekcam.forges(p.sekcam.last(), button))
    assert toast.text
    toast = await p.camat.taps_on(listed, "Hapus 1")
    assert "dihapus" in toast.text
    await p.camat.hears("Belum ada pengingat")
    assert await office.faults("sumbang") == []


async def test_what_was_not_meant_is_never_taken(open_office: Opened) -> None:
    office = await open_office(SOP)
    phone = office.phones.sekcam

    await says(office, phone, "/ingatkan", "ingin diingatkan?")
    for words, answer in (
        ("habis lebaran", "Mohon sebutkan tanggal atau jamnya yang pasti"),
        ("31 Februari", "Tanggal itu tidak ada pada bulannya"),
        ("Selasa 11 Januari 2027", "Tanggal itu jatuh pada Senin, 11 Januari 2027"),
        ("3 Januari 2027 jam 9", "Minggu, 3 Januari 2027 pukul 09.00 WIB sudah lewat"),
        ("hari ini", "Untuk hari ini, mohon sebutkan jamnya"),
        ("tolong dicek", "waktunya belum dapat dipahami"),
        ("besok jam 20.00", "jam itu di luar jam kantor"),
        ("Sabtu", "hari itu Sabtu, kantor libur"),
        ("10 Maret 2027", "menurut perkiraan hari itu libur"),
    ):
        await says(office, phone, words, answer)
    assert "Ya" in phone.last().captions

    # Two meanings are asked about; the button that is pressed holds.
    await says(office, phone, "Kamis depan jam 9", "Yang mana yang")
    assert "Kamis, 14 Januari 2027 pukul 09.00 WIB" in phone.last().content
    assert "Kamis, 7 Januari 2027 pukul 09.00 WIB" in phone.last().content
    await phone.taps("Kam, 7 Jan 09.00")
    await phone.hears("Diingatkan tentang apa?")
    await phone.taps("Lewati")
    await phone.hears("akan diingatkan Kamis, 7 Januari 2027 pukul 09.00 WIB")

    # Another zone is converted; `Ubah` asks anew; what passed while the question stood there is not taken.
    await says(
        office, phone, "/ingatkan Senin pekan depan pukul 8 pagi WITA apel", "Senin, 11 Januari 2027 pukul 07.00 WIB?"
    )
    await phone.taps("Ubah")
    await phone.hears("kapan sebaiknya?")
    await says(office, phone, "2 jam lagi", "Maksud")
    office.clock.advance(timedelta(hours=3))
    await phone.taps("Ya")
    await phone.hears("sudah lewat")
    await phone.taps("Batal")
    await phone.hears("Baik, ditinggalkan")
    assert await office.faults("sumbang") == []


async def test_there_is_an_end_to_reminders(open_office: Opened) -> None:
    office = await open_office(SOP)
    phone = office.phones.camat
    for number in range(1, 21):
        await says(office, phone, f"/ingatkan besok jam 10 surat {number}", "Maksud")
        await phone.taps("Ya")
        await phone.hears(f"“surat {number}”")
    await says(office, phone, "/ingatkan besok jam 10 surat 21", "Sudah ada 20 pengingat")
    await says(office, phone, "/ingatkan daftar", "20. ")


async def test_a_meetings_date_in_words(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    driver = Driver(p)
    await driver.start(p.sekcam, "TW IV 2026")
    await driver.play(until=lambda: p.sekcam.find("Kirim undangan"))
    await p.sekcam.taps("Kirim undangan")
    await says(office, p.sekcam, "kemarin", "Tanggal itu sudah lewat")
    await says(office, p.sekcam, "Kamis depan jam 9", "Yang mana yang")
    await p.sekcam.taps("Kam, 14 Jan 09.00")
    # The clock came with the date: the place is asked next.
    await p.sekcam.hears("Tempat")
    for words in ("Aula", "Pembahasan kinerja"):
        await p.sekcam.says(words)
        await office.quiet()
    while "Lewati" in p.sekcam.last().captions:
        await p.sekcam.taps_on(p.sekcam.last(), "Lewati")
        await office.quiet()
    assert "Kamis, 14 Januari 2027" in p.sekcam.last().content
    assert "09.00 WIB" in p.sekcam.last().content
    await p.sekcam.taps("Ya, kirim")
    await p.camat.sees("Kamis, 14 Januari 2027")
