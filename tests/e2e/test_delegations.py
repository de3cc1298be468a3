"""A delegation over a weekend, over the phones: it begins, an act is on record, it ends. Then a desk moves."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from storage.tables import Submission
from tests.e2e.conftest import Opened
from tests.e2e.step_by_step import says, taps
from tests.e2e.test_turns import count, turning

SOP = "sumbang-pengukuran-kinerja"


async def test_over_a_weekend_and_back(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await turning(office)  # the Camat owes step 1: to give the order
    await p.camat.offered("Perintahkan")

    await says(office, p.camat, "/delegasi mulai Sabtu sampai Minggu")
    await p.camat.hears("Kepada siapa tugas Bapak didelegasikan?")
    await says(office, p.camat, "siti")
    review = await p.camat.hears("Delegasikan tugas kepada Ibu Siti Rahayu")
    assert "Mulai: Sabtu, 9 Januari 2027" in review.content
    assert "Sampai: Minggu, 10 Januari 2027" in review.content
    assert "Keputusan strategis" in review.content
    await taps(office, p.camat, "Ya, delegasikan")
    await p.camat.sees("Tugas didelegasikan kepada Ibu Siti Rahayu")
    await p.sekcam.sees("Menerima delegasi dari Bapak Ahmad Fauzi")
    # Nothing has moved yet.
    await p.camat.offered("Perintahkan")
    assert p.sekcam.find("Perintahkan") is None
    # Who receives passes nothing on.
    await says(office, p.sekcam, "/delegasi")
    await taps(office, p.sekcam, "Delegasikan tugas")
    await says(office, p.sekcam, "dewi")
    await says(office, p.sekcam, "Minggu")
    assert "tidak dapat mendelegasikan lagi" in p.sekcam.last().content

    # Saturday morning.
    office.clock.advance(timedelta(days=5))
    await office.quiet()
    card = await p.sekcam.offered("Perintahkan")
    assert "Menerima delegasi dari Bapak Ahmad Fauzi" in card.content
    assert "s.d. Minggu, 10 Januari 2027" in card.content
    await p.camat.sees("Didelegasikan kepada Ibu Siti Rahayu s.d. Minggu, 10 Januari 2027.")
    assert p.camat.find("Perintahkan") is None

    await taps(office, p.sekcam, "Perintahkan")
    await taps(office, p.sekcam, "Lewati")
    for command in ("/riwayat 1", "/status 1"):
        await says(office, p.trantib, command)
        await p.trantib.hears("Ibu Siti Rahayu, menerima delegasi dari Bapak Ahmad Fauzi")

    def principals(session: Session) -> list[tuple[str, int | None]]:
        rows = session.exec(select(Submission).order_by(col(Submission.id)))
        return [(row.mandate, row.principal_id) for row in rows]

    assert await office.read(principals) == [("delegation", 1)]

    # Monday morning it is over by itself, and both are told when the office is open.
    office.clock.advance(timedelta(days=2))
    await office.quiet()
    await p.camat.sees("Delegasi berakhir: kepada Ibu Siti Rahayu")
    await p.sekcam.sees("Delegasi berakhir: dari Bapak Ahmad Fauzi")
    assert count(p.camat, "Delegasi mulai berlaku") == 0  # nobody is told on Monday what has ended since
    await says(office, p.camat, "/delegasi")
    await p.camat.hears("Kepada siapa tugas Bapak didelegasikan?")
    assert await office.faults("sumbang") == []


async def test_a_desk_goes_over(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await turning(office)
    await p.camat.offered("Perintahkan")
    await office.load(office.office_file.replace("role: pengelola}]}", "role: pengelola}], admin: true}"))
    await says(office, p.pengelola, "/serahterima ahmad")
    await p.pengelola.hears("Siapa yang menerima seluruh tugas Bapak Ahmad Fauzi, Camat?")
    await says(office, p.pengelola, "siti")
    review = await p.pengelola.hears("Serahkan seluruh tugas Bapak Ahmad Fauzi, Camat kepada Ibu Siti Rahayu, Sekcam?")
    assert "Tugas yang sedang terbuka: 1" in review.content
    assert "Jabatan: Camat" in review.content
    await taps(office, p.pengelola, "Tugas dan jabatan")
    await p.camat.sees("Serah terima: dari Bapak Ahmad Fauzi kepada Ibu Siti Rahayu")
    await p.sekcam.sees("Serah terima: dari Bapak Ahmad Fauzi kepada Ibu Siti Rahayu")
    for phone in (p.camat, p.sekcam, p.pengelola):
        assert count(phone, "Serah terima: dari") == 1
    await p.sekcam.offered("Perintahkan")
    assert p.camat.find("Perintahkan") is None
    await taps(office, p.sekcam, "Perintahkan")
    await taps(office, p.sekcam, "Lewati")
    await says(office, p.trantib, "/riwayat 1")
    await p.trantib.hears("Ibu Siti Rahayu, Camat")
    assert await office.faults("sumbang") == []
