"""The record: one chain per office that nobody can fork, rewrite or shorten in the middle."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from storage import audit
from storage.database import Database, open_database
from storage.tables import AuditEvent, AuditHead, ErasableText, Office
from tests.integration.storage.conftest import NOW, OFFICE


def record(session: Session, number: int = 1, office_id: str = OFFICE, **payload: Any) -> None:
    audit.record(
        session,
        office_id=office_id,
        at=NOW + timedelta(microseconds=number),
        kind="task.do",
        payload={"number": number} | payload,
        actor_id=1 if office_id == OFFICE else None,
        capacity="Plt. Camat",
    )


def record_three(session: Session) -> None:
    for number in range(3):
        record(session, number)


async def verify(database: Database, office_id: str = OFFICE) -> list[str]:
    return [f"{fault.seq}: {fault.what}" for fault in await database.read(lambda s: audit.verify(s, office_id))]


async def test_an_untouched_chain_is_whole(office: Database) -> None:
    assert await verify(office) == []
    await office.write(record_three)
    await office.write(record_three)
    assert await verify(office) == []

    def links(session: Session) -> list[tuple[int, bool]]:
        rows = session.exec(select(AuditEvent).order_by(col(AuditEvent.seq))).all()
        return [
            (after.seq, after.previous_hash == before.hash and after.at == before.at + timedelta(microseconds=1))
            for before, after in pairwise(rows[:3])
        ]

    assert await office.read(links) == [(2, True), (3, True)]


async def test_a_long_chain_is_read_page_by_page(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_PAGE", 2)
    for count in range(1, 6):
        await office.write(record)
        assert await office.read(lambda s: [event.seq for event in audit.events(s, OFFICE)]) == list(
            range(1, count + 1)
        )
        assert await verify(office) == []


async def test_each_office_has_a_chain_of_its_own(office: Database) -> None:
    def body(session: Session) -> list[tuple[str, int]]:
        session.add(Office(id="tambak", name="Kecamatan Tambak", regency="Banyumas", timezone="Asia/Jakarta"))
        session.flush()
        record(session)
        record(session, office_id="tambak")
        record(session)
        return [(head.office_id, head.seq) for head in session.exec(select(AuditHead).order_by(AuditHead.office_id))]

    assert await office.write(body) == [("sumbang", 2), ("tambak", 1)]
    assert await verify(office) == await verify(office, "tambak") == []


async def test_many_writers_at_once_do_not_fork_the_chain(office: Database) -> None:
    await asyncio.gather(*(office.write(partial(record, number=n)) for n in range(40)))
    assert await office.read(lambda s: s.get_one(AuditHead, OFFICE).seq) == 40
    assert await verify(office) == []


async def test_another_process_appends_to_the_same_chain(office: Database, database_url: str) -> None:
    beside = await open_database(database_url)
    try:
        writers = [office, beside]
        await asyncio.gather(*(writers[n % 2].write(partial(record, number=n)) for n in range(30)))
    finally:
        await beside.close()
    assert await office.read(lambda s: s.get_one(AuditHead, OFFICE).seq) == 30
    assert await verify(office) == []


async def test_what_was_undone_leaves_no_gap(office: Database) -> None:
    def fail(session: Session) -> None:
        record(session)
        raise LookupError("undone")

    await office.write(record)
    with pytest.raises(LookupError):
        await office.write(fail)
    await office.write(record)
    assert await office.read(lambda s: s.get_one(AuditHead, OFFICE).seq) == 2
    assert await verify(office) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE auditevent SET payload = '{}' WHERE seq = 2",
        "DELETE FROM auditevent WHERE seq = 2",
        "DELETE FROM auditevent",
    ],
)
async def test_the_database_refuses_to_rewrite_the_record(office: Database, statement: str) -> None:
    await office.write(record_three)
    with pytest.raises(DBAPIError, match="only ever appended to"):
        await office.write(lambda session: session.connection().exec_driver_sql(statement))
    assert await verify(office) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nor_to_replace_an_event(office: Database) -> None:
    await office.write(record_three)
    replace = "INSERT OR REPLACE INTO auditevent SELECT * FROM auditevent WHERE seq = 2"
    with pytest.raises(DBAPIError, match="only ever appended to"):
        await office.write(lambda session: session.connection().exec_driver_sql(replace))


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_nor_to_truncate_the_record(office: Database) -> None:
    await office.write(record_three)
    with pytest.raises(DBAPIError, match="only ever appended to"):
        await office.write(lambda session: session.connection().exec_driver_sql("TRUNCATE auditevent"))


def break_open(session: Session, *statements: str) -> None:
    """Do what only somebody with the owner's rights can: lift the triggers, then tamper."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        for act in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER auditevent_no_{act}")
    else:
        connection.exec_driver_sql("DROP TRIGGER auditevent_no_change ON auditevent")
    for statement in statements:
        connection.exec_driver_sql(statement)


CHANGED = "was changed after it was written"


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        ("UPDATE auditevent SET payload = '{\"number\":9}' WHERE seq = 2", [f"2: {CHANGED}"]),
        ("UPDATE auditevent SET actor_id = NULL WHERE seq = 3", [f"3: {CHANGED}"]),
        ("UPDATE auditevent SET capacity = 'Camat' WHERE seq = 1", [f"1: {CHANGED}"]),
        ("DELETE FROM auditevent WHERE seq = 2", ["2: missing up to event 2"]),
        (
            "DELETE FROM auditevent WHERE seq = 3",
            ["2: the chain ends here, but its recorded end is event 3"],
        ),
        (
            "UPDATE auditevent SET previous_hash = hash WHERE seq = 2",
            ["2: does not follow from the event before it", f"2: {CHANGED}"],
        ),
        ("DELETE FROM audithead", ["3: the chain ends here, but its recorded end is event 0"]),
    ],
)
async def test_tampering_is_found(office: Database, statement: str, faults: list[str]) -> None:
    await office.write(record_three)
    await office.write(lambda session: break_open(session, statement))
    assert await verify(office) == faults


async def test_free_text_stands_beside_the_chain_and_can_be_erased(office: Database) -> None:
    def keep(session: Session) -> None:
        text = audit.keep_text(session, OFFICE, "Mohon dilengkapi, ya Bu", "5f1c", NOW)
        record(session, reason=text.digest)

    def erase(session: Session) -> None:
        row = session.exec(select(ErasableText)).one()
        row.text, row.salt = None, None

    await office.write(keep)
    await office.write(erase)
    assert await verify(office) == []
    assert "Bu" not in await office.read(lambda s: s.exec(select(AuditEvent.payload)).one())


@pytest.mark.parametrize(
    "payload", [{"reason": "Mohon dilengkapi"}, {"a": [{"b": "x\ny"}]}, {"free text": 1}, {"a": "x" * 129}]
)
async def test_free_text_is_kept_out_of_the_chain(office: Database, payload: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="keep_text"):
        await office.write(lambda session: record(session, **payload))
    assert await office.read(lambda s: s.exec(select(AuditEvent)).all()) == []
