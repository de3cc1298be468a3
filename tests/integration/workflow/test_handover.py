"""``/serahterima``: however many tasks lie on a desk, they go over in one step and nobody hears of it twice."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col

from storage.tables import AuditEvent, Card, Official, Outbox, Seat, Task
from tests.integration.workflow import model
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.test_delegating import delegate, live, person, told
from tests.integration.workflow.town import Town
from tests.unit.workflow import builders
from workflow import handover
from workflow.deed import Stopped
from workflow.verbs import Verb


def office(town: Town, runs: int = 3) -> Desk:
    desk = Desk(town, builders.step(1), builders.step(2))
    for number in range(1, runs):
        town.start(desk.cast, f"TW {number} 2027")
    return desk


def hand_over(desk: Desk, by: str, old: str, to: str, how: str) -> str:
    desk.town.write(desk.chat(by), "/serahterima")
    if desk.town.question(desk.chat(by)) is None:
        return "refused"
    desk.answer(by, f"official-{person(desk, old)}")
    if (answer := desk.answer(by, f"official-{person(desk, to)}")) != "question_asked":
        return answer
    return desk.answer(by, how)


def open_tasks(town: Town) -> list[Task]:
    return town.rows(Task, Task.status == "open")


def heard(desk: Desk, name: str) -> list[str]:
    return [one for one in desk.templates(name) if one in ("handover_told", "task_reassigned", "seat_appointed")]


def recorded(town: Town) -> dict[str, object]:
    [event] = town.rows(AuditEvent, AuditEvent.kind == "desk.handed_over")
    payload: dict[str, object] = json.loads(event.payload)
    return payload


def test_tasks_and_posts_go_over_and_both_hear_of_it_once(town: Town) -> None:
    desk = office(town)
    assert hand_over(desk, "admin", "clerk", "nobody", "seats") == "handed_over"
    for task in open_tasks(town):
        assert live(desk, task) == {"nobody", "second-clerk"}
    assert heard(desk, "clerk") == heard(desk, "nobody") == heard(desk, "admin") == ["handover_told"]
    assert heard(desk, "second-clerk") == []
    said = recorded(town)
    assert said["tasks"] == [task.id for task in open_tasks(town)]
    assert said["assigned"] == []
    [old] = town.rows(Seat, Seat.official_id == person(desk, "clerk"))
    [new] = town.rows(Seat, Seat.official_id == person(desk, "nobody"))
    assert (old.held, new.held, new.role) == (False, True, "clerk")
    assert desk.tap("clerk", Verb.DO, desk.task(1)) == "not_yours"
    assert desk.tap("nobody", Verb.DO, desk.task(1)) == "done"
    # What comes later comes to the new holder, too.
    assert live(desk, desk.task(2)) == {"nobody", "second-clerk"}
    assert model.faults(town, desk.cast) == []


def test_tasks_alone_go_over_and_who_shared_them_is_told(town: Town) -> None:
    desk = office(town)
    assert hand_over(desk, "secretary", "clerk", "head-south", "tasks") == "handed_over"
    for task in open_tasks(town):
        assert live(desk, task) == {"head-south"}
    for name in ("clerk", "head-south", "second-clerk", "secretary"):
        assert heard(desk, name) == ["handover_told"], name
    assert recorded(town)["assigned"] == [task.id for task in open_tasks(town)]
    assert len(town.rows(AuditEvent, AuditEvent.kind == "task.reassign")) == 3
    assert [seat.held for seat in town.rows(Seat, Seat.official_id == person(desk, "clerk"))] == [True]
    desk.tap("head-south", Verb.DO, desk.task(1))
    assert live(desk, desk.task(2)) == {"clerk", "second-clerk"}
    assert model.faults(town, desk.cast) == []


def test_what_was_assigned_goes_with_the_desk(town: Town) -> None:
    desk = office(town, 1)
    desk.tap("admin", Verb.REASSIGN, desk.task(1))
    desk.answer("admin", f"official-{person(desk, 'head-north')}")
    desk.answer("admin", "yes")
    assert hand_over(desk, "head", "head-north", "nobody", "seats") == "handed_over"
    assert live(desk, desk.task(1)) == {"nobody"}
    assert recorded(town)["assigned"] == [desk.task(1).id]
    assert model.faults(town, desk.cast) == []


def test_a_delegation_ends_with_the_desk(town: Town) -> None:
    desk = office(town, 1)
    delegate(desk, "clerk", "head-south", "hari ini sampai Jumat")
    assert hand_over(desk, "admin", "clerk", "nobody", "seats") == "handed_over"
    assert live(desk, desk.task(1)) == {"nobody", "second-clerk"}
    assert told(desk, "head-south") == ["given", "ended_early"]
    assert told(desk, "clerk") == ["given"]
    assert model.faults(town, desk.cast) == []


@pytest.mark.parametrize("name", ["nobody", "staff", "head-north"])
def test_others_may_not(town: Town, name: str) -> None:
    desk = office(town, 1)
    assert hand_over(desk, name, "clerk", "head-south", "tasks") == "refused"


def test_nobody_takes_posts_for_themselves(town: Town) -> None:
    desk = office(town, 1)
    assert hand_over(desk, "admin", "head", "admin", "seats") == "not_to_oneself"
    assert hand_over(desk, "admin", "clerk", "admin", "seats") == "not_to_oneself"
    assert hand_over(desk, "secretary", "clerk", "head-south", "seats") == "not_to_oneself"
    assert live(desk, desk.task(1)) == {"clerk", "second-clerk"}
    assert town.rows(AuditEvent, AuditEvent.kind == "desk.handed_over") == []


def test_a_result_on_its_way_arrives_first(town: Town) -> None:
    desk = Desk(town, builders.step(1, "upload", files={"min": 1, "max": 1}), builders.step(2))
    town.bring(desk.chat("clerk"), "laporan.pdf")
    assert desk.tap("clerk", Verb.DO, desk.task(1)) == "sending"
    assert hand_over(desk, "secretary", "clerk", "head-south", "tasks") == "already_sending"
    town.fetch()
    assert (desk.task(1).status, desk.task(1).assigned_to) == ("done", None)
    assert desk.sent(desk.task(1))[-1].official_id == person(desk, "clerk")


def test_what_the_head_owes_the_secretary_does_not_move(town: Town) -> None:
    desk = office(town, 1)
    town.write(desk.chat("secretary"), "/serahterima")
    assert desk.answer("secretary", f"official-{person(desk, 'head')}") == "question_gone"


def test_every_card_has_one_holder_only_and_none_is_lost(town: Town) -> None:
    """Desk after desk: whoever held something hands it on; every open task stays with somebody."""
    desk = office(town, 2)
    for old, to, how in [
        ("clerk", "nobody", "seats"), ("nobody", "second-clerk", "seats"), ("second-clerk", "staff", "tasks"),
        ("staff", "clerk", "seats"), ("second-clerk", "clerk", "seats"),
    ]:  # fmt: skip
        hand_over(desk, "admin", old, to, how)
        for task in open_tasks(town):
            cards: list[Card] = town.rows(Card, Card.task_id == task.id, col(Card.live).is_(True))
            assert cards, (old, to, how)
        assert model.faults(town, desk.cast) == []


def test_two_at_once_are_one_after_the_other(town: Town) -> None:
    """The second finds an empty desk."""
    desk = office(town, 1)
    assert hand_over(desk, "admin", "head-north", "nobody", "seats") == "handed_over"

    def again(session: Session) -> None:
        admin = session.get_one(Official, person(desk, "admin"))
        old, to = person(desk, "head-north"), person(desk, "nobody")
        handover.hand_over(session, town.moment(), [admin], old, to, seats=True)

    with pytest.raises(Stopped, match="nothing_to_hand_over"):
        town.store.write(again)


def called(town: Town) -> Desk:
    """A meeting is called by the clerk, to which unit heads and the secretary are invited."""
    fields = [{"id": kind, "label": builders.text(kind), "kind": kind} for kind in ("date", "time")]
    meeting: dict[str, Any] = {"part": "invite", "participants": ["unit_head", "secretary"], "fields": fields}
    desk = Desk(town, builders.step(1, "meeting", **meeting), builders.step(2))
    model.DiligentOffice(town, desk.cast).do(desk.task(1))
    return desk


def invited(desk: Desk) -> dict[str, str]:
    """Who is invited, with the state of the invitation."""
    names = {str(one.id): one.name for one in desk.cast.people}
    return {names[t.subject]: str(t.status) for t in desk.town.rows(Task, Task.part == "invitation")}


def calendars(desk: Desk, name: str) -> list[str]:
    rows: list[Outbox] = desk.town.rows(Outbox, Outbox.chat_id == desk.chat(name), Outbox.kind == "invitation")
    return [row.params["method"] for row in rows]


def test_the_successor_is_invited_to_the_meetings_to_come_and_the_old_holder_no_more(town: Town) -> None:
    desk = called(town)
    assert "nobody" not in invited(desk)
    old = desk.task(1, "invitation", str(person(desk, "head-south")))
    assert desk.tap("head-south", Verb.ATTEND, old, "yes") == "attending"
    assert hand_over(desk, "admin", "head-south", "nobody", "seats") == "handed_over"
    assert (invited(desk)["head-south"], invited(desk)["nobody"]) == ("waiting", "open")
    assert recorded(town)["invitations"] == [old.id]
    assert desk.tap("head-south", Verb.ATTEND, old, "no") == "stale"
    new = desk.task(1, "invitation", str(person(desk, "nobody")))
    assert live(desk, old) == set()
    assert live(desk, new) == {"nobody"}
    assert desk.tap("nobody", Verb.ATTEND, new, "yes") == "attending"
    assert calendars(desk, "head-south") == ["REQUEST", "CANCEL"]
    assert calendars(desk, "nobody") == ["REQUEST"]
    assert heard(desk, "head-south") == heard(desk, "nobody") == ["handover_told"]
    assert model.faults(town, desk.cast) == []


def test_who_is_invited_already_or_calls_the_meeting_is_not_invited_twice(town: Town) -> None:
    desk = called(town)
    others = {name: state for name, state in invited(desk).items() if name != "head-south"}
    assert hand_over(desk, "admin", "head-south", "secretary", "seats") == "handed_over"
    assert invited(desk) == {**others, "head-south": "waiting"}
    assert calendars(desk, "secretary") == ["REQUEST"]
    assert hand_over(desk, "admin", "secretary", "clerk", "seats") == "handed_over"
    assert "clerk" not in invited(desk)
    assert invited(desk)["secretary"] == "waiting"


def test_tasks_alone_leave_invitations_and_past_meetings_stay_as_they_were(town: Town) -> None:
    desk = called(town)
    before = invited(desk)
    hand_over(desk, "admin", "head-south", "nobody", "tasks")
    assert invited(desk) == before
    town.now += timedelta(days=400)
    assert hand_over(desk, "admin", "head-south", "nobody", "seats") == "handed_over"
    assert invited(desk) == before
    assert recorded(town)["invitations"] == []
