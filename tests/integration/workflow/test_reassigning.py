"""A superior hands a task over: old buttons die, the new holder owes it, the record knows."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, col, update

from storage.tables import Card, Official, Task
from tests.integration.workflow import model
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import Town
from tests.unit.workflow import builders
from workflow.verbs import Verb

LONG: dict[str, Any] = {"standard_duration_source": "3 Hari"}
BACK = builders.outcome("back", returns_to=[1])


def person(desk: Desk, name: str) -> int:
    return next(one.id for one in desk.cast.people if one.name == name)


def hand_over(desk: Desk, by: str, task: Task, to: str) -> str:
    assert desk.tap(by, Verb.REASSIGN, task) == "question_asked"
    assert desk.answer(by, f"official-{person(desk, to)}") == "question_asked"
    return desk.answer(by, "yes")


def live(desk: Desk, task: Task) -> set[int]:
    cards: list[Card] = desk.town.rows(Card, Card.task_id == task.id, col(Card.live).is_(True))
    return {card.official_id for card in cards}


def test_the_task_moves_to_one_official_with_its_deadline(town: Town) -> None:
    desk = Desk(town, builders.step(1, **LONG), builders.step(2))
    old = desk.task(1)
    assert desk.tap("clerk", Verb.ACKNOWLEDGE, old) == "acknowledged"
    assert hand_over(desk, "secretary", old, "head-south") == "reassigned"
    new = desk.task(1)
    assert (new.activation, new.assigned_to, new.status) == (2, person(desk, "head-south"), "open")
    assert new.opened_at == old.opened_at
    assert new.acknowledged_at is None
    assert live(desk, new) == {person(desk, "head-south")}
    assert desk.tap("clerk", Verb.DO, old) == "not_yours"
    assert desk.tap("clerk", Verb.DO, new) == "not_yours"
    for name in ("head-south", "clerk", "second-clerk"):
        assert desk.templates(name).count("task_reassigned") == 1, name
    assert desk.tap("head-south", Verb.DO, old) == "stale"
    assert desk.tap("head-south", Verb.DO, new) == "done"
    assert desk.sent(new)[-1].official_id == person(desk, "head-south")
    assert model.faults(town, desk.cast) == []


def test_a_return_gives_it_back_to_the_seat(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.decide(2, builders.outcome("on"), BACK))
    hand_over(desk, "head", desk.task(1), "nobody")
    assert desk.tap("nobody", Verb.DO, desk.task(1)) == "done"
    desk.send_back("clerk", desk.task(2, "decision"))
    again = desk.task(1)
    assert (again.status, again.assigned_to) == ("open", None)
    assert live(desk, again) == {person(desk, "clerk"), person(desk, "second-clerk")}
    assert model.faults(town, desk.cast) == []


def test_who_did_the_step_before_cannot_take_it_back_any_more(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.step(2))
    desk.do(1)
    first = desk.task(1)
    hand_over(desk, "secretary", desk.task(2), "head-north")
    assert desk.tap("clerk", Verb.WITHDRAW, first) == "built_upon"


@pytest.mark.parametrize("name", ["clerk", "head-north", "nobody"])
def test_only_superiors_may(town: Town, name: str) -> None:
    desk = Desk(town, builders.step(1))
    assert desk.tap(name, Verb.REASSIGN, desk.task(1)) == "not_allowed"


def test_what_the_head_owes_the_secretary_cannot_take(town: Town) -> None:
    head: dict[str, Any] = {"actor": {"role": "head", "confidence": "high", "reason": "invented"}}
    desk = Desk(town, builders.decide(1, **head))
    decision = desk.task(1, "decision")
    assert desk.tap("secretary", Verb.REASSIGN, decision) == "not_allowed"
    assert hand_over(desk, "head", decision, "secretary") == "reassigned"
    assert desk.tap("head", Verb.DECIDE, desk.task(1, "decision"), "approve") == "not_yours"
    assert desk.tap("secretary", Verb.DECIDE, desk.task(1, "decision"), "approve") == "done"


def test_a_task_that_was_done_meanwhile_is_not_handed_over(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.step(2))
    task = desk.task(1)
    desk.tap("secretary", Verb.REASSIGN, task)
    desk.answer("secretary", f"official-{person(desk, 'head-south')}")
    desk.do(1)
    assert desk.answer("secretary", "yes") == "first_by"
    assert desk.task(1).assigned_to is None
    assert desk.tap("secretary", Verb.REASSIGN, task) == "first_by"


def test_a_name_may_be_typed_and_who_owes_it_is_not_offered(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    desk.tap("head", Verb.REASSIGN, desk.task(1))
    offered = town.said(desk.chat("head"))[-1][1]["official_ids"]
    assert person(desk, "clerk") not in offered
    assert person(desk, "not-joined") not in offered
    town.write(desk.chat("head"), "Tidak ada")
    assert ("answer_refused", {"key": "nobody_named", "facts": {}}) in town.said(desk.chat("head"))
    town.write(desk.chat("head"), "SOUTH")
    assert town.said(desk.chat("head"))[-1][1]["to"] == person(desk, "head-south")
    town.write(desk.chat("head"), "apa?")
    assert desk.task(1).assigned_to is None
    assert desk.answer("head", "cancel") == "ok"
    assert desk.task(1).assigned_to is None


def test_who_left_the_office_gives_it_back_to_the_seat(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    hand_over(desk, "head", desk.task(1), "nobody")
    gone = update(Official).where(col(Official.id) == person(desk, "nobody")).values(active=False)
    town.store.write(lambda session: session.connection().execute(gone))
    assert desk.tap("clerk", Verb.DO, desk.task(1)) == "done"


def _assign_all(session: Session, to: int | None) -> None:
    session.connection().execute(update(Task).values(assigned_to=to))


def test_the_audit_finds_a_task_handed_over_behind_its_back(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    hand_over(desk, "head", desk.task(1), "nobody")
    assert model.faults(town, desk.cast) == []
    for other in (None, person(desk, "clerk")):
        town.store.write(partial(_assign_all, to=other))
        assert "is assigned to" in model.faults(town, desk.cast)[0].what
