"""Delegations and desks handed over at random: no chain, no circle, no task without somebody to do it."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from itertools import combinations
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from storage.sqlite_connection import connect
from storage.tables import Card, Delegation, Official, Run, Submission, Task, metadata
from tests.integration.workflow import model
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import SqliteStore, Town
from tests.unit.workflow import builders
from workflow import delegating, handover, holders, mandates, sending
from workflow.deed import Stopped
from workflow.delegating import Wanted
from workflow.moment import Moment
from workflow.seats import settling

NAMES = ["head", "secretary", "clerk", "second-clerk", "head-north", "head-south", "staff", "nobody", "admin"]
PEOPLE = st.integers(0, len(NAMES) - 1)
FEW = st.integers(1, 4)
"""So few that they meet one another's delegations."""
GIVE = st.tuples(st.just("give"), FEW, FEW, st.integers(-2, 30), st.integers(10, 100))
END = st.tuples(st.just("end"), PEOPLE, st.integers(0, 5), st.just(0), st.just(0))
WAIT = st.tuples(st.just("wait"), st.integers(1, 50), st.just(0), st.just(0), st.just(0))
HAND = st.tuples(st.just("hand"), PEOPLE, PEOPLE, PEOPLE, st.integers(0, 1))
ACT = st.tuples(st.just("act"), st.integers(0, 5), st.integers(0, 3), st.just(0), st.just(0))


class Days:
    """An office through which days pass."""

    def __init__(self, folder: str) -> None:
        url = f"sqlite:///{Path(folder) / 'pandu.db'}"
        engine = connect(url, connections=1)
        metadata.create_all(engine)
        engine.dispose()
        self.town = Town(SqliteStore(url))
        self.desk = Desk(self.town, builders.step(1), builders.step(2), builders.step(3))
        self.town.start(self.desk.cast, "TW I 2027")
        self.ids = [next(one.id for one in self.desk.cast.people if one.name == name) for name in NAMES]

    def take(self, what: str, first: int, second: int, third: int, fourth: int) -> None:
        if what == "wait":
            self.town.now += timedelta(hours=first)
        moment = self.town.moment()

        def body(session: Session) -> None:
            settling.settle_if_due(session, self._as(session, 0), moment.now)
            try:
                with session.begin_nested():
                    self._act(session, moment, what, first, second, third, fourth)
            except Stopped:
                pass  # refused, and nothing is left of it
            self._promised(session)

        self.town.store.write(body)

    def _as(self, session: Session, number: int) -> list[Official]:
        return [session.get_one(Official, self.ids[number])]

    def _act(
        self, session: Session, moment: Moment, what: str, first: int, second: int, third: int, fourth: int
    ) -> None:
        match what:
            case "give":
                begin = moment.now + timedelta(hours=third)
                wanted = Wanted(self.ids[first], self.ids[second], begin, begin + timedelta(hours=fourth))
                delegating.delegate(session, moment, self._as(session, first), wanted)
            case "end":
                rows = session.exec(select(Delegation.id).order_by(col(Delegation.id).desc())).all()
                if second < len(rows):
                    delegating.end(session, moment, self._as(session, first), rows[second] or 0)
            case "hand":
                by = self._as(session, first)
                handover.hand_over(session, moment, by, self.ids[second], self.ids[third], seats=bool(fourth))
            case "act":
                tasks = session.exec(select(Task).where(Task.status == "open").order_by(col(Task.id))).all()
                if tasks:
                    task = tasks[first % len(tasks)]
                    owing = holders.holders(session, task)
                    doer = owing[second % len(owing)]
                    sending.press(session, moment, [doer], task.id or 0, task.activation)

    def _promised(self, session: Session) -> None:
        rows = session.exec(select(Delegation).where(col(Delegation.ended_at).is_(None))).all()
        for row, other in combinations(rows, 2):
            if row.starts_at < other.ends_at and other.starts_at < row.ends_at:
                assert row.to_id != other.from_id, "a chain"
                assert row.from_id != other.to_id, "a chain"
                assert row.from_id != other.from_id, "given twice"
        assert all(row.from_id != row.to_id for row in rows)
        open_ = select(Task).join(Run, col(Run.id) == Task.run_id).where(Task.status == "open", Run.status == "open")
        for task in session.exec(open_):
            owing = holders.holders(session, task)
            assert owing, f"nobody owes task {task.id}"
            live = session.exec(select(Card.official_id).where(Card.task_id == task.id, col(Card.live))).all()
            assert sorted(live) == sorted(one.id or 0 for one in owing)
            for one in owing:
                mandate = mandates.of_task(session, task, one)
                assert mandate.principal_id != one.id
        for said in session.exec(select(Submission)):
            assert (said.mandate == "delegation") == (said.principal_id is not None)


@given(st.lists(GIVE | GIVE | GIVE | END | WAIT | HAND | ACT, min_size=5, max_size=14))
@settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_no_chain_no_circle_and_nothing_without_a_holder(deeds: list[tuple[str, int, int, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        days = Days(folder)
        for deed in deeds:
            days.take(*deed)
        days.take("wait", 24 * 40, 0, 0, 0)
        assert model.faults(days.town, days.desk.cast) == []
        days.town.store.close()
