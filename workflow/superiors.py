"""Whom an official answers to, as the office has set it."""

from __future__ import annotations

from sqlmodel import Session

from storage.tables import Office, Official, Task
from workflow import people
from workflow.adoption import Adopted, head_role, secretary_role
from workflow.reminding.policy import policy_of


def superiors_of(session: Session, official: Official, adopted: Adopted, task: Task | None = None) -> list[Official]:
    """Return whom an official answers to; never themselves, and never nobody while the office has an admin.

    The office's policy names a superior role per role; who is not named there answers to the
    secretary, the secretary to the head. Where nobody else sits there it is the head, then the
    admin. ``task`` says in which of several seats they are asked about.
    """
    found = seated_superiors(session, official, adopted, task)
    return found or _others(people.admins(session, official.office_id), official)


def seated_superiors(
    session: Session, official: Official, adopted: Adopted, task: Task | None = None
) -> list[Official]:
    """Like :func:`superiors_of`, but nobody where no seat is above: an admin is no superior in matters of an SOP."""
    for role in _roles_above(session, official, adopted, task):
        found = _others(people.holders(session, official.office_id, [role]), official)
        if found:
            return found
    return []


def is_superior(
    session: Session, person: Official, official: Official, adopted: Adopted, task: Task | None = None
) -> bool:
    """Say whether an official answers to this person."""
    return any(one.id == person.id for one in superiors_of(session, official, adopted, task))


def _roles_above(session: Session, official: Official, adopted: Adopted, task: Task | None) -> list[str]:
    head, secretary = head_role(adopted), secretary_role(adopted)
    named = policy_of(session.get_one(Office, official.office_id)).superiors
    roles = [seat.role for seat in people.seats_of(session, official.id or 0)]
    if task is not None:
        # The seat in which somebody owes the task comes before their others.
        roles.sort(key=lambda role: role not in task.roles)
    by_default = head if secretary in roles else secretary
    above = [next((named[role] for role in roles if role in named), by_default), head]
    return [role for role in above if role is not None]


def _others(found: list[Official], official: Official) -> list[Official]:
    return [one for one in found if one.id != official.id]
