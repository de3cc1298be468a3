"""Who owes a task, who may act on it, and who may only bring a file to it."""

from __future__ import annotations

from sqlmodel import Session

from storage.tables import Official, Task
from workflow import delegations, four_eyes, people
from workflow.state import Part


def holders(session: Session, task: Task) -> list[Official]:
    """Return everybody whose phone carries the task's card: each may act on it alone.

    Where the office wants four eyes, whoever did the work that an approval rests on is left out.
    """
    return four_eyes.eligible(session, task, owing(session, task))


def owing(session: Session, task: Task) -> list[Official]:
    """Return who owes a task by seat, delegation or assignment, before four eyes are asked for."""
    return delegations.passed_on(session, owners(session, task), task)


def owners(session: Session, task: Task) -> list[Official]:
    """Return who owes a task before any delegation.

    An opening that was handed over is its new holder's only, for as long as they are in office.
    """
    if task.assigned_to is not None:
        assigned = session.get(Official, task.assigned_to)
        if assigned is not None and assigned.active:
            return [assigned]
    return seated(session, task)


def seated(session: Session, task: Task) -> list[Official]:
    """Return who owes a task by the seats held now, before any delegation."""
    if task.part == Part.INVITATION:
        invited = session.get(Official, int(task.subject))
        return [invited] if invited and invited.active else []
    if task.unit_id:
        return people.unit_heads(session, task.office_id, task.roles[0], task.unit_id)
    return people.holders(session, task.office_id, task.roles)


def may_act(session: Session, task: Task, official: Official) -> bool:
    """Decide, from the seats held now, whether somebody may act on a task."""
    return official.office_id == task.office_id and any(h.id == official.id for h in holders(session, task))


def left_out(session: Session, task: Task, official: Official) -> bool:
    """Say whether only the rule of four eyes keeps somebody from a task."""
    owed = official.office_id == task.office_id and any(o.id == official.id for o in owing(session, task))
    return owed and not may_act(session, task, official)


def may_upload(session: Session, task: Task, official: Official) -> bool:
    """Holders may upload; so may the staff of a unit, whose head then sends."""
    if may_act(session, task, official):
        return True
    if task.part != Part.UNIT or official.office_id != task.office_id:
        return False
    staff = people.unit_staff(session, task.office_id, task.roles[0], task.unit_id)
    return any(member.id == official.id for member in staff)


def capacity(session: Session, task: Task, official: Official) -> str:
    """Return the seat, in words, in which somebody acts on a task."""
    return people.capacity(session, official, task.roles, task.unit_id)
