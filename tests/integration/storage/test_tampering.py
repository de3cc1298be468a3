"""Somebody with the database file and any tool changes it behind the record: it is found, and the row is named.

The whole of ``pandu audit verify`` on the real SQLite file of an office that has lived a little.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from storage import audit
from storage.checkpoint import Checkpoint
from storage.tables import AuditEvent, AuditHead
from tests.integration.storage.lived_in import OFFICE, Copy
from workflow import adoption, erasing, person_data
from workflow.moment import Moment

LATER = datetime(2027, 1, 5, 3, 0, tzinfo=UTC)
PLH = "(SELECT id FROM seat WHERE capacity = 'plh')"
LAST = f"(SELECT max(seq) FROM auditevent WHERE office_id = '{OFFICE}')"


@pytest.fixture
def office(lived_in: Path, tmp_path: Path) -> Copy:
    return Copy(lived_in, tmp_path / "copy")


def insert(table: str, where: str, **changed: str) -> str:
    """Return SQL that slips in a copy of a row, with some columns changed."""
    return f"{table}|{where}|" + "|".join(f"{name}={value}" for name, value in changed.items())


def as_sql(office: Copy, statement: str) -> str:
    if "|" not in statement:
        return statement
    table, where, *changed = statement.split("|")
    new = dict(one.split("=", 1) for one in changed)
    columns = [str(row[1]) for row in office.ask(f"PRAGMA table_info({table})")]
    values = ", ".join(new.get(name, f'"{name}"') for name in columns)
    return f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {where} LIMIT 1"


def test_untouched_it_holds(office: Copy) -> None:
    assert office.faults(office.checkpoint()) == []
    for table in ("run", "task", "submission", "pause", "extension", "delegation", "approval"):
        assert office.ask(f"SELECT count(*) FROM {table}") != [(0,)], table
    assert office.ask("SELECT count(*) FROM file WHERE status = 'stored'") != [(0,)]


EDITS = {
    "a run is called finished": ("UPDATE run SET status = 'finished' WHERE id = 1", "run row 1 "),
    "a run was started by somebody else": ("UPDATE run SET started_by = 1 WHERE id = 1", "run row 1 "),
    "a run is a run of other units": ("UPDATE run SET units = '[]' WHERE id = 1", "run row 1 "),
    "a run stands still": ("UPDATE run SET paused_at = started_at WHERE id = 1", "run row 1 "),
    "a run has a date of its own": (
        "UPDATE runstep SET collect_by = '2027-02-01 00:00:00' WHERE run_id = 1 AND number = 6", "step 6 of run row 1 ",
    ),
    "a step is done": ("UPDATE runstep SET status = 'done' WHERE run_id = 1 AND number = 9", "step 9 of run row 1 is "),
    "a step was done again": ("UPDATE runstep SET round = 7 WHERE run_id = 1 AND number = 1", "step 1 of run row 1 "),
    "a task is done": ("UPDATE task SET status = 'superseded' WHERE id = 2", "task row 2 "),
    "a task is somebody else's": ("UPDATE task SET assigned_to = 3 WHERE id = 2", "task row 2 "),
    "somebody else acted": ("UPDATE submission SET official_id = 3 WHERE id = 2", "submission 2 "),
    "somebody acted as somebody else": ("UPDATE submission SET capacity = 'Camat' WHERE id = 2", "submission 2 "),
    "somebody acted in another's place": ("UPDATE submission SET mandate = 'plh' WHERE id = 2", "submission 2 "),
    "somebody acted earlier": ("UPDATE submission SET at = '2027-01-01 01:00:00' WHERE id = 2", "submission 2 "),
    "something else was decided": ("UPDATE submission SET outcome = 'setuju' WHERE id = 2", "submission 2 "),
    "other values were handed in": ("UPDATE submission SET data = '{\"nilai\": 9}' WHERE id = 2", "submission 2 "),
    "a file has another hash": (
        f"UPDATE file SET sha256 = '{'ab' * 32}' WHERE id = 1", "file 1 is not the one that was handed in",
    ),
    "a pause was shorter": ("UPDATE pause SET ended_at = started_at WHERE id = 1", "pause 1 "),
    "more time was given": ("UPDATE extension SET until = '2027-02-01 00:00:00' WHERE id = 1", "dispensation 1 "),
    "a seat is another's": (f"UPDATE seat SET official_id = 5 WHERE id = {PLH}", "seat row 8 "),
    "a Plh. is definitive": (f"UPDATE seat SET capacity = 'definitif' WHERE id = {PLH}", "seat row 8 "),
    "a Plh. goes on": (f"UPDATE seat SET ends_at = '2028-01-01 00:00:00' WHERE id = {PLH}", "seat row 8 "),
    "a Plh. has another order": (f"UPDATE seat SET order_number = '1/2027' WHERE id = {PLH}", "seat row 8 "),
    "a seat counts that does not": ("UPDATE seat SET held = 1 WHERE id = 1", "seat row 1 "),
    "an order's scan was swapped": (
        f"UPDATE file SET sha256 = '{'cd' * 32}' WHERE purpose = 'order'", "the order of seat row 8 ",
    ),
    "a delegation lasts longer": ("UPDATE delegation SET ends_at = '2028-01-01 00:00:00'", "delegation row 1 "),
    "a delegation went to another": ("UPDATE delegation SET to_id = 7", "delegation row 1 "),
    "the head has agreed": ("UPDATE approval SET status = 'granted', decided_by = 2", "approval row 1 "),
    "the head was asked something else": ("UPDATE approval SET payload = '{}'", "approval row 1 "),
    "somebody is an admin": ("UPDATE official SET admin = 1 WHERE id = 7", "official row 7 "),
    "somebody left": ("UPDATE official SET active = 0 WHERE id = 7", "official row 7 "),
    "an official is an auditor": ("UPDATE official SET auditor = 1 WHERE id = 7", "official row 7 "),
    "an account is a stranger's": ("UPDATE official SET telegram_id = 666 WHERE id = 1", "official row 1 "),
    "an account is gone": ("UPDATE official SET telegram_id = NULL WHERE id = 1", "official row 1 "),
    "an SOP says something else": ("UPDATE adoption SET content = replace(content, 'a', 'e')", "adoption row 1 "),
    "an SOP is not in force": ("UPDATE adoption SET current = 0", "adoption row 1 "),
    "the office's rules": (
        "UPDATE office SET rules = '{\"record_decisions\": true}'",
        "the rules of office row sumbang ",
    ),
    "the office's reminders": (
        "UPDATE office SET policy = '{\"gap_minutes\": 9}'",
        "the policy of office row sumbang ",
    ),
    "the office's calendar": ("UPDATE office SET calendar = '{\"week\": 6}'", "the calendar of office row sumbang "),
    "the office's zone": ("UPDATE office SET timezone = 'Asia/Jayapura'", "the timezone of office row sumbang "),
    "a reason reads otherwise": ("UPDATE erasabletext SET text = 'Lain' WHERE id = 8", "text 8 "),
    "a reason is gone": ("UPDATE erasabletext SET text = NULL, salt = NULL WHERE id = 8", "text 8 "),
    "an event says something else": ("UPDATE auditevent SET payload = '{}' WHERE seq = 20", "event 20: was changed"),
    "an event was somebody else's": ("UPDATE auditevent SET actor_id = 7 WHERE seq = 20", "event 20: was changed"),
}  # fmt: skip

DELETIONS = {
    "a run": ("DELETE FROM run WHERE id = 1", "run row 1 is missing"),
    "a step": ("DELETE FROM runstep WHERE run_id = 1 AND number = 9", "step 9 of run row 1 is missing"),
    "a task": ("DELETE FROM task WHERE id = 2", "of run row 1 is missing"),
    "a submission": ("DELETE FROM submission WHERE id = 2", "submission 2 is missing"),
    "a file": ("DELETE FROM file WHERE id = 1", "file 1 is not the one that was handed in"),
    "a pause": ("DELETE FROM pause", "pause 1 is missing"),
    "a dispensation": ("DELETE FROM extension", "dispensation 1 is missing"),
    "a seat": (f"DELETE FROM seat WHERE id = {PLH}", "seat row 8 is missing"),
    "a delegation": ("DELETE FROM delegation", "delegation row 1 is missing"),
    "an approval": ("DELETE FROM approval", "approval row 1 is missing"),
    "an official": ("DELETE FROM official WHERE id = 7", "official row 7 is missing"),
    "an SOP": ("DELETE FROM adoption", "the adoption with content "),
    "a kept text": ("DELETE FROM erasabletext WHERE id = 8", "dispensation 1 was changed"),
    "an event": ("DELETE FROM auditevent WHERE seq = 20", "event 20: missing"),
    "the last event": (f"DELETE FROM auditevent WHERE seq = {LAST}", "the chain ends here"),
}

INSERTIONS = {
    "a run": (insert("run", "id = 1", id="77", number="77", period_key="'x'"), "run row 77 is not on record"),
    "a step": (insert("runstep", "run_id = 1", number="77"), "step 77 of run row 1 is not on record"),
    "a task": (insert("task", "id = 2", id="7777", step="77"), "task row 7777 "),
    "a submission": (insert("submission", "id = 2", id="7777"), "submission 7777 is not on record"),
    "a file": (
        insert("file", "submission_id IS NOT NULL", id="7777", message_id="7777"), "file 7777 is not on record",
    ),
    "a pause": (insert("pause", "id = 1", id="77"), "pause 77 is not on record"),
    "a dispensation": (insert("extension", "id = 1", id="77"), "dispensation 77 is not on record"),
    "a seat": (insert("seat", "id = 1", id="77", official_id="7"), "seat row 77 is not on record"),
    "a delegation": (insert("delegation", "id = 1", id="77"), "delegation row 77 is not on record"),
    "an approval": (insert("approval", "id = 1", id="77"), "approval row 77 is not on record"),
    "an official": (insert("official", "id = 1", id="77", telegram_id="77"), "official row 77 is not on record"),
    "an SOP": (insert("adoption", "id = 1", id="77", content_hash="'x'"), "adoption row 77 "),
    "an event": (insert("auditevent", "seq = 20", seq=f"{LAST} + 1"), "was changed after it was written"),
}  # fmt: skip

REORDERINGS = {
    "events": ("UPDATE auditevent SET seq = CASE seq WHEN 20 THEN -21 ELSE -20 END WHERE seq IN (20, 21)",
               "UPDATE auditevent SET seq = -seq WHERE seq < 0", "event 20: "),
    "submissions": ("UPDATE submission SET id = CASE id WHEN 2 THEN -3 ELSE -2 END WHERE id IN (2, 3)",
                    "UPDATE submission SET id = -id WHERE id < 0", "submission 2 "),
    "tasks": ("UPDATE task SET id = CASE id WHEN 1 THEN -2 ELSE -1 END WHERE id IN (1, 2)",
              "UPDATE task SET id = -id WHERE id < 0", "task row 1 "),
    "files": ("UPDATE file SET id = CASE id WHEN 1 THEN -2 ELSE -1 END WHERE id IN (1, 2)",
              "UPDATE file SET id = -id WHERE id < 0", "file 1 "),
    "seats": ("UPDATE seat SET id = CASE id WHEN 1 THEN -2 ELSE -1 END WHERE id IN (1, 2)",
              "UPDATE seat SET id = -id WHERE id < 0", "seat row 1 "),
    "officials": ("UPDATE official SET id = CASE id WHEN 1 THEN -7 ELSE -1 END WHERE id IN (1, 7)",
                  "UPDATE official SET id = -id WHERE id < 0", "official row 1 "),
}  # fmt: skip

ALL = {
    f"{how}: {name}": ((*statements,), said)
    for how, some in (("edited", EDITS), ("deleted", DELETIONS), ("inserted", INSERTIONS), ("swapped", REORDERINGS))
    for name, (*statements, said) in some.items()
}


@pytest.mark.parametrize("case", ALL)
def test_it_is_found_and_named(office: Copy, case: str) -> None:
    statements, said = ALL[case]
    office.spoil(*(as_sql(office, statement) for statement in statements))
    adoption._parse.cache_clear()  # whoever verifies does so in a process of its own
    faults = office.faults()
    assert any(said in fault for fault in faults), faults


def stored_path(office: Copy) -> Path:
    sha256 = str(office.ask("SELECT sha256 FROM file WHERE id = 1")[0][0])
    return next(path for path in office.folder.rglob(f"*{sha256[8:]}*") if path.is_file())


def test_a_swapped_file_is_found_and_named(office: Copy) -> None:
    path = stored_path(office)
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.4 something else")
    assert office.faults() == ["file 1 holds other bytes than were handed in"]


def test_a_missing_file_is_found_and_named(office: Copy) -> None:
    stored_path(office).unlink()
    assert office.faults() == ["file 1 is missing from the store"]


def test_a_record_that_was_shortened_with_its_head_is_found_beside_a_checkpoint(office: Copy) -> None:
    kept = office.checkpoint()
    office.spoil(
        f"DELETE FROM auditevent WHERE seq = {kept.seq}",
        f"UPDATE audithead SET seq = {kept.seq - 1}, "
        f"hash = (SELECT hash FROM auditevent WHERE seq = {kept.seq - 1} AND office_id = '{OFFICE}')",
    )
    assert f"event {kept.seq}: is gone: the record ends before the checkpoint" in office.faults(kept)


def rewrite(session: Session) -> None:
    """Change an event in the middle and hash the whole chain anew, as somebody does who knows how."""
    connection = session.connection()
    for act in ("update", "delete"):
        connection.exec_driver_sql(f"DROP TRIGGER auditevent_no_{act}")
    previous = audit.BEGINNING
    query = select(AuditEvent).where(AuditEvent.office_id == OFFICE).order_by(col(AuditEvent.seq))
    for event in session.exec(query).all():
        if event.kind == "run.pause":
            event.capacity = "Sekcam"
        event.previous_hash = previous
        previous = event.hash = audit.hash_of(event)
    session.get_one(AuditHead, OFFICE).hash = previous


def test_a_record_that_was_written_anew_is_found_beside_a_checkpoint(office: Copy) -> None:
    kept = office.checkpoint()
    asyncio.run(office.write(rewrite))
    assert office.faults() == []
    assert f"event {kept.seq}: is another one than at the checkpoint: the record was rewritten" in office.faults(kept)


def test_an_erased_person_is_no_tampering(office: Copy) -> None:
    kept: Checkpoint = office.checkpoint()
    moment = Moment(1, LATER, "12" * 8)
    asyncio.run(office.write(lambda s: erasing.erase(s, moment, person_data.find(s, OFFICE, "Siti Rahayu"))))
    assert office.faults(kept) == []
    assert office.ask("SELECT telegram_id FROM official WHERE id = 2") == [(None,)]
    assert office.ask("SELECT count(*) FROM erasabletext WHERE text = '1002'") == [(0,)]
    office.spoil("UPDATE official SET telegram_id = 1002 WHERE id = 2")
    assert [fault for fault in office.faults() if "official row 2 has another account" in fault]
