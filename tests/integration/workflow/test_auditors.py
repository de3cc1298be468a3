"""An auditor reads for a period, changes nothing, and each reading is on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from sqlmodel import Session, col, select

from storage.database import open_database
from storage.tables import AuditEvent, Official, Seat
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.offices import NOW, SUMBANG
from tests.integration.workflow.town import ServedStore, SqliteStore, Store, Town
from tests.unit.workflow.builders import step
from workflow import audit_replay, auditors, enrolment
from workflow.deed import Stopped
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text
from workflow.verbs import Page, Press, Verb

T = TypeVar("T")
READER = 9090


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    store: Store = SqliteStore(database_url) if database_url.startswith("sqlite") else ServedStore(database_url)
    yield Desk(Town(store), step(1), step(2))
    store.close()


def as_somebody(desk: Desk, name: str, act: Callable[[Session, Official], T]) -> T:
    return desk.town.store.write(lambda s: act(s, s.exec(select(Official).where(Official.name == name)).one()))


def let_in(desk: Desk, *, days: int = 10, by: str = "admin") -> int:
    """Let an auditor read, and give them their account; how they get one is tested below."""
    moment = desk.town.moment()

    def body(session: Session, official: Official) -> int:
        row = auditors.appoint(session, moment, official, " Ratna  Dewi ", moment.now + timedelta(days=days))
        row.telegram_id = READER
        return row.id or 0

    return as_somebody(desk, by, body)


def readings(desk: Desk) -> list[tuple[str, Any]]:
    events: list[AuditEvent] = desk.town.rows(AuditEvent, col(AuditEvent.kind).startswith("read."))
    assert all(event.capacity == "Auditor" for event in events)
    return [(event.kind, json.loads(event.payload)["run_id"]) for event in events]


def finish(desk: Desk) -> None:
    desk.do(1)
    desk.do(2)


def test_every_reading_is_on_record_and_shown(desk: Desk) -> None:
    let_in(desk)
    run = desk.cast.run
    for words in ("/status", "/status 1", "/riwayat 1", "/arsip", "/arsip TW IV 2026"):
        desk.town.write(READER, words)
    for page in (Page.RUN, Page.HISTORY, Page.ARCHIVE):
        assert desk.town.tap(READER, Press(page, run if page is not Page.ARCHIVE else 0)).key == "ok"
    said = [template for template, _ in desk.town.said(READER)]
    assert said == ["status_list", "status_run", "history", "archive", "archive", "status_run", "history", "archive"]
    assert readings(desk) == [
        ("read.list", None), ("read.run", run), ("read.history", run), ("read.archive", None), ("read.archive", None),
        ("read.run", run), ("read.history", run), ("read.archive", None),
    ]  # fmt: skip
    assert desk.town.store.write(lambda s: audit_replay.verify(s, "office")) == []


def test_the_files_of_a_run_are_read_once_it_has_finished(desk: Desk) -> None:
    let_in(desk)
    desk.town.write(READER, "/berkas 1")
    assert desk.town.said(READER)[-1] == ("not_allowed", {"what": "auditor_files"})
    finish(desk)
    desk.town.write(READER, "/berkas 1")
    assert desk.town.said(READER)[-1][0] == "files"
    assert readings(desk) == [("read.files", desk.cast.run)]


def test_what_an_official_reads_is_not_kept(desk: Desk) -> None:
    desk.town.write(desk.chat("head"), "/status 1")
    assert readings(desk) == []


def test_everything_else_is_declined_and_changes_nothing(desk: Desk) -> None:
    let_in(desk)
    before = desk.town.rows(AuditEvent)
    for words in ("/mulai", "/tugas", "/batalkan 1", "/tunda 1", "/kalender", "/jadwal", "/entah", "halo"):
        desk.town.write(READER, words)
        assert desk.town.said(READER)[-1][0] == "auditor_reads", words
    for verb in Verb:
        assert desk.tap_as(READER, verb, desk.task(1)) == "auditor_reads", verb
    desk.town.bring(READER, "surat.pdf")
    assert desk.town.said(READER)[-1][0] == "auditor_reads"
    assert desk.town.rows(AuditEvent) == before


def test_outside_the_period_nothing_is_read(desk: Desk) -> None:
    let_in(desk, days=1)
    desk.town.now += timedelta(days=2)
    desk.town.write(READER, "/status")
    assert [t for t, _ in desk.town.said(READER)] == ["auditor_period"]
    assert desk.town.tap(READER, Press(Page.RUN, desk.cast.run)).key == "auditor_period"
    assert readings(desk) == []


def test_the_admin_or_the_head_ends_it_at_once(desk: Desk) -> None:
    auditor, moment = let_in(desk, by="head"), desk.town.moment()
    with pytest.raises(Stopped, match="not_allowed"):
        as_somebody(desk, "secretary", lambda s, o: auditors.end(s, moment, o, auditor))
    as_somebody(desk, "admin", lambda s, o: auditors.end(s, moment, o, auditor))
    desk.town.write(READER, "/status")
    assert [t for t, _ in desk.town.said(READER)] == ["auditor_period"]


@pytest.mark.parametrize("name", ["clerk", "secretary", "staff"])
def test_nobody_else_lets_an_auditor_in(desk: Desk, name: str) -> None:
    with pytest.raises(Stopped, match="not_allowed"):
        let_in(desk, by=name)


def test_an_auditor_enrols_by_link_and_head_and_admin_are_told(desk: Desk) -> None:
    auditor, token = let_in(desk), "t" * 24

    def invited(session: Session) -> None:
        session.get_one(Official, auditor).telegram_id = None
        enrolment.invite(session, auditor, token, desk.town.now)

    desk.town.store.write(invited)
    desk.town.write(READER, f"/start {token}")
    desk.town.write(READER, "/status")
    assert "status_list" not in [t for t, _ in desk.town.said(READER)]  # nothing before the admin's word
    admin = desk.chat("admin")
    asked = next(params for template, params in desk.town.said(admin) if template == "enrol_ask_admin")
    assert desk.town.tap(admin, Press(Page.ENROL, asked["invitation_id"], 0, "yes")).key == "done"
    desk.town.write(READER, "/status")
    assert desk.town.said(READER)[-1][0] == "status_list"
    assert "auditor_joined" in desk.templates("head")
    assert "auditor_joined" in desk.templates("admin")
    assert "auditor_joined" not in desk.templates("secretary")


def test_an_auditor_holds_no_seat_whatever_the_rows_say(desk: Desk) -> None:
    auditor = let_in(desk)

    def seated(session: Session) -> None:
        row = session.get_one(Official, auditor)
        row.admin = True
        session.add(Seat(office_id="office", role="clerk", official_id=auditor))

    desk.town.store.write(seated)
    assert desk.tap_as(READER, Verb.DO, desk.task(1)) == "auditor_reads"
    desk.town.write(READER, "/kelola")
    assert desk.town.said(READER)[-1][0] == "auditor_reads"


WITH_AUDITOR = SUMBANG + "auditors:\n  - {name: Ratna Dewi, from: 2026-12-01, until: 2026-12-31}\n"


async def test_the_office_file_lets_auditors_in(sqlite_url: str) -> None:
    database = await open_database(sqlite_url)

    def load(text: str, **how: Any) -> Any:
        return database.write(lambda s: apply(s, load_text(text, "office.yaml"), NOW, **how))

    report = await load(WITH_AUDITOR)
    assert any(line.startswith("Auditor baru: Ratna Dewi") for line in report.changes)
    assert (await load(WITH_AUDITOR)).changes == ()
    row = (await database.read(lambda s: auditors.auditors(s, "sumbang")))[0]
    # Both days count, by the clock of Sumbang (UTC+7).
    assert (str(row.valid_from), str(row.valid_until)) == ("2026-11-30 17:00:00+00:00", "2026-12-31 17:00:00+00:00")
    longer = WITH_AUDITOR.replace("2026-12-31", "2027-01-15")
    assert (await load(longer)).changes == ("Auditor Ratna Dewi: sampai “2027-01-01 00.00” menjadi “2027-01-16 00.00”",)
    left = await load(WITH_AUDITOR.replace("Ratna Dewi", "Hadi"), prune=True)
    assert "Pejabat dinonaktifkan: Ratna Dewi" not in left.changes
    await database.close()


def test_an_auditor_sees_what_is_kept_about_them_and_how_they_are_addressed(desk: Desk) -> None:
    let_in(desk)
    for words, template in (("/privasi", "privacy"), ("/profil", "profile"), ("/bantuan", "auditor_home")):
        desk.town.write(READER, words)
        assert desk.town.said(READER)[-1][0] == template
    row = desk.town.rows(Official, col(Official.auditor).is_(True))[0]
    assert desk.town.tap(READER, Press(Page.PROFILE, row.id, 0, "ibu")).key == "profile_changed"
    assert desk.town.rows(Official, col(Official.auditor).is_(True))[0].salutation == "Ibu"
