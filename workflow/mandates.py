"""In which capacity somebody acts on a task, and for whom: what the record says a year later."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from storage.tables import Official, Seat, Task
from workflow import delegations, holders, people
from workflow.seats.terms import Capacity

DELEGATION = "delegation"
RECORDED = "recorded"
"""The secretary recorded the principal's decision from a signed paper."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """A capacity in words ('Plh. Camat'), its kind ('' in one's own seat) and whose place is taken.

    ``order`` is the number of the order an acting holder rests on, ``order_date`` its ISO date.
    """

    capacity: str
    kind: str = ""
    principal_id: int | None = None
    order: str = ""
    order_date: str = ""


def of_task(session: Session, task: Task, official: Official) -> Mandate:
    """Return as what somebody acts on a task now."""
    owners = holders.owners(session, task)
    if not any(owner.id == official.id for owner in owners):
        giver = next((d for d in delegations.of(session, owners, task).values() if d.to_id == official.id), None)
        if giver is not None:
            principal = session.get_one(Official, giver.from_id)
            words = people.capacity(session, principal, task.roles, task.unit_id)
            return Mandate(words, DELEGATION, principal.id)
    words = people.capacity(session, official, task.roles, task.unit_id)
    seat = _acting_seat(session, task, official)
    if seat is None or not words.startswith(Capacity(seat.capacity).prefix):
        return Mandate(words)
    return Mandate(words, seat.capacity, seat.principal_id, seat.order_number or "", seat.order_date or "")


def _acting_seat(session: Session, task: Task, official: Official) -> Seat | None:
    query = select(Seat).where(
        Seat.official_id == official.id,
        col(Seat.held),
        col(Seat.role).in_(task.roles),
        Seat.capacity != Capacity.DEFINITIVE,
    )
    if task.unit_id:
        query = query.where(Seat.unit_id == task.unit_id)
    return session.exec(query.order_by(col(Seat.id))).first()
