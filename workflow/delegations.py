"""Who acts for whom by delegation: a task's holders after those who handed theirs on."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, select

from storage.among import among
from storage.sessions import foresee, once, take_note
from storage.tables import Delegation, Official, Run, Seat, Task
from workflow.seats.terms import Capacity
from workflow.state import Part

# Putting such a statement together costs more than running it.
_HELD = select(Delegation).where(among(Delegation.office_id, "offices", words=True), col(Delegation.held))


def held(session: Session, office_id: str) -> list[Delegation]:
    """Return the delegations that count in an office now: nearly always none, never more than a few."""
    return once(session, _key(office_id), lambda: _held(session, [office_id])[office_id], of=Delegation)


def none_held(session: Session, office_id: str) -> None:
    """Take note that no delegation counts in an office now, as was read along with something else."""
    take_note(session, _key(office_id), list[Delegation](), of=Delegation)


def foresee_delegations(session: Session, office_ids: Collection[str]) -> None:
    """Read the delegations of several offices together, before those of each are asked for."""
    foresee(session, {_key(office): given for office, given in _held(session, office_ids).items()})


def _key(office_id: str) -> tuple[str, str]:
    return "delegations", office_id


def _held(session: Session, office_ids: Collection[str]) -> dict[str, list[Delegation]]:
    found: dict[str, list[Delegation]] = {office_id: [] for office_id in office_ids}
    for delegation in session.exec(_HELD, params={"offices": office_ids}):
        found[delegation.office_id].append(delegation)
    return found


def of(session: Session, officials: list[Official], task: Task) -> dict[int, Delegation]:
    """Return, by who gave it, the delegations that cover a task now.

    What somebody owes only as Plt. or Plh. is covered by none: a mandate is not passed on. Nor
    is anything while the receiver cannot be reached at all: it stays with whoever gave it.
    """
    ids = {official.id for official in officials}
    found = [delegation for delegation in held(session, task.office_id) if delegation.from_id in ids]
    if not found:
        return {}  # as nearly always
    sop_id = session.exec(select(Run.sop_id).where(Run.id == task.run_id)).one()
    covering = [d for d in found if not d.sop_ids or sop_id in d.sop_ids]
    return {d.from_id: d for d in covering if _can_act(session, d.to_id) and not _only_acting(session, d.from_id, task)}


def _can_act(session: Session, official_id: int) -> bool:
    receiver = session.get_one(Official, official_id)
    return receiver.active and receiver.telegram_id is not None


def _only_acting(session: Session, official_id: int, task: Task) -> bool:
    """Say whether somebody owes a task by acting seats alone."""
    if task.assigned_to == official_id or task.part == Part.INVITATION:
        return False
    concerned = Seat.unit_id == task.unit_id if task.unit_id else col(Seat.role).in_(task.roles)
    query = select(Seat.capacity).where(Seat.official_id == official_id, col(Seat.held), concerned)
    capacities = session.exec(query).all()
    return bool(capacities) and all(capacity != Capacity.DEFINITIVE for capacity in capacities)


def passed_on(session: Session, owners: list[Official], task: Task) -> list[Official]:
    """Return a task's holders with whoever received a delegation in place of whoever gave it, each once."""
    given = of(session, owners, task)
    if not given:
        return owners
    after: dict[int | None, Official] = {}
    for owner in owners:
        delegation = given.get(owner.id or 0)
        holder = session.get_one(Official, delegation.to_id) if delegation is not None else owner
        after[holder.id] = holder
    return list(after.values())
