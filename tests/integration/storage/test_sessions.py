"""A session that loads and runs without the ORM's detours keeps the ORM's promises."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from weakref import ref

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from storage.causes import all_or_nothing, because
from storage.database import Database
from storage.plain import change, rows_of, run
from storage.tables import Office, Task
from tests.integration.storage.conftest import OFFICE

_STATUS = update(rows_of(Task)).where(col(Task.id) == bindparam("task_id")).values(status=bindparam("status"))


def _status(session: Session) -> str:
    return session.exec(select(Task.status).where(Task.id == 1)).one()


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Do something in a savepoint that is then rolled back."""
    with suppress(KeyError), all_or_nothing(session):
        yield
        raise KeyError


async def test_a_bare_statement_is_undone_with_its_savepoint(office: Database) -> None:
    def body(session: Session) -> str:
        session.get_one(Task, 1)
        with undone(session):
            run(session, _STATUS, {"task_id": 1, "status": "done"})
        return _status(session)

    assert await office.write(body) == "waiting"
    assert await office.read(_status) == "waiting"


async def test_a_row_changed_beneath_its_object_is_undone_with_its_savepoint(office: Database) -> None:
    def body(session: Session) -> tuple[str, str]:
        task = session.get_one(Task, 1)
        with undone(session):
            change(session, _STATUS, {"task_id": 1}, task, status="done")
        return task.status, _status(session)

    assert await office.write(body) == ("waiting", "waiting")


async def test_what_was_first_seen_in_a_savepoint_that_was_undone_is_seen_anew(office: Database) -> None:
    held: list[Task] = []  # nobody forgets it meanwhile

    def body(session: Session) -> tuple[str, str]:
        with undone(session):
            run(session, _STATUS, {"task_id": 1, "status": "done"})
            held.append(session.get_one(Task, 1))
        return session.get_one(Task, 1).status, _status(session)

    assert await office.write(body) == ("waiting", "waiting")


async def test_a_savepoint_after_another_and_within_another(office: Database) -> None:
    def body(session: Session) -> list[str]:
        seen: list[str] = []
        with all_or_nothing(session):
            run(session, _STATUS, {"task_id": 1, "status": "open"})
            with undone(session):
                run(session, _STATUS, {"task_id": 1, "status": "done"})
                seen.append(_status(session))
            seen.append(_status(session))
        run(session, _STATUS, {"task_id": 2, "status": "done"})
        seen.append(_status(session))
        return seen

    assert await office.write(body) == ["done", "open", "open"]
    assert await office.read(_status) == "open"


async def test_what_a_transaction_held_goes_with_it_without_a_search_for_garbage(office: Database) -> None:
    held: list[ref[object]] = []

    def reading(session: Session) -> None:
        held.extend(ref(one) for one in (session, session.get_one(Office, OFFICE), session.get_one(Task, 1)))

    def writing(session: Session) -> None:
        reading(session)
        because(session, "a test")
        with all_or_nothing(session):
            session.get_one(Task, 1).status = "open"

    gc.disable()
    try:
        for _ in range(2):
            await office.read(reading)
            await office.write(writing)
        assert len(held) == 12
        assert [kept for one in held if (kept := one()) is not None] == []
    finally:
        gc.enable()
