"""The person on the phones: profile, privacy, quiet hours, links that went round, a changed account, erasure."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from simulator.view import commands
from tests.e2e.conftest import Opened
from tests.e2e.driver import Driver
from tests.e2e.office import Office
from tests.e2e.phone import Phone
from workflow import erasing, office_invitations, person_data
from workflow.moment import Moment

SOP = "tambak-evaluasi-kinerja"
TOKEN = "Wb3kPq7Zx1_t-Rn9sYv4Lc2H"


def stranger(office: Office, number: int) -> Phone:
    office.simulator.add_user(number, f"Orang {number}")
    return Phone(office.simulator, number)


def menu(office: Office, phone: Phone) -> dict[str, str]:
    """Return the commands that a phone offers."""
    world = office.simulator.world
    return {one["command"]: one["description"] for one in commands(office.bot, world.users[phone.user_id])}


async def link(office: Office, name: str, token: str = TOKEN) -> str:
    """Make a link as ``pandu office invite`` does; return the text to forward."""
    now = office.clock.now()

    def body(session: Session) -> str:
        official = person_data.find(session, "sumbang", name)
        return office_invitations.letter(session, official.id or 0, token, now).text

    return await office.write(body)


async def test_profile_language_and_menu_at_once(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await Driver(p).start(p.sekcam, "TW IV 2026")
    card = await p.camat.offered("Perintahkan")

    await p.camat.says("/profil")
    await p.camat.hears("Profil Bapak")
    await p.camat.sees("Kecamatan Sumbang: Camat")
    toast = await p.camat.taps_and_hears("English")
    assert toast.text == "All right, saved."
    await p.camat.hears("Your profile")
    # The card that stands there speaks English, and so does the menu, whatever the app's language.
    await office.quiet()
    await p.camat.gone("Perintahkan")
    assert "step 1 of 9" in next(m.content for m in p.camat.received if m.id == card.id)
    assert menu(office, p.camat)["tugas"] == "Your open tasks"
    assert menu(office, p.sekcam)["tugas"] == "Tugas Bapak/Ibu yang belum selesai"

    await p.camat.taps("Bahasa Indonesia")
    await p.camat.hears("Profil Bapak")
    await p.camat.taps("Ibu")
    await p.camat.hears("Profil Ibu")
    assert await office.faults("sumbang") == []


async def test_quiet_hours(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await p.camat.says("/profil")
    await p.camat.taps("Atur jam tenang")
    await p.camat.hears("tidak ingin diingatkan")
    await p.camat.says("07.00 sampai 17.00")
    await p.camat.hears("lebih dari separuh jam kerja")
    await p.camat.says("semaunya")
    await p.camat.hears("jamnya belum dapat dipahami")
    await p.camat.says("jam 6 sore sampai jam 7 pagi")
    await p.camat.hears("Jam tenang: pukul 18.00–07.00")

    # One's own reminder of the evening waits for the morning.
    await p.camat.says("/ingatkan hari ini jam 20.00 telepon Bupati")
    await p.camat.taps("Ya")
    await p.camat.hears("akan diingatkan")
    office.clock.advance(timedelta(hours=14))  # 22.00
    await office.quiet()
    assert not any("Pengingat: telepon Bupati" in m.content for m in p.camat.received)

    # A card comes all the same, without a sound.
    await Driver(p).start(p.sekcam, "TW IV 2026")
    card = await p.camat.offered("Perintahkan")
    assert card.silent

    office.clock.advance(timedelta(hours=9, minutes=1))  # 07.01
    await office.quiet()
    await p.camat.sees("Pengingat: telepon Bupati")
    await p.camat.says("/profil")
    await p.camat.taps("Tanpa jam tenang")
    await p.camat.hears("Jam tenang: tidak ada")


async def test_a_link_that_went_round_and_the_notice_at_enrolment(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones

    def unlinked(session: Session) -> None:
        person_data.find(session, "sumbang", "Joko Prasetyo").telegram_id = None

    await office.write(unlinked)
    text = await link(office, "Joko Prasetyo")
    assert "satu kali" in text
    joko = p.pengelola
    await joko.opens(TOKEN)
    await joko.hears("menunggu persetujuan admin")
    for number in range(5001, 5006):
        other = stranger(office, number)
        await other.opens(TOKEN)
        await other.hears("sudah dibuka dari akun Telegram lain")
    office.clock.advance(timedelta(minutes=1))
    await office.quiet()
    alerts = [m for m in p.camat.received if "Perlu perhatian: tautan undangan" in m.content]
    assert len(alerts) == 1
    assert "dari 5 akun berbeda" in alerts[0].content
    assert "mohon pastikan dahulu" in alerts[0].content
    await p.camat.taps("Ya, benar")
    await joko.hears("Pendaftaran disetujui")
    await joko.hears("UU 27/2022")
    await joko.sees("Jadwal Retensi Arsip")
    await office.quiet()
    assert sum("UU 27/2022" in m.content for m in joko.received) == 1

    # A link nobody made, one too old.
    lost = stranger(office, 5010)
    await lost.opens("x" * 32)
    await lost.hears("tidak dikenal")
    await link(office, "Eko Susilo", "e" * 32)
    office.clock.advance(timedelta(days=8))
    await lost.opens("e" * 32)
    await lost.hears("masa berlaku tautan undangan ini sudah habis")


async def test_a_changed_account_takes_the_cards_along(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await Driver(p).start(p.sekcam, "TW IV 2026")
    await p.camat.taps("Perintahkan")
    await p.camat.taps("Lewati")
    await p.sekcam.offered("Selesai")
    await link(office, "Siti Rahayu")
    new = stranger(office, 5002)
    await new.opens(TOKEN)
    await p.camat.sees("sudah terdaftar dengan akun Telegram lain")
    await p.camat.taps("Ya, benar")
    await new.hears("Pendaftaran disetujui")
    await new.offered("Selesai")
    await p.sekcam.hears("tidak lagi terhubung dengan Pandu")
    await p.sekcam.gone("Selesai")
    await p.sekcam.says("/tugas")
    await p.sekcam.hears("Pandu hanya melayani pejabat yang sudah terdaftar")
    await new.taps("Selesai")
    await new.taps("Lewati")
    await new.gone("Selesai")
    await new.says("/riwayat 1")
    await new.hears("Siti Rahayu")
    assert await office.faults("sumbang") == []


async def test_erased_the_act_stays_and_the_person_is_a_stranger(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await Driver(p).start(p.sekcam, "TW IV 2026")
    await p.camat.taps("Perintahkan")
    await p.camat.taps("Lewati")
    await p.sekcam.offered("Selesai")
    await office.quiet()
    moment = Moment(office.bot.id, office.clock.now(), "ab" * 16)
    await office.write(lambda s: erasing.erase(s, moment, person_data.find(s, "sumbang", "Siti Rahayu")))
    await p.sekcam.says("/tugas")
    await p.sekcam.hears("Pandu hanya melayani pejabat yang sudah terdaftar")
    await p.camat.says("/riwayat 1")
    await p.camat.hears("Siti Rahayu")
    assert await office.faults("sumbang") == []
