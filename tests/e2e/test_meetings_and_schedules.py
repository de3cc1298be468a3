"""A meeting in everybody's calendar, moved and called off; runs that are started by schedule; last time's form."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from tests.e2e.conftest import Opened
from tests.e2e.driver import Driver, Move
from tests.e2e.office import Office
from tests.e2e.phone import Phone

SOP = "sumbang-pengukuran-kinerja"
WIB = ZoneInfo("Asia/Jakarta")
INVITED, CANCELLED = "undangan-rapat.ics", "pembatalan-rapat.ics"


async def later(office: Office, by: timedelta) -> None:
    """Let time pass, and whatever is due then happen."""
    office.clock.advance(by)
    assert office.pandu is not None
    office.pandu.timers.wake()
    await office.quiet()


def files(phone: Phone, name: str) -> list[tuple[Any, Any]]:
    """The calendar files on a phone, oldest first, as a calendar reads them."""
    found = []
    for message in phone.received:
        if phone.simulator.file_name(message) == name:
            calendar: Any = Calendar.from_ical(phone.file(message))
            found.append((calendar, calendar.events[0]))
    return found


async def invite(office: Office, words: str) -> None:
    """Play to the meeting and invite to it."""
    p = office.phones
    driver = Driver(p)
    await driver.start(p.sekcam, "TW IV 2026")
    await driver.play(until=lambda: p.sekcam.find("Kirim undangan"))
    await p.sekcam.taps("Kirim undangan")
    await type_schedule(office, words, "Aula; lantai 2,\r\nATTENDEE:mailto:x@y.z", "Pembahasan kinerja")
    await p.sekcam.taps("Ya, kirim", on="Sudah benar?")
    await office.quiet()


async def type_schedule(office: Office, words: str, *more: str) -> None:
    """Type date and clock together, then what else is asked for; what is not given is skipped."""
    phone = office.phones.sekcam
    rest = [words, *more]
    await office.quiet()
    while not phone.last().captions or "Ya, kirim" not in phone.last().captions:
        last = phone.last()
        if "Ya" in last.captions:
            await phone.taps_on(last, "Ya")
        elif rest:
            await phone.says(rest.pop(0))
        else:
            await phone.taps_on(last, "Lewati")
        await office.quiet()


async def test_a_meeting_is_in_every_calendar_until_it_is_called_off(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await invite(office, "Jumat, 8 Januari 2027 jam 07.30")

    # The file: what, when, where, in the office's zone; seats only, and hostile words are only words.
    for phone in (p.camat, p.pemerintahan, p.trantib, p.pengelola):
        assert len(files(phone, INVITED)) == 1, phone.text()
    assert files(p.sekcam, INVITED) == []
    calendar, event = files(p.camat, INVITED)[0]
    assert (calendar["method"], event["sequence"], event["status"]) == ("REQUEST", 0, "CONFIRMED")
    assert event.start == datetime(2027, 1, 8, 7, 30, tzinfo=WIB)
    assert event["dtstart"].params["tzid"] == "Asia/Jakarta"
    assert event["location"] == "Aula; lantai 2, ATTENDEE:mailto:x@y.z"
    assert "Pembahasan kinerja" in event["description"]
    raw = calendar.to_ical().decode()
    for person in ("Fauzi", "Rahayu", "Santoso", "Lestari", "Prasetyo"):
        assert person not in raw
    names = [p.camat.simulator.file_name(m) or m.content for m in p.camat.received]
    card = next(n for n, text in enumerate(names) if text.startswith("Undangan: "))
    assert names.index(INVITED) < card

    # An early meeting: the reminder comes the working afternoon before, to all who did not say no.
    await p.trantib.taps("Berhalangan")
    await office.quiet()
    await later(office, timedelta(days=3, hours=5, minutes=30))  # Thursday before 15.00
    assert not any("Sebentar lagi" in m.content for m in p.camat.received)
    await later(office, timedelta(hours=2))
    reminder = await p.camat.sees("Sebentar lagi")
    assert "Jumat, 8 Januari 2027" in reminder.content
    assert reminder.captions == ["Hadir", "Berhalangan", "Diwakilkan"]
    await p.sekcam.sees("Sebentar lagi")
    assert not any("Sebentar lagi" in m.content for m in p.trantib.received)
    await p.camat.taps_on(reminder, "Hadir")
    await office.quiet()
    board = next(m for m in p.sekcam.received if "Batalkan rapat" in m.captions)
    assert "Hadir 1, berhalangan 1" in board.content

    # Moved to a Saturday evening, which is asked about first; told to all, with a higher number.
    await p.sekcam.taps("Ubah jadwal")
    await type_schedule(office, "Sabtu, 16 Januari 2027 jam 20.00")
    review = p.sekcam.last().content
    assert "Jadwal barunya sudah benar?" in review
    assert "Hari itu bukan hari kerja" in review
    await p.sekcam.taps("Ya, kirim", on="Jadwal barunya")
    await office.quiet()
    await p.trantib.sees("Jadwal berubah")
    _, moved = files(p.trantib, INVITED)[-1]
    assert (moved["uid"], moved["sequence"]) == (event["uid"], 1)
    assert moved.start == datetime(2027, 1, 16, 20, 0, tzinfo=WIB)

    # Called off: the reason is compulsory, everybody is told, calendars are emptied, answers are no longer asked for.
    await p.sekcam.taps("Batalkan rapat")
    await p.sekcam.sees("Mengapa rapat ini dibatalkan?")
    await p.sekcam.says("Camat dipanggil Bupati")
    await p.sekcam.taps("Kirim alasan")
    await office.quiet()
    for phone in (p.camat, p.pemerintahan, p.trantib, p.pengelola):
        await phone.sees("Dibatalkan: Rapat")
        assert "Camat dipanggil Bupati" in phone.text()
        cancelled_calendar, cancelled = files(phone, CANCELLED)[-1]
        assert (cancelled_calendar["method"], cancelled["sequence"], cancelled["status"]) == ("CANCEL", 2, "CANCELLED")
        assert cancelled["uid"] == event["uid"]
    assert "Batalkan rapat" not in p.sekcam.buttons()
    await later(office, timedelta(days=9))
    assert sum("Sebentar lagi" in m.content for m in p.camat.received) <= 1

    # A new date invites anew.
    await p.sekcam.taps("Ubah jadwal")
    await type_schedule(office, "Rabu, 20 Januari 2027 jam 10.00")
    await p.sekcam.taps("Ya, kirim", on="Jadwal barunya")
    await office.quiet()
    _, again = files(p.camat, INVITED)[-1]
    assert (again["uid"], again["sequence"], again["status"]) == (event["uid"], 3, "CONFIRMED")
    await p.camat.taps("Hadir", on="Rabu, 20 Januari 2027")

    # The run is cancelled: out of the calendars once more.
    await p.camat.says("/batalkan 1")
    await p.camat.sees("Mengapa pelaksanaan No. 1 dibatalkan?")
    await p.camat.says("Salah periode")
    await p.camat.taps("Kirim alasan")
    await p.camat.taps("Ya, batalkan")
    await office.quiet()
    assert files(p.trantib, CANCELLED)[-1][1]["sequence"] == 4
    assert await office.faults("sumbang") == []


async def test_a_schedule_asks_on_the_day_and_starts_nothing_by_itself(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await p.trantib.says("/jadwal")
    await p.trantib.sees("dijadwalkan oleh yang berwenang")
    await p.sekcam.says("/jadwal")
    listed = await p.sekcam.sees("Belum ada jadwal.")
    await p.sekcam.taps_on(listed, next(c for c in listed.captions if c.startswith("Jadwalkan:")))
    await p.sekcam.hears("Kapan SOP ini dimulai?")
    await p.sekcam.says("setiap triwulan")
    await p.sekcam.hears("Pada hari apa?")
    await p.sekcam.says("setiap triwulan tanggal 1")
    shown = await p.sekcam.hears("Sudah benar jadwalnya?")
    for words in (
        "setiap triwulan pada tanggal 1",
        "Kamis, 1 April 2027 pukul 07.30 WIB untuk TW I 2027",
        "Kamis, 1 Juli 2027",
        "Jumat, 1 Oktober 2027",
    ):
        assert words in shown.content
    await p.sekcam.taps("Ya, jadwalkan")
    await p.sekcam.hears("Jadwal tercatat")
    await office.quiet()

    # On the day one button starts it, for the quarter that has ended; pressed twice it is one run.
    await later(office, timedelta(days=86, hours=23))
    assert not any("Saatnya dimulai" in m.content for m in p.sekcam.received)
    await later(office, timedelta(hours=2))
    asked = await p.sekcam.sees("Saatnya dimulai")
    assert "TW I 2027" in asked.content
    assert asked.captions == ["Mulai", "Lewati kali ini", "Hentikan jadwal"]
    assert await office.open_tasks() == []
    await p.sekcam.taps_on(asked, "Mulai")
    await p.sekcam.hears("Nomor pelaksanaannya 1")
    await office.quiet()

    # The next time it is skipped, then ended.
    await later(office, timedelta(days=91))
    second = await p.sekcam.sees("TW II 2027")
    await p.sekcam.taps_on(second, "Lewati kali ini")
    await p.sekcam.hears("kali ini dilewati")
    await p.sekcam.says("/jadwal")
    listed = await p.sekcam.hears("Jadwal SOP")
    await p.sekcam.taps_on(listed, next(c for c in listed.captions if c.startswith("Hentikan 1:")))
    await p.sekcam.hears("Jadwal dihentikan")
    await office.quiet()
    await later(office, timedelta(days=100))
    assert sum("Saatnya dimulai" in m.content for m in p.sekcam.received) == 2
    assert await office.faults("sumbang") == []


async def test_last_times_form_is_offered_with_one_button(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await Driver(p, names="lama").start(p.sekcam, "TW III 2026")
    driver = Driver(p, names="lama")
    await driver.finish(p.sekcam)
    await office.quiet()

    async def stop_at_the_form(move: Move) -> bool:
        return move.step == 2

    again = Driver(p, detour=stop_at_the_form)
    await again.start(p.sekcam, "TW IV 2026")
    button = "Gunakan berkas TW III 2026"
    await again.play(until=lambda: any(button in phone.buttons() for phone in p.phones.values()))
    owner = next(phone for phone in p.phones.values() if button in phone.buttons())
    await owner.taps(button)
    await office.quiet()
    ready = owner.find("Kirim hasil")
    assert ready is not None
    assert "berkas TW III 2026" in ready.content
    await owner.taps_on(ready, "Kirim hasil")
    await office.quiet()
    await owner.says("/berkas 2")
    await office.quiet()
    listed = next(m for m in reversed(owner.received) if "lama-2-" in m.content)
    assert "TW IV 2026" in listed.content
    assert await office.faults("sumbang") == []
