"""Erased lawfully, or removed behind the record's back? The record tells the two apart.

A text that was erased is named, by its row's number, in an event of the chain. One that is
gone without such an event, or does not fit its digest, was tampered with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlmodel import Session, col, or_, select

from storage.audit import Fault
from storage.tables import AuditEvent, ErasableText
from workflow import texts

ERASED = "person.erased"
EXPIRED = "texts.expired"
AT_ONCE = 500
"""Texts that one event names; their numbers stay short."""


def blank(rows: Iterable[ErasableText]) -> list[int]:
    """Take the words and their salts away; return the rows' numbers, for the event that has to name them."""
    done = []
    for row in rows:
        row.text, row.salt = None, None
        done.append(row.id or 0)
    return done


def faults(session: Session, office_id: str) -> list[Fault]:
    """Return the texts of an office that were changed, or removed without being on record."""
    standing = select(ErasableText).where(ErasableText.office_id == office_id, col(ErasableText.text).is_not(None))
    found = [
        Fault(office_id, 0, f"text {row.id} was changed after it was recorded")
        for row in session.exec(standing.order_by(col(ErasableText.id)))
        if not texts.untouched(row)
    ]
    gone = select(ErasableText.id).where(
        ErasableText.office_id == office_id, or_(col(ErasableText.text).is_(None), col(ErasableText.salt).is_(None))
    )
    missing = set(session.exec(gone).all())
    if missing:
        missing -= _on_record(session, office_id)
    return found + [
        Fault(office_id, 0, f"text {number} was removed, and no erasure is on record")
        for number in sorted(number for number in missing if number is not None)
    ]


def _on_record(session: Session, office_id: str) -> set[int | None]:
    query = select(AuditEvent.payload).where(
        AuditEvent.office_id == office_id, col(AuditEvent.kind).in_((ERASED, EXPIRED))
    )
    named: set[int | None] = set()
    for payload in session.exec(query):
        try:
            named |= set(json.loads(payload).get("texts", []))
        except ValueError:
            continue  # changed behind its back, which the chain has told already
    return named
