"""Who did the work does not also approve it, and no step is ever left with nobody."""

from __future__ import annotations

import json
from typing import Any

from sqlmodel import Session, col

from storage.tables import AuditEvent, Card, Office, Official, Submission, Task
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import Town
from tests.unit.workflow.builders import FILES, decide, hand_in, outcome, step
from workflow import audit_replay, cards
from workflow.verbs import Verb


def rule(desk: Desk, *, on: bool = True) -> None:
    """Set the rule as its screen does: cards follow at once."""
    moment = desk.town.moment()

    def body(session: Session) -> None:
        session.get_one(Office, "office").rules = {"four_eyes": on}
        session.flush()
        cards.reconcile_office(session, "office", moment.now)

    desk.town.store.write(body)


def live(desk: Desk, task: Task) -> set[str]:
    rows: list[Card] = desk.town.rows(Card, Card.task_id == task.id, col(Card.live).is_(True))
    names = {row.id: row.name for row in desk.town.rows(Official)}
    return {names[row.official_id] for row in rows}


def recorded(desk: Desk, task: Task) -> list[str]:
    """Return what the chain says of four eyes for each decision on a task; '' for nothing."""
    events: list[AuditEvent] = desk.town.rows(AuditEvent, AuditEvent.task_id == task.id)
    return [
        json.loads(event.payload).get("four_eyes", "") for event in events if event.kind in ("task.decide", "task.do")
    ]


DECIDER: dict[str, Any] = {"actor": {"role": "clerk", "confidence": "high", "reason": "invented"}}
HEAD: dict[str, Any] = {"actor": {"role": "head", "confidence": "high", "reason": "invented"}}


def test_another_holder_decides_what_one_handed_in(town: Town) -> None:
    desk = Desk(town, step(1), decide(2, outcome("approve"), **DECIDER))
    rule(desk)
    assert desk.tap("clerk", Verb.DO, desk.task(1)) == "done"
    task = desk.task(2, "decision")
    assert live(desk, task) == {"second-clerk"}
    assert "four_eyes_waits" in desk.templates("clerk")
    assert desk.tap("clerk", Verb.DECIDE, task, "approve") == "four_eyes"
    assert desk.sent(task) == []
    assert desk.tap("second-clerk", Verb.DECIDE, task, "approve") == "done"
    assert recorded(desk, task) == [""]


def test_without_the_rule_everybody_decides(town: Town) -> None:
    desk = Desk(town, step(1), decide(2, outcome("approve"), **DECIDER))
    assert desk.tap("clerk", Verb.DO, desk.task(1)) == "done"
    assert live(desk, desk.task(2, "decision")) == {"clerk", "second-clerk"}
    assert desk.tap("clerk", Verb.DECIDE, desk.task(2, "decision"), "approve") == "done"


def test_the_superior_decides_where_all_holders_did_the_work(town: Town) -> None:
    desk = Desk(town, step(1), decide(2, outcome("approve"), **DECIDER))
    rule(desk)
    desk.seat("second-clerk", "clerk", given=False)
    assert desk.tap("clerk", Verb.DO, desk.task(1)) == "done"
    task = desk.task(2, "decision")
    assert live(desk, task) == {"secretary"}
    assert desk.tap("second-clerk", Verb.DECIDE, task, "approve") == "not_yours"
    assert desk.tap("secretary", Verb.DECIDE, task, "approve") == "done"
    assert recorded(desk, task) == ["superior"]
    assert desk.town.store.write(lambda s: audit_replay.verify(s, "office")) == []


def test_the_head_who_did_the_work_decides_as_an_exception_on_record(town: Town) -> None:
    head = HEAD
    desk = Desk(town, step(1, **head), decide(2, outcome("approve"), **head))
    rule(desk)
    assert desk.tap("head", Verb.DO, desk.task(1)) == "done"
    task = desk.task(2, "decision")
    assert live(desk, task) == {"head"}
    assert desk.tap("secretary", Verb.DECIDE, task, "approve") == "not_yours"
    assert desk.tap("head", Verb.DECIDE, task, "approve") == "done"
    assert recorded(desk, task) == ["exception"]
    [submission] = desk.sent(task)
    assert submission.data["four_eyes"] == "exception"
    assert desk.town.store.write(lambda s: audit_replay.verify(s, "office")) == []


def test_a_collector_does_not_accept_their_own_unit(town: Town) -> None:
    desk = Desk(town, hand_in(1, proof="tick", collector="secretary"))
    rule(desk)
    # The secretary also heads the first unit: the head accepts that one, the secretary the other.
    assert desk.tap("secretary", Verb.DO, desk.task(1, "unit", "north")) == "done"
    own = desk.task(1, "review", "north")
    assert live(desk, own) == {"head"}
    assert desk.tap("secretary", Verb.DO, own) == "four_eyes"
    assert desk.tap("secretary", Verb.RETURN, own) == "four_eyes"
    assert desk.tap("head", Verb.DO, own) == "done"
    assert desk.tap("head-south", Verb.DO, desk.task(1, "unit", "south")) == "done"
    assert live(desk, desk.task(1, "review", "south")) == {"secretary"}


def test_a_decision_looks_back_through_decisions_and_carried_documents(town: Town) -> None:
    clerk = DECIDER
    head = HEAD
    desk = Desk(town, step(1), decide(2, outcome("approve"), **head), decide(3, outcome("approve"), **clerk))
    rule(desk)
    desk.tap("second-clerk", Verb.DO, desk.task(1))
    desk.tap("head", Verb.DECIDE, desk.task(2, "decision"), "approve")
    assert live(desk, desk.task(3, "decision")) == {"clerk"}


def test_setting_and_lifting_the_rule_moves_open_cards_at_once(town: Town) -> None:
    desk = Desk(town, step(1), decide(2, outcome("approve"), **DECIDER))
    desk.tap("clerk", Verb.DO, desk.task(1))
    task = desk.task(2, "decision")
    rule(desk)
    assert live(desk, task) == {"second-clerk"}
    rule(desk, on=False)
    assert live(desk, task) == {"clerk", "second-clerk"}
    assert desk.tap("clerk", Verb.DECIDE, task, "approve") == "done"


def test_a_return_lets_everybody_do_the_work_again(town: Town) -> None:
    desk = Desk(town, step(1), decide(2, outcome("approve"), outcome("back", returns_to=[1]), **DECIDER))
    rule(desk)
    desk.tap("clerk", Verb.DO, desk.task(1))
    assert desk.send_back("second-clerk", desk.task(2, "decision")) == "done"
    # The other one repairs it, so the first one decides now.
    assert desk.tap("second-clerk", Verb.DO, desk.task(1)) == "done"
    assert live(desk, desk.task(2, "decision")) == {"clerk"}


def test_who_keeps_what_another_did_leaves_both_out(town: Town) -> None:
    desk = Desk(town, step(1), decide(2, outcome("approve"), outcome("back", returns_to=[1]), **DECIDER))
    rule(desk)
    desk.tap("clerk", Verb.DO, desk.task(1))
    desk.send_back("second-clerk", desk.task(2, "decision"))
    assert desk.tap("second-clerk", Verb.KEEP, desk.task(1)) == "done"
    assert live(desk, desk.task(2, "decision")) == {"secretary"}
    rows: list[Submission] = desk.town.rows(Submission, Submission.verb == Verb.KEEP)
    assert rows[0].data["kept"]


def test_what_is_merged_counts_as_work(town: Town) -> None:
    secretary: dict[str, Any] = {"actor": {"role": "secretary", "confidence": "high", "reason": "invented"}}
    desk = Desk(
        town, hand_in(1, proof="tick", merge=True), decide(2, outcome("approve"), carries=[1], **secretary)
    )  # fmt: skip
    rule(desk)
    for unit in ("north", "south"):
        desk.do(1, "unit", unit)
        task = desk.task(1, "review", unit)
        for name in ("secretary", "head"):
            if desk.tap(name, Verb.DO, task) == "done":
                break
    assert FILES["min"] == 1
    desk.do(1, "collection")
    assert live(desk, desk.task(2, "decision")) == {"head"}
