"""Seats given, ended and settled: rights at the moment of the tap, no task left without anybody, all on record."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col

from storage.tables import Approval, AuditEvent, Official, Outbox, Seat, Submission
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.seats_desk import (
    CLERK,
    HEAD,
    SECRETARY,
    appoint,
    end,
    faults,
    new_desk,
    owners_of,
    person,
    refusal,
    seat_of,
)
from tests.integration.workflow.town import Town
from tests.unit.workflow import builders
from workflow.deed import Stopped
from workflow.seats import overlaps, posts
from workflow.seats.appointing import Appointment
from workflow.seats.posts import Post
from workflow.seats.terms import Capacity
from workflow.verbs import Page, Press, Verb


@pytest.fixture
def desk(town: Town) -> Desk:
    return new_desk(town)


def test_a_right_is_decided_at_the_tap_even_before_any_timer(desk: Desk) -> None:
    begin, over = desk.town.now + timedelta(days=1), desk.town.now + timedelta(days=2)
    appoint(desk, CLERK, "nobody", Capacity.ACTING_ABSENT, principal="clerk", begin=begin, end=over)
    task = desk.task(1)
    assert desk.tap("nobody", Verb.ACKNOWLEDGE, task) == "not_yours"
    assert desk.tap("clerk", Verb.ACKNOWLEDGE, task) == "acknowledged"
    desk.town.now = begin  # no timer has fired
    assert desk.tap("clerk", Verb.DO, task) == "not_yours"
    assert desk.tap("nobody", Verb.SHOW_STEP, task) == "ok"
    desk.town.now = over
    assert desk.tap("nobody", Verb.DO, task) == "not_yours"
    assert desk.tap("clerk", Verb.DO, task) == "done"
    assert faults(desk) == []


def test_the_record_keeps_capacity_principal_and_order(desk: Desk) -> None:
    over = desk.town.now + timedelta(days=3)
    seat = appoint(desk, CLERK, "nobody", Capacity.ACTING_ABSENT, principal="clerk", end=over)
    task = desk.task(1)
    assert desk.tap("nobody", Verb.DO, task) == "done"
    sent: Submission = desk.sent(task)[-1]
    assert (sent.capacity, sent.mandate, sent.principal_id) == ("Plh. Clerk", "plh", person(desk, "clerk"))
    event = desk.town.rows(AuditEvent, AuditEvent.kind == "seat.appointed")[0]
    told = json.loads(event.payload) if isinstance(event.payload, str) else event.payload
    assert (told["capacity"], told["seat"], told["principal"]) == ("plh", seat.id, person(desk, "clerk"))
    assert "800/1/2027" not in json.dumps(told)  # ids and digests only
    assert faults(desk) == []


def test_a_whole_term_reverts_by_the_timer(desk: Desk) -> None:
    over = desk.town.now + timedelta(days=3)
    appoint(desk, CLERK, "nobody", Capacity.ACTING_ABSENT, principal="clerk", end=over)
    task = desk.task(1)
    assert owners_of(desk.town, task) == {"nobody", "second-clerk"}
    desk.town.now = over
    desk.town.tap(
        desk.chat("head"), Press(Verb.SHOW_STEP, task.id or 0, task.activation)
    )  # somebody else's tap settles
    assert owners_of(desk.town, task) == {"clerk", "second-clerk"}
    began = [event.kind for event in desk.town.rows(AuditEvent, col(AuditEvent.kind).like("seat.%"))]
    assert began == ["seat.appointed", "seat.ended", "seat.began", "seat.ended", "seat.began"]


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("order_missing", {"capacity": Capacity.ACTING_ABSENT, "principal": "clerk", "order": False}),
        ("appointment_without_end", {"capacity": Capacity.ACTING_ABSENT, "principal": "clerk", "end": None}),
        ("nobody_to_stand_in_for", {"capacity": Capacity.ACTING_ABSENT, "principal": "head"}),
        ("not_vacant", {"capacity": Capacity.ACTING_VACANT}),
        ("already_holds", {"who": "second-clerk", "capacity": Capacity.DEFINITIVE}),
        ("appointment_over", {"capacity": Capacity.DEFINITIVE, "end": datetime(2027, 1, 3).astimezone()}),
        ("not_allowed", {"capacity": Capacity.DEFINITIVE, "by": "head"}),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(desk: Desk, key: str, wanted: dict[str, Any]) -> None:
    before = desk.town.rows(Seat)
    facts: dict[str, Any] = {"who": "nobody", "end": desk.town.now + timedelta(days=3), **wanted}
    assert refusal(lambda: appoint(desk, CLERK, **facts)) == key
    assert desk.town.rows(Seat) == before


def test_nobody_stands_in_twice_for_the_same_official(desk: Desk) -> None:
    over = desk.town.now + timedelta(days=3)
    appoint(desk, CLERK, "nobody", Capacity.ACTING_ABSENT, principal="clerk", end=over)
    again: dict[str, Any] = {"capacity": Capacity.ACTING_ABSENT, "principal": "clerk", "end": over + timedelta(days=3)}
    assert refusal(lambda: appoint(desk, CLERK, "staff", **again)) == "already_stood_in_for"
    # Right after it is another matter.
    later = appoint(desk, CLERK, "staff", begin=over, **again)
    assert later.starts_at == over
    assert not later.held


def test_an_admins_own_appointment_waits_for_the_head_and_is_decided_once(desk: Desk) -> None:
    asked = appoint(desk, CLERK, "admin", Capacity.DEFINITIVE, order=False)
    assert isinstance(asked, Approval)
    assert asked.status == "asked"
    assert [s.role for s in desk.town.rows(Seat, Seat.official_id == person(desk, "admin"))] == []
    assert "approval_appointment" in desk.templates("head")
    assert "approval_appointment" not in desk.templates("secretary")
    press = Press(Verb.APPROVE, asked.id or 0)
    for name in ("admin", "secretary", "clerk"):
        assert desk.town.tap(desk.chat(name), press).key == "not_yours"
    assert desk.town.tap(desk.chat("head"), press).key == "ok"
    assert seat_of(desk, "admin", "clerk").held
    assert desk.town.tap(desk.chat("head"), press).key == "extension_first_by"
    assert desk.town.tap(desk.chat("head"), Press(Verb.DISAPPROVE, asked.id or 0)).key == "extension_first_by"
    assert len(desk.town.rows(Seat, Seat.official_id == person(desk, "admin"))) == 1
    assert faults(desk) == []


def test_a_newer_request_takes_the_place_of_an_older(desk: Desk) -> None:
    first = appoint(desk, CLERK, "admin", Capacity.DEFINITIVE, order=False)
    second = appoint(desk, SECRETARY, "admin", Capacity.DEFINITIVE, order=False)
    assert desk.town.tap(desk.chat("head"), Press(Verb.APPROVE, first.id)).key == "approval_lapsed"
    assert desk.town.tap(desk.chat("head"), Press(Verb.APPROVE, second.id)).key == "ok"
    assert {s.role for s in desk.town.rows(Seat, Seat.official_id == person(desk, "admin"))} == {"secretary"}


def test_without_head_the_secretary_decides_and_without_both_the_record_says_so(desk: Desk) -> None:
    end(desk, seat_of(desk, "head", "head"))
    asked = appoint(desk, CLERK, "admin", Capacity.DEFINITIVE, order=False)
    assert "approval_appointment" in desk.templates("secretary")
    assert desk.town.tap(desk.chat("head"), Press(Verb.APPROVE, asked.id)).key == "not_yours"
    end(desk, seat_of(desk, "secretary", "secretary"))
    given = appoint(desk, SECRETARY, "admin", Capacity.DEFINITIVE, order=False)
    assert given.status == "granted"
    assert seat_of(desk, "admin", "secretary").held
    assert desk.town.rows(AuditEvent, AuditEvent.kind == "approval.nobody_to_ask")
    assert faults(desk) == []


def test_who_is_head_and_secretary_at_once_asks_the_head_on_leave(desk: Desk) -> None:
    over = desk.town.now + timedelta(days=3)
    appoint(desk, HEAD, "secretary", Capacity.ACTING_ABSENT, principal="head", end=over)

    def make_admin(session: Session) -> None:
        session.get_one(Official, person(desk, "secretary")).admin = True

    desk.town.store.write(make_admin)
    asked = appoint(desk, CLERK, "secretary", Capacity.DEFINITIVE, by="secretary", order=False)
    assert asked.status == "asked"
    assert desk.town.tap(desk.chat("secretary"), Press(Verb.APPROVE, asked.id)).key == "not_yours"
    assert desk.town.tap(desk.chat("head"), Press(Verb.APPROVE, asked.id)).key == "ok"


def test_a_gap_is_shown_before_and_told_once_when_it_is_there(desk: Desk) -> None:
    seat = seat_of(desk, "head", "head")
    now = desk.town.now
    shown = desk.town.store.write(lambda s: overlaps.of_end(s, s.get_one(Seat, seat.id), now, now))
    assert [(one["kind"], one["runs"]) for one in shown] == [("gap", {"1": [2]})]  # a step to come
    assert desk.templates("admin").count("post_vacant") == 0
    end(desk, seat)
    assert desk.templates("admin").count("post_vacant") == 1
    over = desk.town.now + timedelta(days=3)
    acting = appoint(desk, HEAD, "staff", Capacity.ACTING_VACANT, end=over)
    end(desk, acting)
    assert desk.templates("admin").count("post_vacant") == 2
    for name in ("staff", "secretary", "admin"):
        assert "seat_ended" in desk.templates(name), name
    assert refusal(lambda: end(desk, acting)) == "seat_over"


def test_a_plt_beyond_three_and_three_months_warns(desk: Desk) -> None:
    end(desk, seat_of(desk, "head", "head"))
    now = desk.town.now

    def warned(begin: datetime, days: int) -> list[str]:
        wanted = Appointment(HEAD, person(desk, "staff"), Capacity.ACTING_VACANT, begin, begin + timedelta(days=days))
        told = desk.town.store.write(lambda s: overlaps.of_appointment(s, wanted.seat("office", now), [], now))
        return [one["kind"] for one in told if one["kind"].startswith("plt")]

    assert warned(now, 89) == []
    assert warned(now, 95) == ["plt_long"]
    assert warned(now, 190) == ["plt_twice"]
    first = appoint(desk, HEAD, "staff", Capacity.ACTING_VACANT, end=now + timedelta(days=89))
    assert warned(first.ends_at, 80) == []
    assert warned(first.ends_at, 95) == ["plt_twice"]
    assert warned(first.ends_at + timedelta(days=1), 89) == []  # a day between: another term


def test_an_order_is_read_by_head_and_admin_only(desk: Desk) -> None:
    seat = appoint(
        desk, CLERK, "nobody", Capacity.ACTING_ABSENT, principal="clerk", end=desk.town.now + timedelta(days=3)
    )
    pressed = Press(Page.ORDER, seat.id or 0)
    keys = {name: desk.town.tap(desk.chat(name), pressed).key for name in ("head", "admin", "nobody", "clerk", "staff")}
    assert keys == {
        "head": "sent_documents", "admin": "sent_documents", "nobody": "not_allowed", "clerk": "not_allowed",
        "staff": "not_allowed",
    }  # fmt: skip
    sent = desk.town.rows(Outbox, Outbox.kind == "document", Outbox.file_id == seat.order_file_id)
    assert {row.chat_id for row in sent} == {desk.chat("head"), desk.chat("admin")}


def test_two_hats_have_two_headings(town: Town) -> None:
    desk = Desk(town, builders.hand_in(1, proof="tick"))
    over = town.now + timedelta(days=3)
    appoint(desk, Post("unit_head", "south"), "secretary", Capacity.ACTING_ABSENT, principal="head-south", end=over)
    town.deliver()
    before = len(desk.templates("secretary"))
    town.write(desk.chat("secretary"), "/tugas")
    headings = [facts for name, facts in town.said(desk.chat("secretary"))[before:] if name == "tasks_hat"]
    assert {(one["kind"], one["principal"], one["count"]) for one in headings} == {
        ("", None, 1), ("plh", person(desk, "head-south"), 1)
    }  # fmt: skip
    town.write(desk.chat("head-north"), "/tugas")
    assert "tasks_hat" not in desk.templates("head-north")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_appointed_and_ended_no_task_is_left_without_anybody(town: Town, seed: int) -> None:
    """After every change each open task has a holder, or the admin was told that there is none."""
    desk = Desk(town, builders.step(1), builders.decide(2, builders.outcome("on")), builders.hand_in(3, proof="tick"))
    chance = random.Random(seed)
    names = ["head", "secretary", "clerk", "second-clerk", "staff", "nobody", "head-north", "head-south"]
    wanted = [CLERK, HEAD, SECRETARY, Post("unit_head", "north"), Post("unit_head", "south")]
    done = 0
    for _ in range(25):
        town.now += timedelta(hours=chance.randrange(1, 30))
        live = town.store.write(lambda s: posts.live_seats(s, "office", town.now))
        try:
            if chance.random() < 0.4 and live:
                end(desk, chance.choice(live))
            else:
                post, capacity = chance.choice(wanted), chance.choice(list(Capacity))
                begin = town.now + timedelta(hours=chance.randrange(0, 40))
                proper = posts.definitive(live, post, begin)
                away = next((p.name for p in desk.cast.people if proper and p.id == proper[0].official_id), None)
                appoint(
                    desk, post, chance.choice(names), capacity, begin=begin,
                    end=begin + timedelta(hours=chance.randrange(1, 60)),
                    principal=away if capacity == Capacity.ACTING_ABSENT else None,
                    replaces=tuple(s.id or 0 for s in proper) if capacity == Capacity.ACTING_VACANT else (),
                )  # fmt: skip
            done += 1
        except Stopped:
            pass  # refused for a reason that another test looks at
        town.tap(desk.chat("nobody"), Press(Page.RUN, desk.cast.run))  # what is due settles at any tap
        told = [facts for name, facts in town.said(desk.chat("admin")) if name == "post_vacant"]
        for task in town.tasks(desk.cast):
            if task.status != "open" or task.part not in ("work", "decision", "unit"):
                continue
            owners = owners_of(town, task)
            known = any(f["role"] == task.roles[0] and f["unit"] == task.unit_id for f in told)
            assert owners or known, (task.step, task.part, task.subject)
        if chance.random() < 0.3:
            desk.diligent.do(chance.choice([t for t in town.tasks(desk.cast) if t.status == "open"]))
    assert done > 8
    assert faults(desk) == []
    assert len(town.rows(Seat)) >= 8
