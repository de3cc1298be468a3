"""Brings the marks "counts now" of seats and delegations in line with their dates, and the cards with both.

A timer does it when something begins or ends; a tap that comes before the timer does it, too,
so that a right is always decided by who holds the seat at that moment. What then begins or
ends by its dates alone is told to whom it concerns; a change that somebody makes, they tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from storage import audit, timers
from storage.locks import lock_runs
from storage.tables import Delegation, Office, Official, Seat, Timer
from workflow import cards, delegation_notices
from workflow.moment import Moment
from workflow.seats import notices, terms

KIND = "people"
"""The kind of the timer that settles an office when something begins or ends."""


def fire(session: Session, moment: Moment, timer: Timer) -> None:
    """Settle the office of a timer whose time has come."""
    settle(session, timer.office_id, moment.now, tell=True)


def settle_if_due(session: Session, officials: Sequence[Official], now: datetime) -> None:
    """Settle each office of a person in which something should have begun or ended by now."""
    for office_id in sorted({official.office_id for official in officials}):
        settle_office_if_due(session, office_id, now)


def settle_office_if_due(session: Session, office_id: str, now: datetime) -> None:
    """Settle an office in which something should have begun or ended by now, before anything else is changed."""
    office = session.get(Office, office_id)
    if office is not None and office.people_change_at is not None and office.people_change_at <= now:
        settle(session, office_id, now, tell=True)


def settle(session: Session, office_id: str, now: datetime, *, tell: bool = False) -> bool:
    """Let begin and end what is due in an office; plan the next time. Return whether anything changed.

    Call it also after a seat or delegation was written. Whatever begins or ends is on record.
    ``tell``: nothing was written, so that whom it concerns hears of seats from here only.
    """
    lock_runs(session, office_id)
    due_since = session.get_one(Office, office_id).people_change_at
    seats, delegations = _open_rows(session, office_id, now)
    held = terms.held_at(seats, now)
    given = terms.delegated_at(delegations, now)
    changed, turned = False, list[Seat]()
    # Ends before beginnings: the same person may follow themselves in a seat.
    for seat in sorted(seats, key=lambda seat: (seat.id in held, seat.id)):
        if seat.held != (seat.id in held):
            changed, seat.held = True, seat.id in held
            session.flush()
            _record(session, office_id, now, "seat", seat.held, seat.official_id, {"seat": seat.id})
            turned.append(seat)
    for one in delegations:
        if one.held != (one.id in given):
            changed, one.held = True, one.id in given
            session.flush()
            _record(session, office_id, now, "delegation", one.held, one.from_id, {"delegation": one.id})
            tell_both = delegation_notices.began if one.held else delegation_notices.ended
            tell_both(session, one, now)
    _plan_next(session, office_id, terms.next_change(seats, delegations, now))
    if changed:
        cards.reconcile_office(session, office_id, now)
        if tell and due_since is not None:
            notices.turned(session, turned, due_since, now)
        notices.vacancies(session, office_id, now)
    return changed


def _open_rows(session: Session, office_id: str, now: datetime) -> tuple[list[Seat], list[Delegation]]:
    """Return what counts, or may still come to count; the past is left out."""
    open_ = or_(col(Seat.held), col(Seat.ends_at).is_(None), col(Seat.ends_at) > now)
    seats = session.exec(select(Seat).where(Seat.office_id == office_id, open_).order_by(col(Seat.id)))
    delegations = session.exec(
        select(Delegation)
        .where(Delegation.office_id == office_id, or_(col(Delegation.held), col(Delegation.ends_at) > now))
        .order_by(col(Delegation.id))
    )
    return list(seats), list(delegations)


def _plan_next(session: Session, office_id: str, at: datetime | None) -> None:
    office = session.get_one(Office, office_id)
    office.people_change_at = at
    timers.drop(session, office_id=office_id, kind=KIND)
    if at is not None:
        timers.put(session, office_id=office_id, kind=KIND, key=f"people:{office_id}", fire_at=at)
    session.flush()


def _record(
    session: Session, office_id: str, now: datetime, what: str, begins: bool, official_id: int, facts: dict[str, Any]
) -> None:
    audit.record(
        session, office_id=office_id, at=now, kind=f"{what}.{'began' if begins else 'ended'}",
        payload={"official": official_id, **facts}, capacity="Pandu",
    )  # fmt: skip
