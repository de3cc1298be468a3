"""The office's own date for a hand-in: who sets it, where it is seen, and who is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, update

from storage.tables import Adoption, Official, Run, RunStep
from tests.integration.workflow import model
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import Town
from tests.unit.workflow import builders
from workflow import collect_by
from workflow.adoption import load
from workflow.deed import Stopped
from workflow.run_times import Basis, Deadline, load_run_times

AT = datetime(2027, 1, 13, 7, 0, tzinfo=UTC)
BACK = builders.outcome("back", returns_to=[3])


@pytest.fixture
def desk(town: Town) -> Desk:
    """A form handed out, a step between, the forms handed in to the secretary, a decision."""
    return Desk(
        town,
        builders.step(1, distribute="units"),
        builders.step(2),
        builders.hand_in(3, merge=True, standard_duration_source="60 Menit"),
        builders.decide(4, builders.outcome("on"), BACK),
    )


def set_date(desk: Desk, name: str, step: int, at: datetime | None, number: int | None = None) -> RunStep:
    moment, task = desk.town.moment(), desk.task(step)
    person = next(one.id for one in desk.cast.people if one.name == name)

    def body(session: Session) -> RunStep:
        officials = [session.get_one(Official, person)]
        _, _, _, row = collect_by.open_collecting(session, officials, task.id or 0, number)
        return collect_by.change(session, moment, officials, task.id or 0, row.number, at)

    return desk.town.store.write(body)


def deadline(desk: Desk, part: str, subject: str = "") -> Deadline | None:
    task = desk.task(3, part, subject)

    def body(session: Session) -> Deadline | None:
        run = session.get_one(Run, desk.cast.run)
        return load_run_times(session, run, load(session.get_one(Adoption, run.adoption_id))).deadline(task)

    return desk.town.store.write(body)


def test_the_sender_sets_it_before_the_hand_in_opens(desk: Desk) -> None:
    row = set_date(desk, "clerk", 1, AT)
    assert (row.number, row.collect_by) == (3, AT)
    desk.do(1)
    desk.do(2)
    found = deadline(desk, "unit", "south")
    assert found is not None
    assert (found.at, found.basis) == (AT, Basis.COLLECT_BY)
    assert "collect_by_changed" not in desk.templates("head-south")  # their card says it
    assert model.faults(desk.town, desk.cast) == []


def test_a_change_is_told_to_the_units_that_still_owe(desk: Desk) -> None:
    desk.do(1)
    desk.do(2)
    set_date(desk, "secretary", 2, AT)
    desk.do(3, "unit", "south")
    told = desk.templates("head-south").count("collect_by_changed")
    card = desk.card("head-north", desk.task(3, "unit", "north")).wanted_revision
    desk.remind(desk.task(1))
    desk.remind(desk.task(3, "unit", "north"))
    set_date(desk, "secretary", 2, AT + timedelta(days=2))
    set_date(desk, "secretary", 2, AT + timedelta(days=2))
    assert desk.reminds(desk.task(3, "unit", "north")) == {""}
    assert desk.reminds(desk.task(1)) == {"deadline"}, "its own deadline did not move"
    assert desk.templates("head-south").count("collect_by_changed") == told == 1
    assert desk.templates("head-north").count("collect_by_changed") == 2
    assert desk.card("head-north", desk.task(3, "unit", "north")).wanted_revision > card
    found = deadline(desk, "unit", "north")
    assert found is not None
    assert found.at == AT + timedelta(days=2)
    assert model.faults(desk.town, desk.cast) == []


def test_cleared_the_time_of_the_sop_applies_again(desk: Desk) -> None:
    desk.do(1)
    desk.do(2)
    before = deadline(desk, "unit", "north")
    set_date(desk, "head", 1, AT)
    row = set_date(desk, "head", 1, None)
    assert (row.collect_by, row.collect_by_set_by, row.collect_by_set_at) == (None, None, None)
    assert deadline(desk, "unit", "north") == before
    assert model.faults(desk.town, desk.cast) == []


@pytest.mark.parametrize("name", ["clerk", "secretary", "head", "admin"])
def test_sender_collector_head_and_starter_may(desk: Desk, name: str) -> None:
    assert set_date(desk, name, 1, AT, 3).collect_by == AT


@pytest.mark.parametrize("name", ["head-south", "nobody"])
def test_others_may_not(desk: Desk, name: str) -> None:
    with pytest.raises(Stopped, match="not_allowed"):
        set_date(desk, name, 1, AT)


def test_neither_a_date_that_is_over_nor_a_hand_in_that_is_over(desk: Desk) -> None:
    with pytest.raises(Stopped, match="collect_by_past"):
        set_date(desk, "clerk", 1, desk.town.now - timedelta(hours=1))
    with pytest.raises(Stopped, match="stale"):
        set_date(desk, "clerk", 1, AT, 99)
    desk.do(1)
    desk.do(2)
    for unit in ("north", "south"):
        desk.do(3, "unit", unit)
        desk.do(3, "review", unit)
    sender = desk.card("clerk", desk.task(1))
    desk.do(3, "collection")
    assert desk.card("clerk", desk.task(1)).wanted_revision > sender.wanted_revision  # its button goes
    with pytest.raises(Stopped, match="collect_by_over"):
        set_date(desk, "clerk", 1, AT)


def test_a_date_that_was_over_before_a_return_does_not_make_the_new_round_late(desk: Desk) -> None:
    set_date(desk, "clerk", 1, AT)
    desk.do(1)
    desk.do(2)
    for unit in ("north", "south"):
        desk.do(3, "unit", unit)
        desk.do(3, "review", unit)
    desk.do(3, "collection")
    desk.town.now = AT + timedelta(days=1)
    desk.send_back("clerk", desk.task(4, "decision"))
    found = deadline(desk, "collection")
    assert found is not None
    assert found.at > desk.town.now
    assert found.basis is Basis.STANDARD


@pytest.mark.parametrize("values", [{"collect_by": AT + timedelta(days=9)}, {"collect_by_set_by": None}])
def test_the_audit_finds_a_changed_date(desk: Desk, values: dict[str, Any]) -> None:
    set_date(desk, "clerk", 1, AT)
    assert model.faults(desk.town, desk.cast) == []
    change = update(RunStep).where(col(RunStep.number) == 3).values(**values)
    desk.town.store.write(lambda s: s.connection().execute(change))
    assert "the date of the hand-in of step 3" in model.faults(desk.town, desk.cast)[0].what
