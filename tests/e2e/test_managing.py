"""An admin runs the office from the phone: a unit, an official, a link, a first task; a rule, the file."""

from __future__ import annotations

import re

from sqlmodel import col, select

from simulator.records import Message
from storage.tables import Adoption, AuditEvent, Invitation, Official, Outbox
from storage.tables import Office as OfficeRow
from tests.e2e.conftest import Opened
from tests.e2e.driver import Driver
from tests.e2e.office import Office
from tests.e2e.offices import office_file
from tests.e2e.phone import Phone
from workflow.adoption_proposals import shipped
from workflow.office_file.apply import apply
from workflow.office_file.export import export_office
from workflow.office_file.loading import load_text
from workflow.office_rules import rules_of
from workflow.reminding.policy import policy_of

SOP = "tambak-evaluasi-kinerja"


def token_in(message: Message) -> str:
    """What the link of a letter carries."""
    found = re.search(r"\?start=([A-Za-z0-9_-]+)", message.content)
    assert found is not None, message.content
    return found[1]


async def screen(office: Office, phone: Phone, *captions: str) -> None:
    """Open ``/kelola`` and go from button to button, each on the screen just opened."""
    await phone.says("/kelola")
    await phone.hears("Mohon pilih yang akan diatur")
    for caption in captions:
        await office.quiet()
        await phone.taps(caption)
    await office.quiet()


async def add_unit(office: Office, name: str) -> None:
    admin = office.phones.camat
    await screen(office, admin, "Unit", "Tambah unit")
    await admin.hears("Apa nama unit barunya?")
    await admin.says(name)
    await admin.hears("Mohon diperiksa")
    await admin.taps("Ya, terapkan")
    await admin.hears(f"Unit baru: {name}")


async def add_official(office: Office, name: str, unit: str, post: str) -> None:
    admin = office.phones.camat
    await screen(office, admin, "Pejabat", "Tambah pejabat")
    await admin.hears("Siapa nama pejabat barunya?")
    await admin.says(name)
    await admin.taps("Ibu", on=name)
    await admin.taps(unit, on="Di mana")
    await admin.taps(post, on="Sebagai apa")
    await admin.sees(f"Pejabat baru: Ibu {name}, {post}")
    await admin.taps("Ya, terapkan")
    await admin.hears("mohon buat tautannya")


async def test_a_new_unit_and_its_head_join_and_get_a_task(open_office: Opened) -> None:
    office = await open_office(SOP)
    admin = office.phones.camat
    await add_unit(office, "Seksi Sosial")
    await add_official(office, "Hesti Wulan, S.Sos.", "Seksi Sosial", "Kasi Sosial")
    await admin.taps("Buat tautan", on="Hesti")
    letter = await admin.sees("Mohon bergabung dengan Pandu")
    assert "Yth. Ibu Hesti Wulan, S.Sos., Kasi Sosial" in letter.content
    await office.quiet()

    # What only the phone may keep is nowhere in the database any more.
    token = token_in(letter)
    kept = await office.read(lambda s: [str(row.params) for row in s.exec(select(Outbox))])
    assert not [params for params in kept if token in params]

    await screen(office, admin, "Belum bergabung")
    await admin.sees("Ibu Hesti Wulan, S.Sos., Kasi Sosial · tautan sudah dibuat")
    office.simulator.add_user(2001, "Hesti")
    office.phones.phones["hesti"] = hesti = Phone(office.simulator, 2001)
    await hesti.opens(token)
    await admin.taps("Ya, benar")
    await hesti.sees("Pendaftaran disetujui")
    await office.quiet()

    await Driver(office.phones).start(office.phones.sekcam, "TW IV 2026")
    await admin.taps("Perintahkan")
    await admin.taps("Lewati")
    await office.phones.sekcam.taps("Selesai", on="langkah 2")
    await office.phones.sekcam.taps("Lewati")
    card = await hesti.sees("langkah 3")
    assert card.captions
    assert await office.faults("sumbang") == []


async def test_links_are_replaced_withdrawn_and_the_last_admin_stays(open_office: Opened) -> None:
    office = await open_office(SOP)
    admin = office.phones.camat
    await add_official(office, "Hesti Wulan", "Seksi Trantib", "Kasi Trantib")
    await admin.taps("Buat tautan", on="Hesti")
    first = token_in(await admin.sees("Mohon bergabung dengan Pandu"))
    # Another link takes its place, and says so first.
    await screen(office, admin, "Pejabat", "Hesti Wulan", "Buat tautan")
    await admin.sees("Tautan sebelumnya tidak berlaku lagi")
    await admin.taps("Ya, terapkan")
    await office.quiet()
    second = token_in(await admin.sees("Mohon bergabung dengan Pandu"))
    assert first != second
    office.simulator.add_user(2001, "Hesti")
    office.phones.phones["hesti"] = hesti = Phone(office.simulator, 2001)
    await hesti.opens(first)
    await office.quiet()
    await screen(office, admin, "Pejabat", "Hesti Wulan", "Cabut tautan", "Ya, terapkan")
    await admin.sees("dicabut dan tidak dapat dipakai lagi")
    await hesti.opens(second)
    await office.quiet()
    query = select(Invitation.status).order_by(col(Invitation.id))
    states = await office.read(lambda s: list(s.exec(query)))
    assert states == ["revoked", "revoked"]

    # The only admin cannot give that up, nor deactivate themself.
    await screen(office, admin, "Pejabat", "Ahmad Fauzi")
    assert "Nonaktifkan" not in admin.last().captions
    await admin.taps("Cabut admin")
    await admin.taps("Ya, terapkan")
    await office.quiet()
    assert any("Kantor harus tetap mempunyai satu admin" in toast for toast in admin.toasts)

    # Somebody else becomes admin; then the one who left is nobody here any more.
    await screen(office, admin, "Pejabat", "Siti Rahayu", "Jadikan admin", "Ya, terapkan")
    await office.quiet()
    assert "menjadi admin" in admin.last().content
    second_admin = office.phones.sekcam
    await screen(office, second_admin, "Pejabat", "Eko Susilo", "Nonaktifkan")
    await second_admin.sees("Eko Susilo dinonaktifkan")
    await second_admin.taps("Ya, terapkan")
    await second_admin.sees("Sudah berlaku")
    await office.quiet()
    await office.phones.staf.says("/tugas")
    await office.phones.staf.sees("Pandu hanya melayani pejabat yang sudah terdaftar")
    gone = await office.read(lambda s: s.exec(select(Official).where(Official.name == "Eko Susilo")).one())
    assert (gone.active, gone.telegram_id) == (False, None)
    assert await office.faults("sumbang") == []


async def test_only_admins_open_it_and_what_they_change_is_on_record(open_office: Opened) -> None:
    office = await open_office(SOP)
    admin, other = office.phones.camat, office.phones.sekcam
    await screen(office, admin, "Pengingat", "Ubah 5")
    await admin.hears("Mohon ketik angkanya, 5 sampai 480")
    await admin.says("seratus")
    await admin.hears("Mohon ketik angka saja")
    await admin.says("90")
    await admin.hears("paling sedikit 90 menit")
    await admin.taps("Ya, terapkan")
    await admin.sees("Sudah berlaku")
    await office.quiet()
    await screen(office, admin, "Aturan kantor", "Ubah 1", "Ya, berlakukan", "Ya, terapkan")
    await office.quiet()
    found = await office.read(lambda s: s.get_one(OfficeRow, "sumbang"))
    assert (policy_of(found).gap_minutes, rules_of(found).four_eyes) == (90, True)
    kinds = await office.read(lambda s: [e.kind for e in s.exec(select(AuditEvent)) if e.actor_id is not None])
    assert kinds == ["office.policy", "office.rules"]

    # Somebody else's press, typed command or forged button changes nothing.
    await other.says("/kelola")
    await other.hears("di luar kewenangan")
    for data in ("manage:1:0:uadd", "manage:2:0:", "manage:1:0:adminon:2", "manage:99:0:units", "manage:1:0:zzz"):
        toast = await other.told(await other.forges(other.last(), data))
        assert toast.text, data
    assert not any("Apa nama unit" in message.content for message in other.received)


async def test_the_office_file_comes_as_a_document_and_loads_back(open_office: Opened) -> None:
    office = await open_office(SOP)
    admin = office.phones.camat
    await add_unit(office, "Seksi Sosial")
    await screen(office, admin, "Unduh berkas kantor")
    await office.quiet()
    sent = next(m for m in reversed(admin.received) if office.simulator.file_name(m) == "sumbang.yaml")
    text = admin.file(sent).decode()
    assert "Seksi Sosial" in text
    assert "1001" not in text
    source = load_text(text, "sumbang.yaml")
    report = await office.write(lambda session: apply(session, source, office.clock.now()))
    assert (report.changes, report.refused) == ((), ())
    assert office_file(SOP) != text


async def test_an_auditor_is_let_in_for_a_period_joins_and_is_ended(open_office: Opened) -> None:
    office = await open_office(SOP)
    admin = office.phones.camat
    await screen(office, admin, "Auditor", "Tambah auditor")
    await admin.hears("Siapa nama auditornya?")
    await admin.says("Ratna Dewi, S.E.")
    await admin.hears("Dari instansi mana")
    await admin.says("Inspektorat Banyumas")
    await admin.hears("Mulai kapan, dan sampai kapan")
    await admin.says("mulai hari ini")
    await admin.hears("Mohon sebutkan juga hari terakhirnya")
    await admin.says("sampai 30 Desember 2027")
    asked = await admin.sees("Mohon diperiksa")
    assert "Ratna Dewi, S.E. (Inspektorat Banyumas) membaca catatan kantor mulai" in asked.content
    assert "sampai Kamis, 30 Desember 2027" in asked.content
    assert await office.read(lambda s: s.exec(select(Official).where(Official.auditor)).all()) == []
    await admin.taps("Ya, terapkan")
    await admin.taps("Buat tautan", on="Agar dapat membaca")
    letter = await admin.sees("Mohon membuka Pandu untuk membaca catatan")
    await office.quiet()

    office.simulator.add_user(2001, "Ratna")
    office.phones.phones["ratna"] = ratna = Phone(office.simulator, 2001)
    await ratna.opens(token_in(letter))
    await admin.taps("Ya, benar")
    await ratna.sees("Pendaftaran disetujui")
    await ratna.says("/status")
    await ratna.sees("Tidak ada SOP yang sedang berjalan")
    await office.quiet()

    # In the office file, and back again without any change.
    text = await office.read(lambda s: export_office(s, "sumbang", office.clock.now(), with_accounts=True))
    assert "Ratna Dewi, S.E. (Inspektorat Banyumas)" in text
    source = load_text(text, "sumbang.yaml")
    report = await office.write(lambda session: apply(session, source, office.clock.now()))
    assert (report.changes, report.refused) == ((), ())

    await screen(office, admin, "Auditor", "Ratna Dewi, S.E. (Inspektorat Banyumas)", "Ubah akhir masa")
    await admin.hears("Sampai kapan Ratna Dewi")
    await admin.says("31 Maret 2028")
    await admin.taps("Ya, terapkan")
    await admin.sees("membaca catatan kantor sampai Jumat, 31 Maret 2028")
    await office.quiet()
    await screen(office, admin, "Auditor", "Ratna Dewi, S.E. (Inspektorat Banyumas)", "Akhiri sekarang", "Ya, terapkan")
    await admin.sees("tidak lagi membaca catatan kantor")
    await ratna.says("/status")
    await ratna.sees("sudah berakhir")
    kinds = await office.read(lambda s: [e.kind for e in s.exec(select(AuditEvent)) if e.kind.startswith("auditor.")])
    assert kinds == ["auditor.added", "auditor.changed", "auditor.ended"]
    assert await office.faults("sumbang") == []


async def test_an_adoption_is_ended_by_the_heads_word_and_the_sop_cannot_be_started(open_office: Opened) -> None:
    office = await open_office(SOP)
    admin, secretary = office.phones.camat, office.phones.sekcam
    version = await office.read(lambda s: s.exec(select(Adoption.version).where(Adoption.sop_id == SOP)).one())
    number = [(one.id, one.version) for one in shipped()].index((SOP, version))
    await screen(office, admin, "SOP")
    listed = await admin.sees("SOP yang tersedia, Kecamatan Sumbang")
    await admin.taps(listed.captions[number])
    await admin.taps("Akhiri adopsi")
    await admin.hears("tidak dapat dimulai lagi")
    await admin.taps("Ya, ajukan")
    await admin.hears("Diajukan: akhiri adopsi")
    # The admin is the head themself, so that the secretary decides.
    await secretary.sees("Mohon persetujuan: akhiri adopsi SOP")
    await secretary.taps("Setujui")
    await admin.sees("Disetujui: akhiri adopsi SOP")
    await office.quiet()
    assert await office.read(lambda s: s.exec(select(Adoption.current)).all()) == [False]
    await admin.says("/mulai")
    await office.quiet()
    assert "Mulai" not in admin.last().captions
    assert await office.faults("sumbang") == []
