"""Objects come from the session's own loader as they would from the ORM's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import exists, inspect, literal
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from storage import inbox, outbox, timers
from storage.database import Database
from storage.loading import plan_of
from storage.plain import rows_of
from storage.tables import Card, Chat, Run, RunStep, Table, Task
from tests.integration.storage.conftest import ANA, BOT, LEASE, NOW, OFFICE

_TASKS = select(Task).where(col(Task.run_id) == 1).order_by(col(Task.id))


async def test_the_same_object_however_it_is_asked_for(office: Database) -> None:
    def body(session: Session) -> None:
        tasks = session.exec(_TASKS).all()
        assert [task.id for task in tasks] == [1, 2, 3, 4]
        assert session.get(Task, 2) is tasks[1]
        assert session.exec(select(Task).where(Task.step == 2)).one() is tasks[1]
        assert [card for card, _ in session.exec(select(Card, Task).join(Task, col(Task.id) == Card.task_id))]
        assert session.execute(_TASKS).scalars().all() == tasks  # the ORM's own way finds them, too

    await office.write(body)


async def test_what_is_changed_is_written_and_read_back(office: Database) -> None:
    def change(session: Session) -> None:
        task = session.get_one(Task, 1)
        assert task not in session.dirty
        task.draft = {"fields": {"a": "b"}}
        task.opened_at = NOW
        assert session.exec(select(Task.opened_at).where(Task.id == 1)).one() == NOW  # written before it is asked

    def look(session: Session) -> tuple[object, object]:
        task = session.exec(_TASKS).first()
        assert task is not None
        return task.draft, task.opened_at

    await office.write(change)
    assert await office.read(look) == ({"fields": {"a": "b"}}, NOW)


async def test_what_a_session_knows_stays_as_it_is_unless_asked_afresh(office: Database) -> None:
    def body(session: Session) -> tuple[str, str, str]:
        task = session.get_one(Task, 1)
        table = rows_of(Task)
        session.connection().execute(table.update().where(table.c.id == 1).values(status="done"))
        before = session.exec(_TASKS).all()[0].status
        asked = session.exec(_TASKS.execution_options(populate_existing=True)).all()[0]
        assert asked is task
        known = asked.status
        table_of = table.update().where(table.c.id == 1).values(status="waiting")
        session.connection().execute(table_of)
        session.expire(task)
        return before, known, session.get_one(Task, 1).status

    assert await office.write(body) == ("waiting", "done", "waiting")


async def test_what_was_forgotten_is_read_anew_and_what_was_changed_stays(office: Database) -> None:
    def body(session: Session) -> tuple[str, object]:
        task = session.get_one(Task, 1)
        session.expire(task, ["status"])
        task.draft = {"fields": {"a": "b"}}
        with session.no_autoflush:
            assert session.exec(_TASKS).all()[0] is task
            assert "status" in task.__dict__, "read with the others"
            assert task in session.dirty
        return task.status, task.draft

    changed = ("waiting", {"fields": {"a": "b"}})
    assert await office.write(body) == changed
    assert await office.read(lambda s: s.exec(select(Task.status, Task.draft).where(Task.id == 1)).one()) == changed


async def test_objects_side_by_side_aliased_or_missing(office: Database) -> None:
    def body(session: Session) -> None:
        other = aliased(Task)
        pairs = session.exec(
            select(Task, other, Chat.chat_id)
            .join(other, col(other.step) == Task.step + 1, isouter=True)
            .join(Chat, isouter=True, onclause=col(Chat.chat_id) == 0)
            .order_by(col(Task.id))
        ).all()
        found = [(one.id, two.id if isinstance(two, Task) else None) for one, two, _ in pairs]
        assert found == [(1, 2), (2, 3), (3, 4), (4, None)]
        assert not any(chat for _, _, chat in pairs)
        assert pairs[0][1] is pairs[1][0]

    await office.read(body)


async def test_every_value_is_what_the_orm_would_make_of_it(office: Database) -> None:
    def more(session: Session) -> None:
        inbox.store_updates(session, BOT, [(1, ANA, "{}")], NOW)
        inbox.claim(session, BOT, NOW, LEASE, 1)
        outbox.say(
            session, bot_id=BOT, chat_id=ANA, office_id=OFFICE, template="home", now=NOW, not_after=NOW + LEASE,
            params={"a": None, "b": [1, "é"], "c": {"d": True}},
        )  # fmt: skip
        timers.put(session, office_id=OFFICE, kind="nudge", key="n", fire_at=NOW, run_id=1, data={"a": [None]})
        session.get_one(Task, 1).roles = ["camat"]
        session.add(RunStep(run_id=1, number=3, office_id=OFFICE, undo=None))
        session.add(RunStep(run_id=1, number=4, office_id=OFFICE, undo={"a": 1}, opened_at=NOW))

    def body(session: Session) -> int:
        compared = 0
        for kind in Table.__subclasses__():
            ours = [dict(inspect(one).dict) for one in session.exec(select(kind)).all()]
            session.expunge_all()
            theirs = [dict(inspect(one).dict) for one in session.execute(select(kind)).scalars()]
            assert [_typed(one) for one in ours] == [_typed(one) for one in theirs]
            compared += len(ours)
        return compared

    await office.write(more)
    assert await office.read(body) > 15


def _typed(values: dict[str, Any]) -> dict[str, tuple[type, Any]]:
    return {name: (type(value), value) for name, value in values.items() if name != "_sa_instance_state"}


async def test_what_is_asked_for_twice_stands_twice_in_a_row(office: Database) -> None:
    """The statement names such a column once only."""

    def body(session: Session) -> None:
        beside: Any = select(Task, Task.id, Card)
        for task, number, card in session.exec(beside.join(Card, col(Card.task_id) == Task.id)).all():
            assert (task.id, card.task_id) == (number, number)
        before: Any = select(Card.id, Card).where(Card.id == 2)
        ((number, card),) = session.exec(before).all()
        assert (number, card.id) == (2, 2)
        twice: Any = select(Card, Card).where(Card.id == 2)
        assert list(session.exec(twice).one()) == [card, card]
        assert session.exec(select(Card.id, Card.id).where(Card.id == 2)).one() == (2, 2)

    await office.read(body)


async def test_values_and_rows(office: Database) -> None:
    def body(session: Session) -> None:
        assert session.exec(select(func.count()).select_from(Card)).one() == 4
        assert session.exec(select(Card.chat_id, Card.bot_id).where(Card.id == 1)).one() == (ANA, BOT)
        assert session.exec(select(exists().where(col(Card.id) == 1))).one() is True
        assert session.exec(select(literal("no table"))).one() == "no table"

    await office.read(body)


async def test_one_is_one(office: Database) -> None:
    def body(session: Session) -> None:
        with pytest.raises(MultipleResultsFound):
            session.exec(_TASKS).one()
        with pytest.raises(MultipleResultsFound):
            session.exec(_TASKS).one_or_none()
        none = select(Task).where(Task.run_id == 2)
        with pytest.raises(NoResultFound):
            session.exec(none).one()
        assert session.exec(none).one_or_none() is session.exec(none).first() is None
        with pytest.raises(NoResultFound):
            session.get_one(Run, 2)
        assert session.get(RunStep, (1, 9)) is None

    await office.read(body)


async def test_a_key_of_several_columns(office: Database) -> None:
    def body(session: Session) -> None:
        session.add(RunStep(run_id=1, number=3, office_id=OFFICE))
        session.flush()
        session.expunge_all()
        step = session.get_one(RunStep, (1, 3))
        assert (step.run_id, step.number) == (1, 3)

    await office.write(body)


def test_a_row_is_its_object() -> None:
    """The loader relies on it: every column an attribute of the same name, in the same order, and nothing else."""
    for kind in Table.__subclasses__():
        assert list(inspect(kind).attrs.keys()) == [column.name for column in rows_of(kind).columns], kind


def test_what_asks_for_more_is_left_to_the_orm() -> None:
    assert plan_of(_TASKS) is not None
    assert plan_of(_TASKS.execution_options(yield_per=10)) is None
    assert plan_of(rows_of(Task).update()) is None
