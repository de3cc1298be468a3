"""``/delegasi`` in an invented office: tasks go over, the record says for whom, all comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, delete, update

from storage.tables import Card, Delegation, Official, Submission, Task
from tests.integration.workflow import model
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import MORNING, Town
from tests.unit.workflow import builders
from workflow.cards import reconcile_office
from workflow.verbs import Verb


def person(desk: Desk, name: str) -> int:
    return next(one.id for one in desk.cast.people if one.name == name)


def live(desk: Desk, task: Task) -> set[str]:
    cards: list[Card] = desk.town.rows(Card, Card.task_id == task.id, col(Card.live).is_(True))
    return {one.name for one in desk.cast.people for card in cards if card.official_id == one.id}


def delegate(desk: Desk, giver: str, receiver: str, words: str) -> str:
    """Go through the whole conversation; return the answer to the last button, or the refusal that ended it."""
    desk.town.write(desk.chat(giver), f"/delegasi {words}")
    question = desk.town.question(desk.chat(giver))
    if question is not None and question.kind == "delegations":
        desk.answer(giver, f"new-{person(desk, giver)}")
    answer = desk.answer(giver, f"official-{person(desk, receiver)}")
    question = desk.town.question(desk.chat(giver))
    if question is None or question.kind != "delegate_confirm":
        return answer
    return desk.answer(giver, "yes")


def told(desk: Desk, name: str) -> list[str]:
    said = desk.town.said(desk.chat(name))
    return [params["event"] for template, params in said if template == "delegation_told"]


def later(desk: Desk, **by: int) -> None:
    """Let time pass; whoever writes next finds the office as it then is."""
    desk.town.now += timedelta(**by)
    desk.town.write(desk.chat("admin"), "/bantuan")


def test_open_tasks_go_over_and_come_back(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.step(2), builders.step(3))
    first = desk.task(1)
    assert delegate(desk, "clerk", "head-south", "hari ini sampai besok") == "delegated"
    assert live(desk, first) == {"head-south", "second-clerk"}
    assert told(desk, "clerk") == told(desk, "head-south") == ["given"]
    assert desk.tap("clerk", Verb.DO, first) == "not_yours"
    assert desk.tap("head-south", Verb.DO, first) == "done"
    [said] = desk.sent(desk.task(1))
    assert (said.mandate, said.principal_id, said.official_id) == (
        "delegation", person(desk, "clerk"), person(desk, "head-south"),
    )  # fmt: skip
    # What opens meanwhile goes over, too.
    assert live(desk, desk.task(2)) == {"head-south", "second-clerk"}
    later(desk, days=2)
    assert live(desk, desk.task(2)) == {"clerk", "second-clerk"}
    assert told(desk, "clerk") == told(desk, "head-south") == ["given", "ended"]
    assert desk.tap("head-south", Verb.DO, desk.task(2)) == "not_yours"
    assert desk.tap("clerk", Verb.DO, desk.task(2)) == "done"
    assert desk.sent(desk.task(2))[0].mandate == ""
    assert model.faults(town, desk.cast) == []


def test_who_receives_reads_the_files_while_it_lasts(town: Town) -> None:
    desk = Desk(town, builders.step(1))

    def read() -> str:
        town.write(desk.chat("head-south"), "/berkas 1")
        return desk.templates("head-south")[-1]

    assert read() == "not_allowed"
    delegate(desk, "clerk", "head-south", "hari ini")
    assert read() == "files"
    later(desk, days=1)
    assert read() == "not_allowed"


def test_one_to_come_begins_by_itself(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    assert delegate(desk, "clerk", "head-south", "mulai besok sampai Jumat") == "delegated"
    assert live(desk, desk.task(1)) == {"clerk", "second-clerk"}
    later(desk, days=1)
    assert live(desk, desk.task(1)) == {"head-south", "second-clerk"}
    assert told(desk, "clerk") == told(desk, "head-south") == ["given", "began"]
    assert model.faults(town, desk.cast) == []


def test_words_that_can_mean_two_are_asked(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    assert delegate(desk, "clerk", "head-south", "besok sampai 3 hari") == "question_asked"
    question = town.question(desk.chat("clerk"))
    assert question is not None
    assert len(question.data["meant"]) == 2
    assert desk.answer("clerk", "choice-1") == "question_asked"
    assert desk.answer("clerk", "yes") == "delegated"
    [row] = town.rows(Delegation)
    assert row.ends_at - row.starts_at == timedelta(days=4)


def test_words_are_asked_for_and_bad_ones_again(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    town.write(desk.chat("clerk"), "/delegasi")
    town.write(desk.chat("clerk"), "head-so")
    for words in ("mulai besok", "kapan-kapan", "selama 4 bulan", "besok sampai kemarin"):
        town.write(desk.chat("clerk"), words)
        question = town.question(desk.chat("clerk"))
        assert question is not None
        assert question.kind == "delegate_when", words
    town.write(desk.chat("clerk"), "besok sampai Jumat")
    assert desk.answer("clerk", "yes") == "delegated"


@pytest.mark.parametrize("words", ["not-joined", "nobody", "clerk", "siapa"])
def test_who_cannot_receive(town: Town, words: str) -> None:
    desk = Desk(town, builders.step(1))
    town.write(desk.chat("second-clerk" if words != "clerk" else "clerk"), "/delegasi besok sampai Jumat")
    giver = "second-clerk" if words != "clerk" else "clerk"
    if words == "clerk":
        assert desk.answer(giver, f"official-{person(desk, giver)}") == "receiver_cannot"
        return
    town.write(desk.chat(giver), words)
    keys = [params["key"] for template, params in town.said(desk.chat(giver)) if template == "answer_refused"]
    assert keys == ["nobody_named" if words == "siapa" else "receiver_cannot"]
    assert town.rows(Delegation) == []


def test_nothing_is_passed_on_and_nobody_in_a_circle(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    assert delegate(desk, "clerk", "head-south", "hari ini sampai Jumat") == "delegated"
    week = "besok sampai Rabu"
    assert delegate(desk, "head-south", "secretary", week) == "giver_receives"
    assert delegate(desk, "head-south", "clerk", week) == "giver_receives"
    assert delegate(desk, "secretary", "clerk", week) == "receiver_away"
    assert delegate(desk, "clerk", "secretary", week) == "delegation_overlaps"
    assert len(town.rows(Delegation)) == 1
    # Before and after it everybody is free.
    assert delegate(desk, "head-south", "clerk", "Senin depan selama 2 hari") == "delegated"


def test_who_has_nothing_cannot_give(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    town.write(desk.chat("nobody"), "/delegasi besok")
    assert town.said(desk.chat("nobody"))[-1] == ("answer_refused", {"key": "nothing_to_delegate", "facts": {}})


def test_ended_early_by_who_gave_it_or_an_admin_and_nobody_else(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    delegate(desk, "clerk", "head-south", "hari ini sampai Jumat")
    [row] = town.rows(Delegation)
    town.write(desk.chat("head-south"), "/delegasi")
    assert desk.answer("head-south", f"end-{row.id}") == "question_asked"
    assert desk.answer("head-south", "yes") == "not_allowed"
    town.write(desk.chat("clerk"), "/delegasi")
    desk.answer("clerk", f"end-{row.id}")
    assert desk.answer("clerk", "yes") == "ok"
    assert live(desk, desk.task(1)) == {"clerk", "second-clerk"}
    assert told(desk, "clerk") == told(desk, "head-south") == ["given", "ended_early"]
    # One to come is called off before anything moves.
    delegate(desk, "clerk", "head-south", "besok sampai Jumat")
    row = town.rows(Delegation)[-1]
    town.write(desk.chat("admin"), "/delegasi")
    desk.answer("admin", f"end-{row.id}")
    assert desk.answer("admin", "yes") == "ok"
    assert told(desk, "head-south") == ["given", "ended_early", "given", "called_off"]
    later(desk, days=2)
    assert live(desk, desk.task(1)) == {"clerk", "second-clerk"}
    assert model.faults(town, desk.cast) == []


def test_what_is_handed_over_goes_to_whoever_stands_in(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    delegate(desk, "head-north", "head-south", "hari ini sampai Jumat")
    desk.tap("secretary", Verb.REASSIGN, desk.task(1))
    desk.answer("secretary", f"official-{person(desk, 'head-north')}")
    assert desk.answer("secretary", "yes") == "reassigned"
    assert live(desk, desk.task(1)) == {"head-south"}
    assert desk.tap("head-south", Verb.DO, desk.task(1)) == "done"
    [said] = town.rows(Submission)
    assert (said.mandate, said.principal_id) == ("delegation", person(desk, "head-north"))


def test_a_receiver_who_leaves_gives_the_tasks_back(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    delegate(desk, "clerk", "head-south", "hari ini sampai Jumat")

    def leave(session: Session) -> None:
        session.get_one(Official, person(desk, "head-south")).active = False
        session.flush()
        reconcile_office(session, desk.cast.office, desk.town.now)

    town.store.write(leave)
    assert live(desk, desk.task(1)) == {"clerk", "second-clerk"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"to_id": 1}, "changed after"),
        ({"sop_ids": ["other"]}, "changed after"),
        ({"ends_at": MORNING + timedelta(days=50)}, "changed after"),
        ({"held": False}, "does not count, the record says it counts"),
        (None, "missing"),
    ],
)
def test_a_row_changed_behind_the_record_is_named(town: Town, change: dict[str, Any] | None, told: str) -> None:
    desk = Desk(town, builders.step(1))
    delegate(desk, "clerk", "head-south", "hari ini sampai Jumat")
    assert model.faults(town, desk.cast) == []
    [row] = town.rows(Delegation)
    statement: Any = delete(Delegation) if change is None else update(Delegation).values(**change)
    town.store.write(lambda session: session.exec(statement.where(col(Delegation.id) == row.id)))
    [fault] = model.faults(town, desk.cast)
    assert f"delegation row {row.id}" in str(fault)
    assert told in str(fault)


def test_a_row_slipped_in_is_named(town: Town) -> None:
    desk = Desk(town, builders.step(1))
    row: dict[str, Any] = {"office_id": "office", "from_id": person(desk, "clerk"), "to_id": person(desk, "head-south")}
    times: dict[str, Any] = {"starts_at": MORNING, "ends_at": MORNING + timedelta(days=9), "created_at": MORNING}
    town.store.write(lambda session: session.add(Delegation(**row, **times)))
    [fault] = model.faults(town, desk.cast)
    assert "is not on record" in str(fault)
