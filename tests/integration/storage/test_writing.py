"""What a session holds back is written as the ORM's unit of work would write it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col, func, select

from storage import writing
from storage.causes import all_or_nothing
from storage.database import Database
from storage.locks import lock_run
from storage.plain import rows_of, run
from storage.sessions import once
from storage.tables import Card, Chat, Delegation, RunStep, Task
from tests.integration.storage.conftest import ANA, BOT, NOW, OFFICE


async def _statements(database: Database, body: Callable[[Session], Any]) -> list[str]:
    """Return the changes that a body sends, shortened to their first words."""
    noted: list[str] = []

    def note(_c: Any, _cursor: Any, words: str, _p: Any, _context: Any, _many: bool) -> None:
        if words.startswith(("INSERT", "UPDATE", "DELETE", "SAVEPOINT")):
            noted.append(" ".join(words.split("(")[0].split(" WHERE")[0].split()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await database.write(body)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return [words for words in noted if not words.startswith("SAVEPOINT sa_savepoint_1")]


def _given() -> Delegation:
    return Delegation(office_id=OFFICE, from_id=1, to_id=1, starts_at=NOW, ends_at=NOW, created_at=NOW)


async def test_what_is_new_gets_its_key_and_its_defaults(office: Database) -> None:
    def body(session: Session) -> list[int | None]:
        new = [_given(), _given()]
        session.add_all(new)
        session.flush()
        assert not session.dirty
        assert session.get(Delegation, new[1].id) is new[1]
        return [one.id for one in new]

    def look(session: Session) -> list[dict[str, Any]]:
        return [one.model_dump() for one in session.exec(select(Delegation).order_by(col(Delegation.id)))]

    assert await office.write(body) == [1, 2]
    assert await office.read(look) == [_given().model_dump() | {"id": number} for number in (1, 2)]


async def test_only_what_differs_is_written(office: Database) -> None:
    def body(session: Session) -> None:
        task = session.get_one(Task, 1)
        task.status, task.roles, task.opened_at = task.status, [], NOW
        session.flush()
        assert task not in session.dirty
        task.opened_at = NOW
        session.flush()

    assert await _statements(office, body) == [_update(office, "task", "opened_at")]


def _update(database: Database, table: str, *columns: str) -> str:
    value = "?" if "sqlite" in type(database).__name__.lower() else None
    if value:
        return f"UPDATE {table} SET " + ", ".join(f"{name}=?" for name in columns)
    return f"UPDATE {table} SET " + ", ".join(
        f"{name}=${at}::TIMESTAMP WITH TIME ZONE" if name.endswith("_at") else f"{name}=${at}::VARCHAR"
        for at, name in enumerate(columns, 1)
    )


async def test_the_order_is_the_units_of_work(office: Database) -> None:
    def body(session: Session) -> None:
        card, second, first = session.get_one(Card, 1), session.get_one(Task, 2), session.get_one(Task, 1)
        session.add(RunStep(run_id=1, number=1, office_id=OFFICE))
        session.add(_given())
        second.status = first.status = "done"
        card.reminder = "early"

    written = [words.split(" SET")[0] for words in await _statements(office, body)]
    assert written == ["UPDATE card", "INSERT INTO delegation", "INSERT INTO runstep", "UPDATE task", "UPDATE task"]


async def test_a_row_that_is_gone_is_not_changed_unnoticed(office: Database) -> None:
    def body(session: Session) -> None:
        card = session.get_one(Card, 1)
        run(session, rows_of(Card).delete().where(col(Card.id) == 1))
        card.reminder = "early"
        session.flush()

    with pytest.raises(StaleDataError):
        await office.write(body)
    assert await office.read(lambda session: session.get(Card, 1)) is not None


@pytest.mark.parametrize("how", ["expression", "key", "deleted", "many"])
async def test_what_only_the_orm_does_is_left_to_it(
    office: Database, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[bool] = []
    write = writing.write

    def noted(session: Session, connection: Connection) -> bool:
        answers.append(write(session, connection))
        return answers[-1]

    monkeypatch.setattr("storage.sessions.write", noted)

    def body(session: Session) -> Any:
        card = session.get_one(Card, 1)
        if how == "expression":
            card.wanted_revision = Card.wanted_revision + 7
        elif how == "key":
            card.id = 77
        elif how == "deleted":
            session.delete(card)
        else:
            session.add_all(_given() for _ in range(writing.MOST + 1))
        session.flush()
        return (
            session.exec(select(func.max(Card.wanted_revision))).one(),
            session.exec(select(Card.id).order_by(col(Card.id))).all(),
            session.exec(select(func.count()).select_from(Delegation)).one(),
        )

    revision, cards, given = await office.write(body)
    assert answers == [False]
    assert (revision, list(cards), given) == {
        "expression": (8, [1, 2, 3, 4], 0),
        "key": (1, [2, 3, 4, 77], 0),
        "deleted": (1, [2, 3, 4], 0),
        "many": (1, [1, 2, 3, 4], writing.MOST + 1),
    }[how]


async def test_what_a_savepoint_takes_back_the_objects_forget(office: Database) -> None:
    def body(session: Session) -> tuple[str, int]:
        task, new = session.get_one(Task, 1), _given()
        with suppress(KeyError), all_or_nothing(session):
            task.status = "done"
            session.add(new)
            session.flush()
            raise KeyError
        assert new not in session
        return task.status, len(session.exec(select(Delegation)).all())

    assert await office.write(body) == ("waiting", 0)


async def test_what_plain_statements_wrote_is_taken_back_with_a_refusal(office: Database) -> None:
    def body(session: Session) -> list[bool]:
        session.get_one(Task, 1)
        with suppress(KeyError), all_or_nothing(session):
            run(session, rows_of(Card).update().values(live=False))
            raise KeyError
        return list(session.exec(select(Card.live).distinct()))

    assert await office.write(body) == [True]


async def test_reading_begins_no_savepoint(office: Database) -> None:
    def read(session: Session) -> None:
        session.get_one(Task, 1)
        with all_or_nothing(session):
            assert session.exec(select(Card)).all()
            assert run(session, select(Card.id)).all()

    def change(session: Session) -> None:
        session.get_one(Task, 1)
        with all_or_nothing(session):
            session.get_one(Task, 1).status = "done"

    assert await _statements(office, read) == []
    words = await _statements(office, change)
    assert [one.split(" ")[0] for one in words] == (["SAVEPOINT", "UPDATE"] if _is_sqlite(office) else ["UPDATE"])


def _is_sqlite(database: Database) -> bool:
    return "sqlite" in type(database).__name__.lower()


async def test_an_answer_is_kept_until_its_table_is_written(office: Database) -> None:
    asked: list[int] = []

    def given(session: Session) -> int:
        def look() -> int:
            asked.append(1)
            return len(session.exec(select(Delegation)).all())

        return once(session, "delegations", look, of=Delegation)

    def body(session: Session) -> None:
        assert (given(session), given(session), len(asked)) == (0, 0, 1)
        session.add(Chat(bot_id=BOT, chat_id=ANA, changed_at=NOW))
        assert (given(session), len(asked)) == (0, 1)
        session.add(_given())
        session.flush()
        assert (given(session), len(asked)) == (1, 2)
        with suppress(KeyError), all_or_nothing(session):
            session.delete(session.exec(select(Delegation)).one())
            session.flush()
            assert given(session) == 0
            raise KeyError
        assert given(session) == 1
        before = len(asked)
        lock_run(session, 1)
        assert (given(session), len(asked)) == (1, before + 1)

    await office.write(body)
