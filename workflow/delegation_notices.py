"""Who is told of a delegation: both sides, when it is given, when it begins and when it ends."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from storage import outbox
from storage.tables import Delegation, Office, Official
from workflow import office_bots
from workflow.calendar.of_office import calendar_of
from workflow.moment import Moment
from workflow.notices import tell_all


def given(session: Session, moment: Moment, row: Delegation) -> None:
    """Tell both that tasks were handed over; where it begins at once, that it has."""
    _tell(session, moment, row, "given", _sides(session, row))


def ended_early(
    session: Session, moment: Moment, row: Delegation, by: Official | None, but: Official | None = None
) -> None:
    """Tell both, and whoever did it, that a delegation ended before its time or will never begin.

    ``but`` is who hears of it in another message.
    """
    event = "ended_early" if row.starts_at <= moment.now else "called_off"
    told = [one for one in [*_sides(session, row), by] if one is not None and (but is None or one.id != but.id)]
    _tell(session, moment, row, event, told, by)


def began(session: Session, row: Delegation, now: datetime) -> None:
    """Tell both, when the office next opens, that a delegation given earlier has begun."""
    if row.starts_at > row.created_at:
        _tell_in_working_time(session, row, "began", now)


def ended(session: Session, row: Delegation, now: datetime) -> None:
    """Tell both, when the office next opens, that a delegation has run out."""
    if row.ended_at is None:
        _tell_in_working_time(session, row, "ended", now)


def _sides(session: Session, row: Delegation) -> list[Official]:
    return [session.get_one(Official, one) for one in (row.from_id, row.to_id)]


def _tell(
    session: Session, moment: Moment, row: Delegation, event: str, told: list[Official], by: Official | None = None
) -> None:
    tell_all(
        session, moment, told, "delegation_told", key=f"delegation-{event}:{row.id}", delegation_id=row.id,
        event=event, by=by.id if by is not None else None,
    )  # fmt: skip


def _tell_in_working_time(session: Session, row: Delegation, event: str, now: datetime) -> None:
    moment = office_bots.moment_of(session, row.office_id, now)
    if moment is None:
        return
    due_at = calendar_of(session.get_one(Office, row.office_id)).next_open(now)
    for person in _sides(session, row):
        if person.telegram_id is not None and person.active:
            outbox.say(
                session, bot_id=moment.bot_id, chat_id=person.telegram_id, office_id=row.office_id,
                template="delegation_told", params={"delegation_id": row.id, "event": event, "by": None}, now=now,
                due_at=due_at, key=f"delegation-{event}:{row.id}:{person.id}",
            )  # fmt: skip
