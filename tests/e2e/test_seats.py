"""Acting officials over the phones: tasks move, acts are on record with their order, and all comes back."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from storage.tables import Seat
from tests.e2e.conftest import Opened
from tests.e2e.office import Office
from tests.e2e.paperwork import pdf
from tests.e2e.phone import Phone
from tests.e2e.step_by_step import says, taps
from tests.e2e.test_turns import count, turning

SOP = "tambak-evaluasi-kinerja"
ORDER = "Surat Perintah Nomor 800.1.11/12/2027, tanggal 31 Desember 2026"


async def chooses(office: Office, admin: Phone, post: str, person: str, capacity: str) -> None:
    await says(office, admin, "/jabatan")
    await taps(office, admin, post, on="Jabatan dan pejabatnya")
    await taps(office, admin, "Tetapkan pejabat")
    await says(office, admin, person)
    await taps(office, admin, capacity)


async def gives_the_order(office: Office, admin: Phone, until: str) -> None:
    """Say until when, and show the order with its scan."""
    await says(office, admin, until)
    await taps(office, admin, "Ya", on="Maksud")
    await says(office, admin, "800.1.11/12/2027")
    await says(office, admin, "31 Desember 2026")
    await taps(office, admin, "Ya", on="31 Desember 2026")
    await admin.hears("Mohon kirim pindaian surat perintahnya")
    await admin.sends_document("SP Plh.pdf", pdf("order"))
    await office.quiet()


async def test_a_plh_for_three_days(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await turning(office)  # the Camat owes step 1: to give the order
    await p.camat.offered("Perintahkan")

    # An official who is no admin cannot appoint anybody.
    await says(office, p.sekcam, "/jabatan")
    await p.sekcam.hears("kewenangan")

    await chooses(office, p.camat, "Camat", "siti", "Plh., menggantikan Bapak Ahmad Fauzi")
    await taps(office, p.camat, "Mulai sekarang")
    await gives_the_order(office, p.camat, "Rabu")
    await p.camat.hears("Sampai: Rabu, 6 Januari 2027")
    await taps(office, p.camat, "Ya, tetapkan")
    told = await p.sekcam.sees("Ibu ditetapkan sebagai Plh. Camat, menggantikan sementara Bapak Ahmad Fauzi")
    assert ORDER.replace("tanggal", "tanggal Kamis,") in told.content
    await p.camat.sees("Selama itu tugas jabatan Bapak ditangani Plh. Camat")
    assert count(p.trantib, "Plh. Camat") == 0

    # The card moves, and says so on both phones.
    await p.camat.sees("Dialihkan kepada Plh. Camat, Ibu Siti Rahayu s.d. Rabu, 6 Januari 2027.")
    assert p.camat.find("Perintahkan") is None
    card = await p.sekcam.offered("Perintahkan")
    assert "Selaku Plh. Camat, menggantikan sementara Bapak Ahmad Fauzi s.d. Rabu, 6 Januari 2027" in card.content

    # The scan is for head (now: who stands in) and admin.
    await p.sekcam.taps("Lihat surat perintah")
    assert await p.sekcam.receives_file("SP Plh.pdf") == pdf("order")

    office.clock.advance(timedelta(days=1))
    await taps(office, p.sekcam, "Perintahkan")
    await taps(office, p.sekcam, "Lewati")
    record = f"Ibu Siti Rahayu selaku Plh. Camat ({ORDER}), menggantikan sementara Bapak Ahmad Fauzi"
    await p.sekcam.sees(f"selaku Plh. Camat ({ORDER}), menggantikan sementara Bapak Ahmad Fauzi")
    for command in ("/riwayat 1", "/status 1"):
        await says(office, p.trantib, command)
        await p.trantib.hears(record)

    # After the third day everything is back.
    office.clock.advance(timedelta(days=2))
    await office.quiet()
    await says(office, p.sekcam, "/tugas")
    assert "Selaku Plh." not in p.sekcam.last().content

    def held(session: Session) -> list[tuple[str, str, bool]]:
        rows = session.exec(select(Seat).where(Seat.role == "camat").order_by(col(Seat.id)))
        return [(seat.capacity, str(seat.official_id), seat.held) for seat in rows]

    assert await office.read(held) == [("definitif", "1", True), ("plh", "2", False)]
    # Their own seat is theirs again: the record names no capacity but their own.
    await says(office, p.trantib, "/riwayat 1")
    await p.trantib.hears(record)
    assert await office.faults("sumbang") == []


async def test_an_admins_own_appointment_waits_for_the_head(open_office: Opened) -> None:
    office = await open_office(SOP)
    p = office.phones
    await office.load(office.office_file.replace("role: pengelola}]}", "role: pengelola}], admin: true}"))
    await turning(office)
    await p.camat.offered("Perintahkan")

    await chooses(office, p.pengelola, "Sekcam", "joko", "Plt., jabatan lowong")
    await taps(office, p.pengelola, "Mulai sekarang")
    await gives_the_order(office, p.pengelola, "1 September")
    review = await p.pengelola.sees("Tetapkan Bapak/Ibu Joko Prasetyo sebagai Plt. Sekcam?")
    assert "Masa jabatan Ibu Siti Rahayu berakhir pada saat itu." in review.content
    assert "Plt. melewati 3 + 3 bulan" in review.content
    assert "baru berlaku setelah disetujui pimpinan" in review.content
    await taps(office, p.pengelola, "Ya, tetapkan")
    await p.pengelola.hears("Menunggu persetujuan pimpinan")
    asked = await p.camat.sees("Mohon persetujuan: Plt. Sekcam")
    assert asked.captions == ["Setujui", "Tidak disetujui", "Lihat surat perintah"]
    await p.camat.taps("Lihat surat perintah")
    await p.camat.receives_file("SP Plh.pdf")

    # Who asked, and anybody else, presses in vain.
    data = next(b["callback_data"] for row in asked.keyboard for b in row if b["text"] == "Setujui")
    for phone in (p.pengelola, p.trantib, p.sekcam):
        toast = await phone.told(await phone.forges(phone.last(), data))
        assert "menjadi bagian pejabat lain" in toast.text

    await p.camat.taps("Tidak disetujui")
    await p.camat.hears("Mengapa penetapan ini tidak disetujui?")
    await says(office, p.camat, "Ibu Siti masih menjabat")
    await taps(office, p.camat, "Kirim alasan")
    refused = await p.pengelola.sees("Tidak disetujui: penetapan sebagai Plt. Sekcam")
    assert "Ibu Siti masih menjabat" in refused.content
    assert p.camat.find("Setujui") is None
    toast = await p.camat.told(await p.camat.forges(p.camat.last(), data))
    assert "Sudah tercatat" in toast.text

    # Asked again, and agreed to: the seat changes hands.
    await chooses(office, p.pengelola, "Sekcam", "joko", "Plt., jabatan lowong")
    await taps(office, p.pengelola, "Mulai sekarang")
    await gives_the_order(office, p.pengelola, "1 Maret")
    await taps(office, p.pengelola, "Ya, tetapkan")
    await taps(office, p.camat, "Setujui", on="Plt. Sekcam")
    await p.pengelola.sees("Bapak/Ibu ditetapkan sebagai Plt. Sekcam")
    await p.sekcam.sees("Tugas jabatan ini beralih kepada Bapak/Ibu Joko Prasetyo")
    await p.camat.sees("Disetujui: penetapan sebagai Plt. Sekcam")

    # Ended early, nobody holds it though coming steps need it: shown before, told at once.
    await says(office, p.camat, "/jabatan")
    await taps(office, p.camat, "Sekcam", on="Jabatan dan pejabatnya")
    await taps(office, p.camat, "Akhiri: Plt. Bapak/Ibu Joko Prasetyo")
    ending = await p.camat.sees("Akhiri sekarang: Plt. Sekcam, Bapak/Ibu Joko Prasetyo?")
    assert "jabatan ini kosong, padahal dibutuhkan: No. 1 langkah" in ending.content
    await taps(office, p.camat, "Ya, akhiri")
    await p.camat.sees("Masa jabatan diakhiri: Plt. Sekcam")
    for admin in (p.camat, p.pengelola):
        vacant = await admin.sees("Perlu perhatian admin: jabatan Sekcam kosong")
        assert "– No. 1: langkah 2" in vacant.content
        assert count(admin, "jabatan Sekcam kosong") == 1
    assert await office.faults("sumbang") == []
