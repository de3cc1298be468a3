"""Who acts for whom by delegation: a task's holders after those who handed theirs on."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage.tables import Delegation, Official, Run, Task


def of(session: Session, officials: list[Official], task: Task) -> dict[int, Delegation]:
    """Return, by who gave it, the delegations that cover a task now."""
    ids = [official.id for official in officials]
    query = select(Delegation).where(col(Delegation.from_id).in_(ids), col(Delegation.held))
    found = list(session.exec(query))
    if not found:
        return {}
    sop_id = session.exec(select(Run.sop_id).where(Run.id == task.run_id)).one()
    return {d.from_id: d for d in found if not d.sop_ids or sop_id in d.sop_ids}


def passed_on(session: Session, owners: list[Official], task: Task) -> list[Official]:
    """Return a task's holders with whoever received a delegation in place of whoever gave it, each once."""
    given = of(session, owners, task)
    if not given:
        return owners
    after: dict[int | None, Official] = {}
    for owner in owners:
        delegation = given.get(owner.id or 0)
        holder = session.get_one(Official, delegation.to_id) if delegation is not None else owner
        if holder.active:
            after[holder.id] = holder
    return list(after.values())
