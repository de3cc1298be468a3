"""What every change by an admin has in common: the right to it, its turn, its place on record."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlmodel import Session

from storage import audit
from storage.locks import lock_runs
from storage.tables import Office, Official
from workflow import people
from workflow.deed import Stopped
from workflow.moment import Moment

MAX_NAME = 100
"""Characters of a name, as many as an office file may write."""


def take_turn(session: Session, admin: Official) -> Office:
    """Return the admin's office, locked: two changes of the same office take turns.

    Raises :class:`Stopped` for anybody who is no admin (any more).
    """
    lock_runs(session, admin.office_id)
    session.refresh(admin)
    if not people.is_admin(admin):
        raise Stopped("not_allowed")
    return session.get_one(Office, admin.office_id)


def record(session: Session, moment: Moment, admin: Official, kind: str, payload: dict[str, Any]) -> None:
    """Put a change on record: ids and words without spaces only, never a name."""
    session.flush()
    audit.record(
        session, office_id=admin.office_id, at=moment.now, kind=kind, payload=payload, actor_id=admin.id,
        capacity=people.title(session, admin),
    )  # fmt: skip


def as_name(words: str) -> str:
    """Return typed words as an office file can write them: one line, nothing invisible; '' if nothing is left."""
    spaced = " ".join(words.split())
    return " ".join("".join(c for c in spaced if not unicodedata.category(c).startswith("C")).split())
