"""A return that reaches behind a sent invitation: the meeting leaves the calendars, and comes back with the step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from messages.card import render_card
from messages.ics import meeting_file
from messages.rendered import Rendered
from storage.tables import Outbox, Task, Timer
from tests.integration.workflow import model
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import Town
from tests.unit.workflow import builders
from workflow.verbs import Verb

INVITED = ("head-north", "head-south", "secretary")


@pytest.fixture
def desk(town: Town) -> Desk:
    """The clerk called unit heads and the secretary to a meeting; the head may send back to before it."""
    fields = [{"id": kind, "label": builders.text(kind), "kind": kind} for kind in ("date", "time")]
    meeting: dict[str, Any] = {"part": "invite", "participants": ["unit_head", "secretary"], "fields": fields}
    desk = Desk(
        town,
        builders.step(1),
        builders.step(2, "meeting", **meeting),
        builders.decide(
            3, builders.outcome("approve"), builders.outcome("to_one", returns_to=[1]),
            builders.outcome("to_two", returns_to=[2]), actor={**builders.step(1)["actor"], "role": "head"},
        ),
    )  # fmt: skip
    desk.do(1)
    desk.do(2)
    return desk


def person(desk: Desk, name: str) -> int:
    return next(one.id for one in desk.cast.people if one.name == name)


def send_back(desk: Desk, outcome: str) -> None:
    desk.tap("head", Verb.DECIDE, desk.task(3, "decision"), outcome)
    desk.town.write(desk.chat("head"), "Acaranya belum lengkap")
    assert desk.answer("head", "send") == "done"


def calendars(desk: Desk, name: str) -> list[tuple[str, int]]:
    """The calendar files queued for somebody, with the number each one shows."""
    rows: list[Outbox] = desk.town.rows(Outbox, Outbox.chat_id == desk.chat(name), Outbox.kind == "invitation")
    return [(row.params["method"], row.params["revision"]) for row in rows]


def invitation(desk: Desk, name: str) -> Task:
    return desk.task(2, "invitation", str(person(desk, name)))


def file_of(desk: Desk, number: int) -> bytes | None:
    """The nth calendar file of the secretary, as it would be made now."""
    rows: list[Outbox] = desk.town.rows(Outbox, Outbox.chat_id == desk.chat("secretary"), Outbox.kind == "invitation")

    def body(session: Session) -> bytes | None:
        found = meeting_file(
            session, rows[number].params, office_id=desk.cast.office, chat_id=desk.chat("secretary"),
            default_language="id", now=desk.town.now,
        )  # fmt: skip
        return found.content if found is not None else None

    return desk.town.store.write(body)


def card_of(desk: Desk, name: str) -> Rendered:
    card = desk.card(name, invitation(desk, name))
    return desk.town.store.write(lambda s: render_card(s, card.id or 0, default_language="id", now=desk.town.now))


@pytest.mark.parametrize(("outcome", "back_to"), [("to_one", 1), ("to_two", 2)])
def test_a_return_behind_the_invitation_empties_the_calendars_and_says_why(
    desk: Desk, outcome: str, back_to: int
) -> None:
    assert desk.tap("secretary", Verb.ATTEND, invitation(desk, "secretary"), "yes") == "attending"
    before = file_of(desk, 0)
    send_back(desk, outcome)
    for name in INVITED:
        assert calendars(desk, name) == [("REQUEST", 0), ("CANCEL", 1)], name
        assert desk.templates(name).count("meeting_undone") == 1, name
        assert invitation(desk, name).status == "waiting"
    assert [facts["back_to"] for name, facts in desk.town.said(desk.chat("secretary")) if name == "meeting_undone"] == [
        back_to
    ]
    assert "meeting_undone" not in desk.templates("clerk")
    assert desk.town.rows(Timer, Timer.kind == "meeting") == [], "nobody is reminded of it"
    assert desk.tap("secretary", Verb.ATTEND, invitation(desk, "secretary"), "no") == "stale"

    shown = card_of(desk, "secretary")
    reopened = ", karena langkah 1 dikerjakan ulang" if back_to == 1 else ""
    assert f"Undangan ini tidak berlaku lagi{reopened}. Bila ada jadwal baru" in shown.text
    assert shown.keyboard == ()

    cancel = (file_of(desk, 1) or b"").decode()
    assert "METHOD:CANCEL" in cancel
    assert "SEQUENCE:1" in cancel
    assert "STATUS:CANCELLED" in cancel
    assert [line for line in cancel.splitlines() if line.startswith("UID:")] == [
        line for line in (before or b"").decode().splitlines() if line.startswith("UID:")
    ]
    assert file_of(desk, 0) is None, "one still on its way would put the meeting back"
    assert model.faults(desk.town, desk.cast) == []


def test_invited_anew_the_calendars_take_the_meeting_again(desk: Desk) -> None:
    send_back(desk, "to_one")
    desk.do(1)
    desk.do(2)
    for name in INVITED:
        assert calendars(desk, name) == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)], name
        assert invitation(desk, name).status == "open"
    assert len(desk.town.rows(Timer, Timer.kind == "meeting")) == 1
    assert file_of(desk, 2) is not None
    send_back(desk, "to_two")
    assert [number for _, number in calendars(desk, "secretary")] == [0, 1, 2, 3]


def test_still_valid_invites_again(desk: Desk) -> None:
    send_back(desk, "to_two")
    assert desk.tap("clerk", Verb.KEEP, desk.task(2)) == "done"
    assert calendars(desk, "secretary") == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]
    assert model.faults(desk.town, desk.cast) == []


def test_a_return_that_is_taken_back_gives_the_meeting_back(desk: Desk) -> None:
    send_back(desk, "to_one")
    assert desk.tap("head", Verb.WITHDRAW, desk.task(3, "decision")) == "done"
    for name in INVITED:
        assert calendars(desk, name) == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)], name
        assert invitation(desk, name).status == "open"
    assert file_of(desk, 2) is not None
    assert len(desk.town.rows(Timer, Timer.kind == "meeting")) == 1
    assert model.faults(desk.town, desk.cast) == []


def test_a_meeting_that_was_held_or_called_off_is_left_alone(desk: Desk) -> None:
    desk.town.now += timedelta(days=400)
    send_back(desk, "to_one")
    assert calendars(desk, "secretary") == [("REQUEST", 0)]
    assert "meeting_undone" not in desk.templates("secretary")


def test_what_was_called_off_is_not_called_off_twice_nor_revived(desk: Desk) -> None:
    desk.tap("clerk", Verb.CALL_OFF, desk.task(2))
    desk.town.write(desk.chat("clerk"), "Ruangan dipakai")
    assert desk.answer("clerk", "send") == "ok"
    send_back(desk, "to_one")
    desk.tap("head", Verb.WITHDRAW, desk.task(3, "decision"))
    assert [method for method, _ in calendars(desk, "secretary")] == ["REQUEST", "CANCEL"]
    assert "meeting_undone" not in desk.templates("secretary")
