"""Terms that begin, end and follow one another by themselves: settled and told once, in working hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import Session

from storage.tables import Office, Outbox, Seat
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.seats_desk import (
    CLERK,
    HEAD,
    ZONE,
    appoint,
    end,
    new_desk,
    person,
    seat_of,
)
from tests.integration.workflow.town import Town
from workflow.calendar.of_office import calendar_of
from workflow.seats import settling
from workflow.seats.terms import Capacity


@pytest.fixture
def desk(town: Town) -> Desk:
    return new_desk(town)


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
