"""From an empty database to a first started run, by chat alone; and a setup link in wrong hands."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot import first_admin
from storage.tables import Adoption, Office, Run
from tests.e2e.driver import Driver
from tests.e2e.office import Office as Installation
from tests.e2e.phone import Phone
from tests.e2e.setting_up import Counted, add_official, add_units, adopt_sumbang, found

PEOPLE = {"sekcam": 1002, "camat": 1001, "pemerintahan": 1003, "trantib": 1004}
TOKEN = "Wb3kPq7Zx1_t-Rn9sYv4Lc2H"


@pytest.fixture
async def empty(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Installation]:
    """An installation that has just been put up, and its setup code."""
    installation = Installation(tmp_path, sqlite_url, "", PEOPLE)
    await installation.open()
    await offered(installation)
    yield installation
    await installation.close()


async def offered(installation: Installation, token: str = TOKEN) -> str | None:
    return await installation.write(lambda s: first_admin.offer(s, token, installation.clock.now()))


class Waiting:
    """A phone whose every deed is waited for."""

    def __init__(self, installation: Installation, phone: Phone) -> None:
        self.installation = installation
        self.phone = phone

    async def taps(self, caption: str) -> None:
        await self.phone.taps(caption)
        await self.installation.quiet()

    async def says(self, text: str) -> None:
        await self.phone.says(text)
        await self.installation.quiet()


def links(phone: Phone) -> list[str]:
    """The payloads of the invitation links on a phone, oldest first."""
    return [match[1] for message in phone.received if (match := re.search(r"\?start=([\w-]+)", message.content))]


async def test_from_an_empty_database_to_a_started_run(empty: Installation) -> None:
    p = empty.phones
    admin = Counted(Waiting(empty, p.sekcam))
    await p.sekcam.opens(f"setup_{TOKEN}")
    await p.sekcam.hears("Apa nama kantornya?")
    await found(admin)
    await p.sekcam.hears("Selamat datang, Ibu Siti Rahayu")
    await add_units(admin, "Seksi Pemerintahan", "Seksi Trantib")
    await admin.does("[Kembali]", "[Pejabat]")
    await add_official(admin, "Ahmad Fauzi", "Bapak", "Pimpinan dan umum", "Camat")
    await admin.does("[Kembali]", "[Kembali]", "[Pejabat]")
    await add_official(admin, "Budi Santoso", "Bapak", "Seksi Pemerintahan", "Kasi Pemerintahan")
    await admin.does("[Kembali]", "[Kembali]", "[Pejabat]")
    await add_official(admin, "Dewi Lestari", "Ibu", "Seksi Trantib", "Kasi Trantib")
    for phone, payload in zip((p.camat, p.pemerintahan, p.trantib), links(p.sekcam), strict=True):
        await phone.opens(payload)
        await empty.quiet()
        await p.sekcam.offered("Ya, benar")
        await admin.does("[Ya, benar]")
        await phone.sees("Selamat datang")
        await p.sekcam.gone("Ya, benar")

    await admin.does("/kelola")
    await adopt_sumbang(admin)
    await p.sekcam.hears("Menunggu persetujuan Bapak Ahmad Fauzi")
    asked = await p.camat.sees("Mohon persetujuan: adopsi SOP Pengukuran Kinerja Kecamatan Sumbang")
    assert "2. Membuat format pengumpulan data" in asked.content
    assert "waktu: 60 Menit" in asked.content
    await p.sekcam.says("/mulai")
    await p.sekcam.hears("Belum ada SOP yang dapat")
    await p.camat.taps("Setujui")
    await p.sekcam.hears("Disetujui: adopsi SOP Pengukuran Kinerja Kecamatan Sumbang")
    await empty.quiet()
    await Driver(p).start(p.sekcam, "TW IV 2026")
    await p.camat.offered("Perintahkan")
    assert await empty.open_tasks() == [(1, "work", "")]
    assert await empty.faults("sumbang") == []
    assert await empty.read(lambda s: len(s.exec(select(Run)).all())) == 1


async def test_a_setup_link_in_wrong_hands_and_at_wrong_times(empty: Installation) -> None:
    p = empty.phones
    await p.trantib.opens("setup_" + "q" * 24)
    await p.trantib.hears("tautan penyiapan ini tidak dikenal")
    await p.sekcam.opens(f"setup_{TOKEN}")
    await p.sekcam.hears("Apa nama kantornya?")
    await p.trantib.opens(f"setup_{TOKEN}")
    await p.trantib.hears("sudah dibuka dengan akun Telegram lain")
    await p.trantib.says("Kecamatan Palsu")
    await empty.quiet()
    assert "kabupaten" not in p.trantib.text().casefold()

    # Answers that do not fit are asked for again; a restart forgets nothing; old buttons are over.
    await p.sekcam.says("x" * 101)
    await p.sekcam.hears("terlalu panjang")
    await p.sekcam.says("Kecamatan <b>Sumbang</b>")
    await p.sekcam.hears("Di kabupaten atau kota mana?")
    await empty.restart()
    await p.sekcam.says("Kabupaten Banyumas")
    zones = await p.sekcam.offered("WITA (Makassar)")
    await p.sekcam.says("kemarin")
    await p.sekcam.hears("Mohon pilih dengan menekan salah satu tombolnya")
    data = zones.keyboard[1][0]["callback_data"]
    await p.sekcam.taps("WITA (Makassar)")
    await p.sekcam.hears("Siapa nama")
    toast = await p.sekcam.told(await p.sekcam.forges(zones, data))
    assert "sudah berakhir" in toast.text
    toast = await p.trantib.told(await p.trantib.forges(p.trantib.last(), data))
    assert toast.text
    await p.sekcam.sends_document("ktp.pdf", b"%PDF-1.4")
    await p.sekcam.hears("Siapa nama")
    await p.sekcam.says("/tugas")
    await p.sekcam.hears("Siapa nama")
    await p.sekcam.says("/batal")
    await p.sekcam.hears("belum ada yang disimpan")
    await p.sekcam.says("Siti Rahayu")
    await p.sekcam.hears("Pandu hanya melayani pejabat yang sudah terdaftar")
    await p.sekcam.opens(f"setup_{TOKEN}")
    await p.sekcam.hears("Apa nama kantornya?")
    assert await empty.read(lambda s: s.exec(select(Office)).first()) is None

    # A day later it is over, even half way; the next start prints another one, which founds the office.
    empty.clock.advance(timedelta(hours=24))
    await p.sekcam.says("Kecamatan Sumbang")
    await empty.quiet()
    assert "kabupaten atau kota" not in p.sekcam.last().content
    await p.sekcam.opens(f"setup_{TOKEN}")
    await p.sekcam.hears("masa berlaku tautan penyiapan ini sudah habis")
    assert await offered(empty, "n" * 24) is not None
    await p.sekcam.opens("setup_" + "n" * 24)
    await p.sekcam.hears("Apa nama kantornya?")
    await found(Counted(Waiting(empty, p.sekcam)))
    await p.sekcam.hears("Kecamatan Sumbang siap")
    for phone in (p.sekcam, p.trantib):
        await phone.opens("setup_" + "n" * 24)
        await phone.hears("sudah disiapkan")
    assert await offered(empty) is None


async def test_one_by_one_with_own_choices_and_a_pause_of_days(empty: Installation) -> None:
    p = empty.phones
    admin = Counted(Waiting(empty, p.sekcam))
    await p.sekcam.opens(f"setup_{TOKEN}")
    await p.sekcam.hears("Apa nama kantornya?")
    await found(admin)
    await admin.does("/adopsi", "[5. Pengukuran Kinerja Kecamatan Sumbang (2023)]", "[Langkah 8–14]", "[Satu per satu]")
    for role in ("Camat", "Kasi/Kasubag", "Pengelola"):
        await p.sekcam.hears(f"Siapa {role} di kantor Ibu?")
        await admin.does("[Belum ada, biarkan]")
    await admin.does("[Terima]", "[Pelaksana lain]", "[Pengelola]")
    await p.sekcam.hears("Pelaksana: Pengelola (pilihan Ibu)")
    await admin.does("[Ubah waktu]", "sebentar")
    await p.sekcam.hears("Waktunya belum dapat dibaca")
    await admin.does("2 Jam")
    await p.sekcam.hears("Waktu: 2 Jam (isian Ibu)")
    await admin.does("[Ubah hasil]", "[Biarkan kosong]")
    await p.sekcam.hears("Hasil: dibiarkan kosong")
    await admin.does("[Terima]", "[Lanjutkan nanti]")
    await p.sekcam.hears("tersimpan")

    # Days later it goes on where it was, also after a restart and another question in between.
    empty.clock.advance(timedelta(days=5))
    await empty.restart()
    await admin.does("/adopsi")
    await p.sekcam.hears("sedang disiapkan")
    await admin.does("[5. Pengukuran Kinerja Kecamatan Sumbang (2023)]")
    await p.sekcam.hears("Sudah dilihat satu per satu: 2 dari 14 langkah")
    await admin.does("[Satu per satu]")
    await p.sekcam.hears("Langkah 3 dari 14")
    await admin.does("[Biarkan kosong]", *["[Terima]"] * 11)
    shown = (await p.sekcam.hears("Mohon diperiksa: adopsi")).content
    assert "Pengelola · waktu: 2 Jam · kelengkapan: Form Pengukuran Kinerja · tetap kosong: hasil" in shown
    assert "langsung berlaku dan tercatat demikian" in shown
    await admin.does("[Ya, ajukan]")
    await p.sekcam.hears("SOP diadopsi")
    rows = await empty.read(lambda s: s.exec(select(Adoption)).all())
    assert [row.current for row in rows] == [True]
    assert rows[0].choices["steps"]["2"]["actor"] == "pengelola"
    assert await empty.faults("sumbang") == []
