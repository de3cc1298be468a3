"""In which capacity somebody acts on a task, and for whom: what the record says a year later."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from storage.tables import Official, Seat, Task
from workflow import delegations, holders, people
from workflow.seats.terms import Capacity
from workflow.state import Part

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
    seats = people.seats_with_units(session, official)
    owners = [] if _sits_there(task, official, seats) else holders.owners(session, task)
    if owners and not any(owner.id == official.id for owner in owners):
        giver = next((d for d in delegations.of(session, owners, task).values() if d.to_id == official.id), None)
        if giver is not None:
            principal = session.get_one(Official, giver.from_id)
            words = people.capacity(session, principal, task.roles, task.unit_id)
            return Mandate(words, DELEGATION, principal.id)
    words = people.words_of(official, seats, task.roles, task.unit_id)
    if not words.startswith(_ACTING_PREFIXES):
        return Mandate(words)
    seat = _acting_seat(session, task, official)
    if seat is None or not words.startswith(Capacity(seat.capacity).prefix):
        return Mandate(words)
    return Mandate(words, seat.capacity, seat.principal_id, seat.order_number or "", seat.order_date or "")


def _sits_there(task: Task, official: Official, seats: list[tuple[Seat, str | None]]) -> bool:
    """Say whether somebody owes a task by one of their seats, where that needs no further question."""
    if task.assigned_to is not None or task.unit_id or task.part == Part.INVITATION:
        return False
    return official.active and not official.auditor and any(seat.role in task.roles for seat, _ in seats)


def _acting_seat(session: Session, task: Task, official: Official) -> Seat | None:
    acting = session.exec(_ACTING, params={"official_id": official.id})
    return next((s for s in acting if s.role in task.roles and task.unit_id in ("", s.unit_id)), None)


_ACTING_PREFIXES = tuple(capacity.prefix for capacity in Capacity if capacity.prefix)
# Putting such a statement together costs more than running it.
_ACTING = (
    select(Seat)
    .where(col(Seat.official_id) == bindparam("official_id"), col(Seat.held), Seat.capacity != Capacity.DEFINITIVE)
    .order_by(col(Seat.id))
)
