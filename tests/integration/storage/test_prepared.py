"""Statements that go to the driver by the shorter way find, change and refuse what they do by SQLAlchemy's."""

from __future__ import annotations

import gc
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, literal, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import Session, col, func, select

from storage import prepared
from storage.database import Database, open_database
from storage.plain import rows_of
from storage.postgres import PostgresDatabase
from storage.prepared import execute
from storage.tables import Card, Chat, Office, Outbox, Task
from tests.integration.storage.conftest import ANA, BOT, BUDI, NOW, OFFICE

_TASK = select(Task.id, Task.opened_at, Task.draft, Task.roles).where(col(Task.id) == bindparam("task_id"))
_AMONG = (
    select(Task.id, Task.status)
    .where(
        col(Task.id).in_(bindparam("ids", expanding=True)),
        col(Task.part).in_(bindparam("parts", expanding=True)),
        Task.status == "waiting",
        col(Task.step).in_((1, 2, 3)),
    )
    .order_by(col(Task.id))
    .limit(2)
)
_DONE = update(rows_of(Task)).where(col(Task.id) == bindparam("task_id")).values(opened_at=bindparam("at"))
_LIVE = (
    update(rows_of(Card))
    .where(col(Card.id) == bindparam("card_id"))
    .values(live=bindparam("live"))
    .returning(col(Card.live), select(func.count()).select_from(Chat).scalar_subquery().label("chats"))
)
_NEW_CHAT = insert(rows_of(Chat))
_QUEUED = insert(rows_of(Outbox))


def _twice(connection: Connection, statement: Any, params: Any = None) -> Any:
    """Run a statement so that it is known, then by the shorter way."""
    execute(connection, statement, params)
    assert prepared.prepared(connection, statement, params) is not None
    return execute(connection, statement, params)


async def test_the_same_rows_with_their_names_and_types(office: Database) -> None:
    def write(session: Session) -> None:
        task = session.get_one(Task, 1)
        task.opened_at, task.draft, task.roles = NOW, {"fields": {"a": [1, None]}}, ["camat"]

    def body(session: Session) -> None:
        connection = session.connection()
        found = _twice(connection, _TASK, {"task_id": 1})
        assert found == connection.execute(_TASK, {"task_id": 1}).all()
        row = found.one()
        assert (row.opened_at, row.draft, row.roles) == (NOW, {"fields": {"a": [1, None]}}, ["camat"])
        assert row._mapping["id"] == 1
        assert execute(connection, _TASK, {"task_id": 99}).first() is None

    await office.write(write)
    await office.read(body)


async def test_lists_of_every_length(office: Database) -> None:
    def body(session: Session) -> None:
        connection = session.connection()
        for ids in ([1, 2], [3], [], [2, 3, 4], [1], [9, 8]):
            for parts in (["work"], ["proof", "work"], []):
                params = {"ids": ids, "parts": parts}
                assert _twice(connection, _AMONG, params) == connection.execute(_AMONG, params).all()
        assert [row.id for row in execute(connection, _AMONG, {"ids": [4, 2, 3], "parts": ["work"]})] == [2, 3]

    await office.read(body)


async def test_changes_are_counted_and_return_what_they_are_asked_for(office: Database) -> None:
    def body(session: Session) -> None:
        connection = session.connection()
        assert _twice(connection, _DONE, {"task_id": 1, "at": NOW}).rowcount == 1
        assert execute(connection, _DONE, {"task_id": 99, "at": NOW}).rowcount == 0
        row = _twice(connection, _LIVE, {"card_id": 2, "live": False}).one()
        assert (row.live, row.chats) == (False, 0)
        assert session.get_one(Card, 2).live is False

    await office.write(body)


async def test_an_insert_keeps_the_defaults_of_columns_that_it_does_not_name(office: Database) -> None:
    row = {"office_id": OFFICE, "bot_id": BOT, "chat_id": ANA, "kind": "text", "due_at": NOW, "created_at": NOW}
    row |= {"params": {}, "priority": 5, "silent": True, "status": "queued", "tries": 0, "uncertain": False}

    def body(session: Session) -> list[dict[str, Any]]:
        connection = session.connection()
        execute(connection, _QUEUED, row)
        _twice(connection, _QUEUED, row)
        return [one.model_dump(exclude={"id"}) for one in session.exec(select(Outbox).order_by(col(Outbox.id)))]

    first, *others = await office.write(body)
    assert others == [first, first]
    assert first["fence"] == 0


async def test_what_is_wrong_is_said_in_sqlalchemys_words(office: Database) -> None:
    naive = datetime(2027, 1, 7, 10, 0)  # noqa: DTZ001 - that is what is wrong with it

    def body(session: Session) -> None:
        connection = session.connection()
        _twice(connection, _DONE, {"task_id": 1, "at": NOW})
        with pytest.raises(StatementError, match="without a zone"):
            execute(connection, _DONE, {"task_id": 1, "at": naive})
        with pytest.raises(StatementError, match="required for bind parameter"):
            execute(connection, _TASK, {})

    await office.write(body)


async def test_a_refusal_of_the_database_can_be_undone(office: Database) -> None:
    def chat(chat_id: int) -> dict[str, Any]:
        return {"bot_id": BOT, "chat_id": chat_id, "reachable": True, "changed_at": NOW}

    def body(session: Session) -> list[int]:
        connection = session.connection()
        execute(connection, _NEW_CHAT, chat(1))
        execute(connection, _NEW_CHAT, chat(2))
        for _ in range(2):
            with pytest.raises(IntegrityError) as refused, connection.begin_nested():
                execute(connection, _NEW_CHAT, chat(2))
            assert "INSERT INTO chat" in str(refused.value)
        execute(connection, _NEW_CHAT, chat(BUDI))
        return list(session.exec(select(Chat.chat_id).order_by(col(Chat.chat_id))))

    assert await office.write(body) == [1, 2, BUDI]


async def test_a_statement_for_one_execution_is_not_kept(office: Database) -> None:
    def body(session: Session) -> int:
        connection = session.connection()
        gc.collect()
        before = len(prepared._known)
        for number in range(20):
            assert execute(connection, select(literal(number))).one()[0] == number
        gc.collect()
        return len(prepared._known) - before

    assert await office.read(body) <= 1  # the first, which SQLAlchemy keeps with its compiled form


async def test_many_rows_at_once_go_sqlalchemys_way(office: Database) -> None:
    def body(session: Session) -> list[datetime]:
        connection = session.connection()
        _twice(connection, _DONE, {"task_id": 1, "at": NOW})
        later = NOW + timedelta(hours=1)
        execute(connection, _DONE, [{"task_id": 1, "at": later}, {"task_id": 2, "at": later}])
        return [at for at in session.exec(select(Task.opened_at).order_by(col(Task.id)).limit(2)) if at]

    assert await office.write(body) == [NOW + timedelta(hours=1)] * 2


async def test_after_a_migration_statements_are_prepared_anew(office: Database) -> None:
    """What PostgreSQL had prepared no longer fits; a connection must not fail on it for ever."""
    if not isinstance(office, PostgresDatabase):
        pytest.skip("SQLite prepares anew by itself")
    statement = select(Office.name).where(col(Office.id) == bindparam("office"))

    def look(session: Session) -> Any:
        return _twice(session.connection(), statement, {"office": OFFICE}).scalar_one()

    name = await office.write(look)
    other = await open_database(office._engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    alter = "ALTER TABLE office ALTER COLUMN name TYPE text"
    try:
        await other.write(lambda session: session.connection().exec_driver_sql(alter).close())
    finally:
        await other.close()
    with pytest.raises(DBAPIError, match="cached statement plan is invalid"):
        await office.write(look)
    assert await office.write(look) == name
