"""Seats given, ended and settled: rights at the moment of the tap, no task left without anybody, all on record."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col

from storage.tables import Approval, AuditEvent, File, Office, Official, Outbox, Seat, Submission, Task
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import BOT, Town
from tests.unit.workflow import builders
from workflow import audit_replay, holders
from workflow.calendar.of_office import calendar_of
from workflow.deed import Stopped
from workflow.seats import appointing, overlaps, posts, settling
from workflow.seats.appointing import Appointment
from workflow.seats.posts import Post
from workflow.seats.terms import Capacity
from workflow.verbs import Page, Press, Verb

ZONE = ZoneInfo("Asia/Jakarta")
CLERK, HEAD, SECRETARY = Post("clerk"), Post("head"), Post("secretary")


@pytest.fixture
def desk(town: Town) -> Desk:
    actor = {"role": "head", "confidence": "high", "reason": "invented"}
    return Desk(town, builders.step(1), builders.decide(2, builders.outcome("on"), actor=actor), builders.step(3))


def person(desk: Desk, name: str) -> int:
    return next(one.id for one in desk.cast.people if one.name == name)


def scan(session: Session, number: int) -> int:
    """Keep the scan of an order."""
    file = File(
        office_id="office", purpose="order", official_id=number, received_at=datetime(2027, 1, 4).astimezone(),
        due_at=datetime(2027, 1, 4).astimezone(), bot_id=BOT, chat_id=number, message_id=random.getrandbits(40),
        telegram_file_id="x", form="document", name="SP.pdf", status="stored", sha256="ab" * 32,
    )  # fmt: skip
    session.add(file)
    session.flush()
    return file.id or 0


def appoint(
    desk: Desk, post: Post, who: str, capacity: Capacity, *, by: str = "admin", order: bool = True,
    principal: str | None = None, begin: datetime | None = None, end: datetime | None = None,
    replaces: tuple[int, ...] = (),
) -> Any:  # fmt: skip
    """Give a seat as an admin does; return the seat, or what was asked of the head."""
    moment = desk.town.moment()

    def body(session: Session) -> Any:
        admin = session.get_one(Official, person(desk, by))
        number, dated, file = ("800/1/2027", "2027-01-04", scan(session, admin.id or 0)) if order else ("", "", None)
        wanted = Appointment(
            post, person(desk, who), capacity, begin, end, person(desk, principal) if principal else None,
            number, dated, file, replaces,
        )  # fmt: skip
        return appointing.appoint(session, moment, admin, wanted)

    return desk.town.store.write(body)


def seat_of(desk: Desk, name: str, role: str) -> Seat:
    found: list[Seat] = desk.town.rows(Seat, Seat.official_id == person(desk, name), Seat.role == role)
    return found[0]


def end(desk: Desk, seat: Seat, by: str = "admin") -> None:
    moment = desk.town.moment()
    desk.town.store.write(lambda s: appointing.end(s, moment, s.get_one(Official, person(desk, by)), seat.id or 0))


def faults(desk: Desk) -> list[Any]:
    return desk.town.store.write(lambda session: audit_replay.verify(session, "office"))


def owners_of(town: Town, task: Task) -> set[str]:
    return town.store.write(lambda session: {one.name for one in holders.holders(session, task)})


def refusal(call: Any) -> str:
    with pytest.raises(Stopped) as stopped:
        call()
    return stopped.value.key


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


def terms_told(desk: Desk, name: str) -> list[tuple[str, int]]:
    """What somebody was told of terms that began or ran out by themselves."""
    said = desk.town.said(desk.chat(name))
    return [(facts["event"], facts["seat_id"]) for template, facts in said if template == "seat_term"]


def passes(desk: Desk, at: datetime) -> None:
    """Time goes on to a moment, and the office is settled by its timer; twice, as when a worker repeats it."""
    desk.town.now = at
    for _ in range(2):
        desk.town.store.write(lambda s: settling.settle_office_if_due(s, "office", at))


def midnight(desk: Desk, days: int) -> datetime:
    local = desk.town.now.astimezone(ZONE)
    return datetime.combine(local.date() + timedelta(days=days), time(), ZONE).astimezone(UTC)


def test_a_term_that_begins_and_ends_by_itself_is_told_once_in_working_hours(desk: Desk) -> None:
    begin, over = midnight(desk, 1), midnight(desk, 2)
    seat = appoint(desk, CLERK, "staff", Capacity.ACTING_ABSENT, principal="clerk", begin=begin, end=over)
    assert terms_told(desk, "staff") == []
    passes(desk, begin)
    passes(desk, over)
    for name in ("staff", "clerk"):
        assert terms_told(desk, name) == [("began", seat.id), ("ended", seat.id)], name
    for name in ("head", "secretary", "admin", "second-clerk"):
        assert terms_told(desk, name) == [], name
    rows: list[Outbox] = desk.town.rows(Outbox, Outbox.template == "seat_term")
    office = desk.town.rows(Office, Office.id == "office")[0]
    assert all(row.due_at is not None and calendar_of(office).is_open(row.due_at) for row in rows)


def test_what_the_appointment_or_its_end_said_that_day_is_not_said_again(desk: Desk) -> None:
    later = desk.town.now + timedelta(hours=2)
    seat = appoint(desk, CLERK, "staff", Capacity.ACTING_ABSENT, principal="clerk", begin=later, end=midnight(desk, 5))
    passes(desk, later)
    end(desk, seat)
    passes(desk, midnight(desk, 6))
    for name in ("staff", "clerk"):
        assert terms_told(desk, name) == [], name


def test_a_term_that_is_followed_by_the_same_persons_next_one_does_not_end(desk: Desk) -> None:
    end(desk, seat_of(desk, "head", "head"))
    between, over = midnight(desk, 2), midnight(desk, 4)
    appoint(desk, HEAD, "staff", Capacity.ACTING_VACANT, end=between)
    second = appoint(desk, HEAD, "staff", Capacity.ACTING_VACANT, begin=between, end=over)
    passes(desk, between)
    assert terms_told(desk, "staff") == [("began", second.id)]
    passes(desk, over)
    assert terms_told(desk, "staff") == [("began", second.id), ("ended", second.id)]


def test_who_is_followed_by_somebody_else_on_a_day_to_come_is_told_on_that_day(desk: Desk) -> None:
    old, begin = seat_of(desk, "head", "head"), midnight(desk, 3)
    new = appoint(desk, HEAD, "staff", Capacity.DEFINITIVE, begin=begin, replaces=(old.id or 0,))
    passes(desk, begin)
    assert terms_told(desk, "head") == [("ended", old.id)]
    assert terms_told(desk, "staff") == [("began", new.id)]


def test_two_terms_of_one_person_in_one_post_that_meet_count_one_after_the_other(desk: Desk) -> None:
    """No use case writes such rows; whoever edits the database by hand can, and nothing may stand still."""
    now, staff = desk.town.now, person(desk, "staff")

    def write(session: Session) -> list[int]:
        rows = [
            Seat(office_id="office", role="head", official_id=staff, capacity="plt", held=False, starts_at=begin,
                 ends_at=now + timedelta(days=days))
            for begin, days in ((now - timedelta(days=2), 1), (now - timedelta(days=1), 3), (None, 0))
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        settling.settle(session, "office", now)
        return [row.id or 0 for row in rows]

    ids = desk.town.store.write(write)

    def counting() -> list[int]:
        rows: list[Seat] = desk.town.rows(Seat, Seat.official_id == staff, Seat.role == "head")
        return [ids.index(row.id or 0) for row in rows if row.held]

    assert counting() == [0]
    passes(desk, now + timedelta(days=1))
    assert counting() == [1]
    passes(desk, now + timedelta(days=3))
    assert counting() == []
