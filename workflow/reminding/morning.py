"""Every working morning, each person's digest: one message, soon after opening, not all at once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session, col, exists, select

from storage import outbox, timers
from storage.literals import is_status
from storage.tables import Card, Office, Official, Run, Task, Timer
from workflow import people, quiet_hours
from workflow.calendar.of_office import calendar_of
from workflow.moment import Moment
from workflow.reminding.digest import estimates_of, works_now
from workflow.reminding.escalation import everybody_told
from workflow.reminding.policy import policy_of
from workflow.state import Part, PartStatus

MORNING = "morning"
DIGEST = "digest"


def plan(session: Session, now: datetime, office: Office) -> None:
    """See to it that an office's next morning is put down; one that is due already stays."""
    timers.drop(session, key=_key(office.id), later_than=now)
    calendar = calendar_of(office)
    opening = calendar.opening(calendar.local_date(now))
    at = opening if opening is not None and now < opening else calendar.next_morning(now)
    timers.put(session, office_id=office.id, kind=MORNING, key=_key(office.id), fire_at=at)


def ensure_all(session: Session, now: datetime) -> None:
    """Put down the next morning of every office that has none: those from before there were timers."""
    has_one = exists().where(col(Timer.office_id) == col(Office.id), col(Timer.kind) == MORNING)
    for office in session.exec(select(Office).where(~has_one)).all():
        plan(session, now, office)


def fire(session: Session, moment: Moment, timer: Timer) -> None:
    """Queue the digests of an office's people, and put the next morning down.

    After a time of absence this is one morning, not one for each that was missed.
    """
    office = session.get_one(Office, timer.office_id)
    if works_now(calendar_of(office), moment.now):
        for official in _concerned(session, moment, office):
            _queue(session, moment, official)
    plan(session, moment.now, office)


def _concerned(session: Session, moment: Moment, office: Office) -> list[Official]:
    """Return everybody who may have something to read; a digest that finds nothing is not sent."""
    ids = set(
        session.exec(
            select(Card.official_id)
            .join(Task, col(Task.id) == Card.task_id)
            .join(Run, col(Run.id) == Task.run_id)
            .where(
                Run.office_id == office.id,
                is_status(Run.status, "open"),
                col(Card.live).is_(True),
                (col(Task.status) == PartStatus.OPEN) | (col(Task.part) == Part.INVITATION),
            )
            .distinct()
        )
    )
    ids |= everybody_told(session, office, moment.now)
    if estimates_of(office, moment.now):
        ids |= {admin.id or 0 for admin in people.admins(session, office.id)}
    query = select(Official).where(
        Official.office_id == office.id,
        col(Official.active).is_(True),
        col(Official.telegram_id).is_not(None),
        col(Official.id).in_(ids),
    )
    return list(session.exec(query.order_by(col(Official.id))))


def _queue(session: Session, moment: Moment, official: Official) -> None:
    """Queue one person's digest of the day, when the last of their offices has opened."""
    chat_id = official.telegram_id or 0
    now, office = moment.now, session.get_one(Office, official.office_id)
    today = calendar_of(office).local_date(now)
    spread = policy_of(office).digest_spread_minutes * 60
    rows = people.officials_of(session, chat_id, moment.bot_id)
    calendars = [calendar_of(session.get_one(Office, one.office_id)) for one in rows]
    openings = [opening for opening in (calendar.opening(today) for calendar in calendars) if opening is not None]
    closings = [closing for closing in (calendar.closing(today) for calendar in calendars) if closing is not None]
    due_at = max(now, *openings) + timedelta(seconds=_share_of(chat_id) * spread)
    due_at = max(due_at, quiet_hours.quiet_until(session, moment.bot_id, chat_id, due_at) or due_at)
    outbox.say(
        session, bot_id=moment.bot_id, chat_id=chat_id, office_id=office.id, template=DIGEST, params={}, now=now,
        priority=outbox.DIGEST, due_at=due_at, not_after=max(closings),
        key=f"digest:{moment.bot_id}:{chat_id}:{today.isoformat()}",
    )  # fmt: skip


def _share_of(chat_id: int) -> float:
    """Return a person's place in the morning's spread: the same every day, 0 to 1."""
    return int.from_bytes(hashlib.sha256(str(chat_id).encode()).digest()[:4]) / 2**32


def _key(office_id: str) -> str:
    return f"{MORNING}:{office_id}"
