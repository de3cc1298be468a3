"""``/delegasi``: somebody hands their tasks to somebody else for a time, and takes them back.

Nothing is passed on twice: who gives tasks away receives none meanwhile, and who receives
them gives none. What somebody does only as Plt. or Plh. is a mandate already and stays with them
(:mod:`workflow.delegations`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from storage import audit
from storage.locks import lock_runs
from storage.tables import Adoption, Delegation, Official
from workflow import delegation_notices, desk, people
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.seats.settling import settle

MOST_DAYS = 90
AHEAD = timedelta(days=366)
"""How far ahead a delegation may begin."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose tasks go to whom, from when (inclusive) to when (exclusive); aware, UTC. No SOP named: all of them."""

    giver_id: int
    receiver_id: int
    starts_at: datetime
    ends_at: datetime
    sop_ids: tuple[str, ...] = ()


def candidates(session: Session, giver: Official) -> list[Official]:
    """Return who could receive a delegation: joined, seated, not themselves; those of the same unit first."""
    found = session.exec(
        select(Official)
        .where(Official.office_id == giver.office_id, col(Official.active), col(Official.telegram_id).is_not(None))
        .order_by(Official.name, col(Official.id))
    ).all()
    units = {seat.unit_id for seat in people.seats_of(session, giver.id or 0) if seat.unit_id}

    def far(other: Official) -> bool:
        return not any(seat.unit_id in units for seat in people.seats_of(session, other.id or 0))

    return sorted((one for one in found if may_receive(session, giver, one)), key=far)


def may_receive(session: Session, giver: Official, other: Official) -> bool:
    """Say whether somebody can receive: with a phone and a seat of the same office."""
    same = other.office_id == giver.office_id and other.id != giver.id
    able = other.active and not other.auditor and other.telegram_id is not None
    return same and able and bool(people.seats_of(session, other.id or 0))


def sops_of(session: Session, office_id: str) -> dict[str, str]:
    """Return the SOPs an office works with now, by id, with their titles."""
    query = select(Adoption).where(Adoption.office_id == office_id, col(Adoption.current))
    return {row.sop_id: row.title for row in session.exec(query.order_by(Adoption.title, Adoption.sop_id))}


def check_giver(session: Session, giver: Official) -> None:
    """Raise :class:`Stopped` for somebody who has nothing to hand over: no seat and no task."""
    if not people.seats_of(session, giver.id or 0) and not desk.open_tasks(session, giver):
        raise Stopped("nothing_to_delegate")


def check(session: Session, now: datetime, wanted: Wanted) -> None:
    """Raise :class:`Stopped` for a delegation that cannot be, saying why."""
    giver, receiver = session.get(Official, wanted.giver_id), session.get(Official, wanted.receiver_id)
    if giver is None or not giver.active or giver.auditor:
        raise Stopped("not_allowed")
    if wanted.giver_id == wanted.receiver_id:
        raise Stopped("delegate_to_self")
    if receiver is None or not may_receive(session, giver, receiver):
        raise Stopped("receiver_cannot")
    check_giver(session, giver)
    begin = check_period(now, wanted.starts_at, wanted.ends_at)
    for other in open_rows(session, giver.office_id, now):
        if not (other.starts_at < wanted.ends_at and begin < other.ends_at):
            continue
        if other.from_id == wanted.giver_id and _share(other.sop_ids, wanted.sop_ids):
            raise Stopped("delegation_overlaps")
        if other.to_id == wanted.giver_id:
            raise Stopped("giver_receives")
        if other.from_id == wanted.receiver_id:
            raise Stopped("receiver_away")


def check_period(now: datetime, starts_at: datetime, ends_at: datetime) -> datetime:
    """Return when a delegation would begin; raise :class:`Stopped` for times that cannot be."""
    begin = max(starts_at, now)
    if ends_at <= begin:
        raise Stopped("delegation_past")
    if ends_at - begin > timedelta(days=MOST_DAYS):
        raise Stopped("delegation_too_long", count=MOST_DAYS)
    if begin > now + AHEAD:
        raise Stopped("delegation_too_far")
    return begin


def _share(some: list[str], others: tuple[str, ...]) -> bool:
    return not some or not others or bool(set(some) & set(others))


def delegate(session: Session, moment: Moment, officials: list[Official], wanted: Wanted) -> Delegation:
    """Hand tasks over, those already open too; both are told at once.

    Only for oneself. Raises :class:`Stopped` as :func:`check` does.
    """
    giver = next((one for one in officials if one.id == wanted.giver_id), None)
    if giver is None:
        raise Stopped("not_allowed")
    lock_runs(session, giver.office_id)
    check(session, moment.now, wanted)
    row = Delegation(
        office_id=giver.office_id, from_id=wanted.giver_id, to_id=wanted.receiver_id, sop_ids=list(wanted.sop_ids),
        starts_at=max(wanted.starts_at, moment.now), ends_at=wanted.ends_at, created_at=moment.now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _record(session, moment, row, giver, "given")
    delegation_notices.given(session, moment, row)
    settle(session, giver.office_id, moment.now)
    return row


def end(session: Session, moment: Moment, officials: list[Official], delegation_id: int) -> Delegation:
    """End a delegation early, or call off one that has not begun: by who gave it, or an admin.

    Raises :class:`Stopped` for anybody else, and for one that is over.
    """
    known = session.get(Delegation, delegation_id)
    official = next((one for one in officials if known is not None and one.office_id == known.office_id), None)
    if known is None or official is None or (official.id != known.from_id and not people.is_admin(official)):
        raise Stopped("not_allowed")
    lock_runs(session, known.office_id)
    session.refresh(known)
    if not _is_open(known, moment.now):
        raise Stopped("delegation_over")
    _close(session, moment, known, official)
    delegation_notices.ended_early(session, moment, known, official)
    settle(session, known.office_id, moment.now)
    return known


def end_all_of(session: Session, moment: Moment, official: Official, by: Official | None) -> list[Delegation]:
    """End what an official gave or received: they leave the office. The other side is told; ``by`` is on record."""
    lock_runs(session, official.office_id)
    found = close_all_of(session, moment, official, by)
    for row in found:
        delegation_notices.ended_early(session, moment, row, by)
    settle(session, official.office_id, moment.now)
    return found


def close_all_of(session: Session, moment: Moment, official: Official, by: Official | None) -> list[Delegation]:
    """Close what an official gave or received, on record; whoever calls has locked, settles and tells."""
    found = [
        row for row in open_rows(session, official.office_id, moment.now) if official.id in (row.from_id, row.to_id)
    ]
    for row in found:
        _close(session, moment, row, by)
    return found


def open_rows(session: Session, office_id: str, now: datetime) -> list[Delegation]:
    """Return an office's delegations that count now or will, soonest first."""
    query = select(Delegation).where(
        Delegation.office_id == office_id, col(Delegation.ended_at).is_(None), col(Delegation.ends_at) > now
    )
    return list(session.exec(query.order_by(col(Delegation.starts_at), col(Delegation.id))))


def facts_of(row: Delegation) -> dict[str, Any]:
    """Return what the record says of a delegation: enough to tell whether its row was changed since."""
    return {
        "delegation": row.id, "from": row.from_id, "to": row.to_id, "sops": list(row.sop_ids),
        "starts": row.starts_at.isoformat(), "ends": row.ends_at.isoformat(),
        "closed": row.ended_at.isoformat() if row.ended_at is not None else None,
    }  # fmt: skip


def _is_open(row: Delegation, now: datetime) -> bool:
    return row.ended_at is None and row.ends_at > now


def _close(session: Session, moment: Moment, row: Delegation, by: Official | None) -> None:
    row.ended_at = moment.now
    session.flush()
    _record(session, moment, row, by, "closed")


def _record(session: Session, moment: Moment, row: Delegation, by: Official | None, what: str) -> None:
    audit.record(
        session, office_id=row.office_id, at=moment.now, kind=f"delegation.{what}", payload=facts_of(row),
        actor_id=by.id if by is not None else None,
        capacity=people.title(session, by) if by is not None else "Pandu",
    )  # fmt: skip
