"""The end of the record goes by chat to head and auditors, once for each end: on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlmodel import Session, col, select, update

from storage import audit, checkpoint
from storage.checkpoint import Checkpoint
from storage.tables import AuditEvent, Office, Official, Outbox, Timer
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import BOT, ServedStore, SqliteStore, Store, Town
from tests.unit.workflow.builders import step
from workflow import auditors, checkpoint_messages
from workflow import timers as rules
from workflow.calendar.of_office import calendar_of
from workflow.moment import Moment

READER = 9090
DAY = timedelta(days=1)


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    store: Store = SqliteStore(database_url) if database_url.startswith("sqlite") else ServedStore(database_url)
    desk = Desk(Town(store), step(1), step(2))
    store.write(lambda session: checkpoint_messages.ensure_all(session, desk.town.now))
    yield desk
    store.close()


def timer(desk: Desk) -> Timer:
    found: list[Timer] = desk.town.rows(Timer, Timer.kind == checkpoint_messages.KIND)
    assert len(found) == 1
    return found[0]


def pass_a_day(desk: Desk, late: timedelta = timedelta()) -> datetime:
    """Let the office's checkpoint be due, and fire; return when."""
    due = timer(desk)
    at = due.fire_at + late
    desk.town.store.write(lambda s: rules.fire(s, Moment(BOT, at, f"{due.id:016x}"), due.id or 0))
    desk.town.now = max(desk.town.now, at)
    return at


def lines(desk: Desk, chat: int) -> list[str]:
    return [params["line"] for template, params in desk.town.said(chat) if template == checkpoint_messages.TEMPLATE]


def become(desk: Desk, status: str, *, uncertain: bool = False) -> None:
    """Let what was said last have ended in some way."""

    def body(session: Session) -> None:
        session.exec(
            update(Outbox).where(col(Outbox.template) == "checkpoint").values(status=status, uncertain=uncertain)
        )

    desk.town.store.write(body)


def let_in(desk: Desk, since: timedelta, until: timedelta) -> None:
    def body(session: Session) -> None:
        admin = session.exec(select(Official).where(Official.name == "admin")).one()
        now = desk.town.now
        auditors.appoint(session, desk.town.moment(), admin, "Ratna", now + until, now + since).telegram_id = READER

    desk.town.store.write(body)


def test_the_head_gets_the_end_of_the_record_an_hour_after_opening(desk: Desk) -> None:
    at = pass_a_day(desk)
    office = desk.town.rows(Office)[0]
    hours = calendar_of(office)
    assert at - (hours.opening(hours.local_date(at)) or at) == timedelta(hours=1)
    end = desk.town.store.write(lambda s: checkpoint.take(s, "office"))
    assert lines(desk, desk.chat("head")) == [str(end)]
    row = desk.town.rows(Outbox, col(Outbox.template) == "checkpoint")[0]
    assert row.silent
    assert row.due_at == at
    assert [person for person in ("admin", "secretary", "clerk") if lines(desk, desk.chat(person))] == []


def test_nothing_is_said_again_until_the_record_has_grown(desk: Desk) -> None:
    first, events = pass_a_day(desk), len(desk.town.rows(AuditEvent))
    second = pass_a_day(desk)
    assert second.astimezone().date() > first.astimezone().date()
    assert len(lines(desk, desk.chat("head"))) == 1
    assert len(desk.town.rows(AuditEvent)) == events
    desk.do(1)
    pass_a_day(desk)
    said = [Checkpoint.parse(line) for line in lines(desk, desk.chat("head"))]
    assert [one.seq for one in said] == [events, len(desk.town.rows(AuditEvent))]
    assert desk.town.store.write(lambda s: [checkpoint.compare(s, one) for one in said]) == [[], []]


def test_an_auditor_gets_it_in_their_period_only(desk: Desk) -> None:
    let_in(desk, since=DAY * 3, until=DAY * 6)
    begins, ends = desk.town.now + DAY * 3, desk.town.now + DAY * 6
    said: list[datetime] = []
    while desk.town.now < ends + DAY * 3:
        before = len(lines(desk, READER))
        at = pass_a_day(desk)
        if len(lines(desk, READER)) > before:
            said.append(at)
        desk.town.store.write(partial(_grow, at=at))
    assert said
    assert all(begins <= at < ends for at in said)
    assert len(lines(desk, desk.chat("head"))) > len(said)


def _grow(session: Session, at: datetime) -> None:
    audit.record(session, office_id="office", at=at, kind="something.happened", payload={})


@pytest.mark.parametrize(
    ("status", "uncertain", "again"),
    [("sent", False, False), ("held", False, False), ("skipped", True, False), ("skipped", False, True),
     ("dead", False, True)],
)  # fmt: skip
def test_what_surely_never_arrived_is_said_on_the_next_day(
    desk: Desk, status: str, uncertain: bool, again: bool
) -> None:
    pass_a_day(desk)
    become(desk, status, uncertain=uncertain)
    pass_a_day(desk)
    assert len(lines(desk, desk.chat("head"))) == (2 if again else 1)


def test_outside_of_working_time_it_waits_for_the_next_working_day(desk: Desk) -> None:
    at = pass_a_day(desk, late=timedelta(hours=12))
    assert lines(desk, desk.chat("head")) == []
    assert at < timer(desk).fire_at <= at + 4 * DAY
    pass_a_day(desk)
    assert len(lines(desk, desk.chat("head"))) == 1


def test_quiet_hours_are_kept(desk: Desk) -> None:
    def want_quiet(session: Session) -> None:
        head = session.exec(select(Official).where(Official.name == "head")).one()
        head.quiet = {"from": "05:00", "until": "11:00"}

    desk.town.store.write(want_quiet)
    at = pass_a_day(desk)
    row = desk.town.rows(Outbox, col(Outbox.template) == "checkpoint")[0]
    assert timedelta() < row.due_at - at < timedelta(hours=5)
