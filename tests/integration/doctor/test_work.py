"""What the doctor finds in the database, on both kinds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from bot.doctor import database as of_database
from bot.doctor import work
from bot.doctor.finding import Finding, Level
from storage import inbox, leases, outbox, timers
from storage.database import Database, open_database
from storage.tables import Adoption, Bot, Office, Official, Seat
from tests.integration.storage.conftest import ANA, BOT, LEASE, NOW, OFFICE, fill

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def office(database: Database) -> Database:
    """An office that is well: a joined admin who is its head, and a process that sends."""

    def well(session: Session) -> None:
        fill(session)
        session.flush()
        session.get_one(Official, 1).admin = True
        session.get_one(Adoption, 1).current = False
        session.add(Seat(office_id=OFFICE, role="camat", official_id=1))
        leases.acquire(session, leases.sender(BOT), "somebody", NOW, LEASE)

    await database.write(well)
    return database


async def found(database: Database, now: datetime = NOW) -> dict[str, Finding]:
    findings = await database.read(lambda session: list(work.examine(session, now, NOW)))
    return {finding.subject: finding for finding in findings}


async def test_an_office_that_is_well_has_nothing_to_mend(office: Database) -> None:
    assert {finding.level for finding in (await found(office)).values()} == {Level.GOOD}
    assert set(await found(office)) == {"Antrean", "Kantor", "Kalender"}


async def test_nobody_who_sends_is_told(office: Database) -> None:
    await office.write(lambda session: leases.release(session, leases.sender(BOT), "somebody", NOW))
    assert (await found(office))[f"Bot {BOT}"].level is Level.NOTE


async def test_messages_and_updates_that_were_given_up_are_told(office: Database) -> None:
    def give_up(session: Session) -> None:
        outbox.say(session, bot_id=BOT, chat_id=ANA, office_id=OFFICE, template="home", params={}, now=NOW)
        outbox.bury(session, 1, "no")
        inbox.store_updates(session, BOT, [(1, ANA, "{}")], NOW)
        (item,) = inbox.claim(session, BOT, NOW, LEASE, 1)
        inbox.mark_failed(session, item, "bad", NOW, max_tries=1)

    await office.write(give_up)
    findings = await found(office)
    assert findings["Pesan gagal"].level is findings["Pembaruan disisihkan"].level is Level.NOTE
    assert "pandu outbox list" in findings["Pesan gagal"].how
    assert "pandu inbox list" in findings["Pembaruan disisihkan"].how
    assert "Antrean" not in findings


@pytest.mark.parametrize(("minutes", "level"), [(1, None), (5, Level.NOTE), (20, Level.MEND)])
async def test_what_waits_too_long_is_told(office: Database, minutes: int, level: Level | None) -> None:
    def wait(session: Session) -> None:
        outbox.say(session, bot_id=BOT, chat_id=ANA, office_id=OFFICE, template="home", params={}, now=NOW)
        inbox.store_updates(session, BOT, [(1, ANA, "{}")], NOW)
        timers.put(session, office_id=OFFICE, kind="nudge", key="late", fire_at=NOW)

    await office.write(wait)
    findings = await found(office, NOW + minutes * MINUTE)
    for subject in ("Pesan menunggu", "Pembaruan menunggu", "Pengingat tertunda"):
        finding = findings.get(subject)
        assert (finding and finding.level) == level
        if finding is not None:
            assert f"{minutes} menit" in finding.what
    assert ("Antrean" in findings) == (level is None)


async def test_an_office_without_a_joined_admin_is_told(office: Database) -> None:
    def leave(session: Session) -> None:
        session.get_one(Official, 1).telegram_id = None

    await office.write(leave)
    finding = (await found(office))[f"Kantor {OFFICE}"]
    assert finding.level is Level.MEND
    assert f"pandu office invite --office {OFFICE}" in finding.how


async def test_an_office_without_a_head_is_told(office: Database) -> None:
    def leave(session: Session) -> None:
        session.exec(select(Seat)).one().held = False

    await office.write(leave)
    finding = (await found(office))[f"Kantor {OFFICE}"]
    assert (finding.level, finding.what) == (Level.NOTE, "kursi pimpinan kosong")


async def test_an_adopted_sop_that_was_damaged_is_told(office: Database) -> None:
    def damage(session: Session) -> None:
        adoption = session.get_one(Adoption, 1)
        adoption.current, adoption.content_hash = True, "0"

    await office.write(damage)
    finding = (await found(office))[f"Kantor {OFFICE}"]
    assert finding.level is Level.MEND
    assert "pandu audit verify" in finding.how


async def test_no_office_at_all_is_told(database: Database) -> None:
    assert (await found(database))["Kantor"].level is Level.NOTE


async def test_an_office_that_none_of_several_bots_serves_is_told(office: Database) -> None:
    def another(session: Session) -> None:
        session.get_one(Office, OFFICE).bot_id = None
        session.add(Bot(id=77, username="lain_bot"))

    await office.write(another)
    finding = (await found(office))[f"Kantor {OFFICE}"]
    assert (finding.level, finding.what) == (Level.MEND, "belum dilayani bot mana pun")


async def test_a_year_without_a_decree_is_told_only_when_it_is_near(office: Database) -> None:
    summer, november = datetime(2027, 7, 1, tzinfo=UTC), datetime(2027, 11, 2, tzinfo=UTC)
    beyond = datetime(2040, 3, 1, tzinfo=UTC)
    assert (await found(office, summer))["Kalender"].level is Level.GOOD
    later = (await found(office, november))["Kalender"]
    assert later.level is Level.NOTE
    assert "2028" in later.what
    assert "2027" not in later.what
    assert "2040" in (await found(office, beyond))["Kalender"].what


async def test_one_line_about_the_calendar_however_many_offices(office: Database) -> None:
    def another(session: Session) -> None:
        session.add(Office(id="lain", name="Kecamatan Lain", regency="Banyumas", timezone="Asia/Jayapura"))

    await office.write(another)
    at = datetime(2040, 3, 1, tzinfo=UTC)
    findings = await office.read(lambda session: list(work.examine(session, at, NOW)))
    assert [finding.subject for finding in findings].count("Kalender") == 1


async def test_the_tables_of_this_version_are_recognised(database: Database) -> None:
    assert (await database.read(of_database.schema)).level is Level.GOOD


@pytest.mark.parametrize(("revision", "level"), [("0002", Level.MEND), ("9999", Level.MEND), (None, Level.NOTE)])
async def test_the_tables_of_another_version_are_recognised(
    database: Database, revision: str | None, level: Level
) -> None:
    def change(session: Session) -> None:
        connection = session.connection()
        connection.exec_driver_sql("DELETE FROM alembic_version")
        if revision is not None:
            connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{revision}')")

    await database.write(change)
    finding = await database.read(of_database.schema)
    assert finding.level is level
    wanted = {"0002": "lama", "9999": "baru", None: "kosong"}[revision]
    assert wanted in finding.what


async def test_what_the_database_says_of_itself_is_really_asked(database: Database, database_url: str) -> None:
    single = database_url.startswith("sqlite")
    findings = await database.read(lambda s: list((of_database.sqlite if single else of_database.postgres)(s)))
    levels = {finding.subject: finding.level for finding in findings}
    assert levels[of_database.SUBJECT] is Level.GOOD
    # The tests' own PostgreSQL does not wait for the disk, which is to be found.
    assert levels["Ketahanan"] is (Level.GOOD if single else Level.MEND)


async def test_an_old_sqlite_library_is_told(sqlite_url: str) -> None:
    opened = await open_database(sqlite_url)
    first = await opened.read(lambda session: next(of_database.sqlite(session, (3, 34, 1))))
    await opened.close()
    assert first.level is Level.MEND
    assert "3.34.1" in first.what
