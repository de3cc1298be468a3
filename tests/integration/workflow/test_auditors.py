"""An auditor reads for a period, changes nothing, and each reading is on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from storage.database import open_database
from storage.tables import AuditEvent, Official, Seat, Task
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.offices import NOW, SUMBANG
from tests.integration.workflow.town import ServedStore, SqliteStore, Store, Town
from tests.unit.workflow.builders import definition, step
from workflow import audit_replay, auditors, delegating, enrolment, handover, reassigning
from workflow.deed import Stopped
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text
from workflow.verbs import Page, Press, QuestionPress, Verb

T = TypeVar("T")
READER = 9090
ZONE = ZoneInfo("Asia/Jakarta")


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


def test_nobody_hands_an_auditor_a_task_a_desk_or_a_delegation(desk: Desk) -> None:
    auditor, task_id = let_in(desk), desk.task(1).id

    def offered(session: Session, head: Official) -> list[Official]:
        task = session.get_one(Task, task_id)
        return [
            *reassigning.candidates(session, task), *handover.successors(session, head),
            *delegating.candidates(session, head),
        ]  # fmt: skip

    found = {official.id for official in as_somebody(desk, "head", offered)}
    assert found
    assert auditor not in found


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


def period(desk: Desk, auditor: int) -> tuple[str, str]:
    """The first and the last day of an auditor's period, by the office's clock, and that both are whole."""
    row = next(one for one in desk.town.rows(Official) if one.id == auditor)
    first, after = (at.astimezone(ZONE) for at in (row.valid_from, row.valid_until))
    assert (first.time(), after.time()) == (time(), time())
    return first.date().isoformat(), (after.date() - timedelta(days=1)).isoformat()


class Managing:
    """The admin's side of the auditors' screen; every press is on what was said last."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.chat = desk, desk.chat("admin")
        self.id = as_somebody(desk, "admin", lambda _, official: official.id or 0)

    def opens(self, screen: str) -> str:
        return self.desk.town.tap(self.chat, Press(Page.MANAGE, self.id, 0, screen)).key

    def says(self, words: str) -> None:
        self.desk.town.write(self.chat, words)

    def answers(self, option: str) -> str:
        _, params = self.last()
        return self.desk.town.tap(self.chat, QuestionPress(params["question"], option)).key

    def last(self) -> tuple[str, dict[str, Any]]:
        return self.desk.town.said(self.chat)[-1]

    def lets_in(self, name: str, institution: str, days: str) -> int:
        self.opens("aadd")
        for words in (name, institution, days):
            self.says(words)
        assert self.last()[0] == "manage_change"
        assert self.answers("yes") == "ok"
        found: int = self.last()[1]["what"]["official"]
        return found


def test_the_admin_lets_an_auditor_in_by_words_and_by_whole_days(desk: Desk) -> None:
    admin = Managing(desk)
    found = admin.lets_in("Ratna Dewi, S.E.", "Inspektorat Kabupaten", "mulai besok sampai 31 Desember 2027")
    today = desk.town.now.astimezone(ZONE).date()
    assert period(desk, found) == ((today + timedelta(days=1)).isoformat(), "2027-12-31")
    assert [one.name for one in desk.town.rows(Official) if one.auditor] == ["Ratna Dewi, S.E. (Inspektorat Kabupaten)"]
    # Until a day alone: from today on, so that there is no waiting for midnight.
    other = admin.lets_in("Bayu", "BPK", "sampai 31 Desember 2027")
    assert period(desk, other) == (today.isoformat(), "2027-12-31")
    assert desk.town.store.write(lambda s: audit_replay.verify(s, "office")) == []


def test_the_end_of_a_period_is_changed_and_it_is_ended_at_once(desk: Desk) -> None:
    admin = Managing(desk)
    found = admin.lets_in("Ratna", "Inspektorat", "mulai besok sampai 31 Desember 2027")
    begins, _ = period(desk, found)
    admin.opens(f"auntil:{found}")
    admin.says("hari ini")
    assert admin.last()[1]["what"]["reason"] == "backwards"
    admin.says("entahlah")
    assert admin.last()[1]["what"]["reason"] == "not_a_date"
    admin.says("sampai 30 November 2027")
    assert period(desk, found) == (begins, "2027-12-31")  # nothing before Ya, terapkan
    assert admin.answers("yes") == "ok"
    assert period(desk, found) == (begins, "2027-11-30")
    admin.opens(f"aend:{found}")
    assert admin.answers("yes") == "ok"
    for screen in (f"aend:{found}", f"link:{found}"):
        assert admin.opens(screen) == "auditor_over"
    # Somebody comes back under the same name: their time is opened again, there is no second row.
    admin.opens("aadd")
    admin.says("Ratna")
    admin.says("Inspektorat")
    assert admin.last()[1]["key"] == "auditor_name_taken"
    kinds = [event.kind for event in desk.town.rows(AuditEvent, col(AuditEvent.kind).startswith("auditor."))]
    assert kinds == ["auditor.added", "auditor.changed", "auditor.ended"]
    assert desk.town.store.write(lambda s: audit_replay.verify(s, "office")) == []


def test_of_several_meanings_one_is_chosen_or_other_words_are_typed(desk: Desk) -> None:
    admin = Managing(desk)
    admin.opens("aadd")
    for words in ("Ratna", "Inspektorat", "Senin sampai 3 hari kerja"):
        admin.says(words)
    template, params = admin.last()
    assert (template, params["what"]["step"], len(params["choices"])) == ("manage_choose", "period", 4)
    assert admin.answers("4") == "question_gone"
    admin.opens("aadd")
    for words in ("Ratna", "Inspektorat", "Senin sampai 3 hari kerja", "sampai 31 Desember 2027"):
        admin.says(words)
    assert admin.last()[0] == "manage_change"
    admin.opens("aadd")
    for words in ("Ratna", "Inspektorat", "Senin sampai 3 hari kerja"):
        admin.says(words)
    meant = admin.last()[1]["what"]["meant"][1]
    assert admin.answers("1") == "question_asked"
    assert [admin.last()[1]["what"][key] for key in ("since", "until")] == meant


def test_an_auditors_link_is_made_and_withdrawn_on_their_screen(desk: Desk) -> None:
    admin = Managing(desk)
    found = admin.lets_in("Ratna", "Inspektorat", "sampai 31 Desember 2027")
    assert admin.opens(f"link:{found}") == "ok"
    letter = admin.last()[1]["secret"]
    assert "Auditor" in letter
    assert "membaca catatan" in letter
    assert admin.opens(f"unlink:{found}") == "question_asked"
    assert admin.answers("yes") == "ok"
    assert admin.opens(f"unlink:{found}") == "no_link"


def test_names_that_are_too_long_or_say_nothing_are_asked_again(desk: Desk) -> None:
    admin = Managing(desk)
    admin.opens("aadd")
    for words in ("\u200b", "R" * 101):
        admin.says(words)
        assert admin.last()[0] == "bad_answer"
    admin.says("R" * 80)
    admin.says("I" * 20)
    assert admin.last() == ("bad_answer", {"reason": "too_long"})
    admin.says("Inspekt.")
    assert admin.last()[1]["what"]["step"] == "period"


def test_an_auditor_of_another_office_is_out_of_reach(desk: Desk) -> None:
    found = let_in(desk)
    desk.town.found("elsewhere", definition(step(1)), ("north",))
    stranger = next(one for one in desk.town.rows(Official) if one.office_id == "elsewhere" and one.admin)
    for screen in (f"auntil:{found}", f"aend:{found}", f"link:{found}", "aend:x", "auntil:"):
        pressed = Press(Page.MANAGE, stranger.id or 0, 0, screen)
        assert desk.town.tap(stranger.telegram_id or 0, pressed).key in ("not_allowed", "stale")
