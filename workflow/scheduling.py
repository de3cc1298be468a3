"""Runs that are to be started later, once or again and again: a schedule asks, and never starts by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlmodel import Session, col, select

from storage import audit, outbox, timers
from storage.locks import lock_office
from storage.tables import Adoption, Office, Official, Run, Schedule, Timer
from workflow import people, periods, recurring, starting
from workflow.adoption import load
from workflow.calendar.of_office import calendar_of
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.recurring import Rule

TIMER = "schedule"
SHOWN = 3
"""Next dates shown before a schedule is confirmed."""
MOST = 20
"""Schedules one office may keep at a time."""


@dataclass(frozen=True, slots=True)
class Due:
    """One time a schedule asks: ``at`` (aware UTC) on the working day that ``nominal`` falls on or moves to.

    ``name`` (an ISO date) tells it from the schedule's other times; ``period`` is what a run
    started then is for.
    """

    name: date
    nominal: date
    day: date
    at: datetime
    period: str


def rule_of(schedule: Schedule) -> Rule | None:
    """Return a schedule's rule; ``None`` for one that asks once."""
    return recurring.from_json(schedule.rule) if "every" in schedule.rule else None


def once(at: datetime) -> dict[str, str]:
    """Return the stored form of a schedule that asks once, at ``at`` (aware)."""
    return {"once": at.isoformat()}


def coming(office: Office, rule: dict[str, object], after: datetime, *, done: date | None = None) -> Iterator[Due]:
    """Yield the times a schedule asks after a moment (aware), in order.

    ``done`` names the last time that is over, whatever the calendar says by now.
    """
    calendar = calendar_of(office)
    if "once" in rule:
        wanted = datetime.fromisoformat(str(rule["once"]))
        nominal, at = calendar.local_date(wanted), calendar.next_open(wanted)
        if done is None and at > after:
            yield Due(nominal, nominal, calendar.local_date(at), at, periods.of_occurrence(None, nominal))
        return
    parsed = recurring.from_json(rule)
    today = calendar.local_date(after)
    for occurrence in recurring.occurrences(parsed, calendar, not_before=today, after=done):
        opening = calendar.opening(occurrence.day)
        if opening is not None and opening > after:
            period = periods.of_occurrence(parsed.every, occurrence.nominal)
            yield Due(occurrence.period, occurrence.nominal, occurrence.day, opening, period)


def next_dates(office: Office, rule: dict[str, object], now: datetime, count: int = SHOWN) -> list[Due]:
    """Return the next times a schedule would ask, the nearest first."""
    return list(islice(coming(office, rule, now), count))


def create(
    session: Session, moment: Moment, official: Official, adoption: Adoption, rule: dict[str, object], words: str
) -> Schedule:
    """Put a schedule down; raises :class:`Stopped` (``not_allowed``, ``schedule_past``, ``schedules_full``).

    ``words`` are those that were understood whole, so they hold nothing but the rule.
    """
    office = lock_office(session, adoption.office_id)
    if official.office_id != office.id or not starting.may_start(session, official, load(adoption)):
        raise Stopped("not_allowed")
    first = next(coming(office, rule, moment.now), None)
    if first is None:
        raise Stopped("schedule_past")
    if len(active(session, office.id)) >= MOST:
        raise Stopped("schedules_full")
    schedule = Schedule(
        office_id=office.id, sop_id=adoption.sop_id, rule=rule, words=words, starter_id=official.id or 0,
        created_by=official.id or 0, created_at=moment.now, next_at=first.at,
    )  # fmt: skip
    session.add(schedule)
    session.flush()
    _record(session, moment, schedule, official, "create", rule=rule)
    _plan(session, schedule, first)
    return schedule


def active(session: Session, office_id: str) -> list[Schedule]:
    """Return an office's schedules that still ask, oldest first."""
    query = select(Schedule).where(Schedule.office_id == office_id, col(Schedule.active).is_(True))
    return list(session.exec(query.order_by(col(Schedule.id))))


def adoption_of(session: Session, schedule: Schedule) -> Adoption | None:
    """Return the version of a schedule's SOP that a run would start with now."""
    return session.exec(
        select(Adoption).where(
            Adoption.office_id == schedule.office_id,
            Adoption.sop_id == schedule.sop_id,
            col(Adoption.current).is_(True),
        )
    ).first()


def opened(session: Session, officials: list[Official], schedule_id: int) -> tuple[Schedule, Official]:
    """Return a schedule that this person may start, skip or end, locked; raise :class:`Stopped` otherwise."""
    schedule = session.get(Schedule, schedule_id)
    official = next((o for o in officials if schedule is not None and o.office_id == schedule.office_id), None)
    if schedule is None or official is None:
        raise Stopped("not_allowed")
    lock_office(session, schedule.office_id)
    session.refresh(schedule)
    adoption = adoption_of(session, schedule)
    own = official.id in (schedule.starter_id, schedule.created_by)
    allowed = adoption is not None and starting.may_start(session, official, load(adoption))
    if not (own or allowed or official.admin):
        raise Stopped("not_allowed")
    return schedule, official


def due_named(office: Office, schedule: Schedule, name: date) -> Due | None:
    """Return the time of a schedule that a button was made for."""
    calendar = calendar_of(office)
    rule = rule_of(schedule)
    if rule is None:
        return next((due for due in coming(office, schedule.rule, schedule.created_at) if due.name == name), None)
    if recurring.period_of(rule.every, name) != name:
        return None
    found = recurring.occurrence_in(rule, calendar, name)
    at = calendar.opening(found.day) or schedule.created_at
    return Due(name, found.nominal, found.day, at, periods.of_occurrence(rule.every, found.nominal))


def start(session: Session, moment: Moment, officials: list[Official], schedule_id: int, name: date) -> Run:
    """``Mulai``: start the run a schedule asks about. Raises :class:`Stopped` as :func:`starting.start` does."""
    schedule, official = opened(session, officials, schedule_id)
    adoption = adoption_of(session, schedule)
    due = due_named(session.get_one(Office, schedule.office_id), schedule, name)
    if adoption is None:
        raise Stopped("no_sop")
    if due is None:
        raise Stopped("stale")
    return starting.start(session, moment, official, adoption, due.period)


def skip(session: Session, moment: Moment, officials: list[Official], schedule_id: int, name: date) -> Schedule:
    """``Lewati kali ini``: put on record that this time nothing starts."""
    schedule, official = opened(session, officials, schedule_id)
    if due_named(session.get_one(Office, schedule.office_id), schedule, name) is None:
        raise Stopped("stale")
    _record(session, moment, schedule, official, "skip", occurrence=name.isoformat())
    return schedule


def end(session: Session, moment: Moment, officials: list[Official], schedule_id: int) -> Schedule:
    """``Hentikan jadwal``: it asks no more."""
    schedule, official = opened(session, officials, schedule_id)
    if not schedule.active:
        raise Stopped("schedule_ended")
    schedule.active, schedule.next_at = False, None
    timers.drop(session, key=_key(schedule))
    _record(session, moment, schedule, official, "end")
    return schedule


def ask(session: Session, moment: Moment, timer: Timer) -> None:
    """The timer fired: ask the starter, unless the run is there already, and plan the next time.

    After an absence only the newest time missed is asked about. On a day that has become a
    holiday meanwhile nobody is asked; the next working day comes in its place.
    """
    schedule = session.get(Schedule, timer.data.get("schedule", 0))
    if schedule is None or not schedule.active:
        return
    office = lock_office(session, schedule.office_id)
    due = due_named(office, schedule, date.fromisoformat(timer.data["name"]))
    if due is None:
        return
    if due.at > moment.now:
        _plan(session, schedule, due)  # the calendar changed: this time comes later now
        return
    later = coming(office, schedule.rule, due.at, done=due.name)
    following = next(later, None)
    while following is not None and following.at <= moment.now:
        due, following = following, next(later, None)
    schedule.next_at = following.at if following is not None else None
    schedule.active = following is not None
    if following is not None:
        _plan(session, schedule, following)
    adoption = adoption_of(session, schedule)
    if adoption is None or starting.taken(session, adoption, due.period) is not None:
        return
    due_at = calendar_of(office).next_open(moment.now)
    for official in _asked(session, schedule, adoption):
        outbox.say(
            session, bot_id=moment.bot_id, chat_id=official.telegram_id or 0, office_id=office.id,
            template="schedule_due", params={"schedule_id": schedule.id, "name": due.name.isoformat()},
            now=moment.now, due_at=due_at, key=f"schedule:{schedule.id}:{due.name}:{official.id}",
        )  # fmt: skip


def replan(session: Session, office: Office) -> None:
    """Move what every schedule asks next to where another calendar or time zone has it, as if that had always held.

    The office is the caller's, locked. A timer that fires just now is left alone: it looks at the
    calendar itself once the office is free.
    """
    waiting = select(Timer).where(Timer.office_id == office.id, Timer.kind == TIMER).order_by(col(Timer.id))
    for timer in session.exec(waiting.with_for_update(skip_locked=True)).all():
        schedule = session.get(Schedule, timer.data["schedule"])
        if schedule is None or not schedule.active or timers.TRIES in timer.data:
            continue
        due = due_named(office, schedule, date.fromisoformat(timer.data["name"]))
        # A time before the schedule was made was never one of its own.
        if due is not None and due.at > schedule.created_at:
            timer.fire_at = schedule.next_at = due.at
    session.flush()


def _asked(session: Session, schedule: Schedule, adoption: Adoption) -> list[Official]:
    """Return who is asked: the starter, or secretary and admin once the starter may start no more."""
    adopted = load(adoption)
    starter = session.get_one(Official, schedule.starter_id)
    if starter.active and starter.telegram_id is not None and starting.may_start(session, starter, adopted):
        return [starter]
    others = people.secretaries(session, schedule.office_id, adopted) + people.admins(session, schedule.office_id)
    known = {official.id: official for official in others if official.telegram_id is not None}
    return list(known.values())


def _plan(session: Session, schedule: Schedule, due: Due) -> None:
    timers.put(
        session, office_id=schedule.office_id, kind=TIMER, key=_key(schedule), fire_at=due.at,
        official_id=schedule.starter_id, data={"schedule": schedule.id, "name": due.name.isoformat()},
    )  # fmt: skip


def _key(schedule: Schedule) -> str:
    return f"schedule:{schedule.id}"


def _record(
    session: Session, moment: Moment, schedule: Schedule, official: Official, what: str, **facts: object
) -> None:
    audit.record(
        session, office_id=schedule.office_id, at=moment.now, kind=f"schedule.{what}",
        payload={"schedule": schedule.id, "sop": schedule.sop_id, **facts},
        actor_id=official.id, capacity=people.title(session, official),
    )  # fmt: skip
