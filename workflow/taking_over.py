"""Writing down an SOP as an office takes it over: one immutable row per content, one of them current."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from storage.tables import Adoption
from workflow.adoption import Adopted, content, content_hash


def current(session: Session, office_id: str, sop_id: str) -> Adoption | None:
    """Return the adoption that new runs of an SOP start with."""
    query = select(Adoption).where(Adoption.office_id == office_id, Adoption.sop_id == sop_id, col(Adoption.current))
    return session.exec(query).first()


def kept(session: Session, office_id: str, choices: dict[str, Any], adopted: Adopted, now: datetime) -> Adoption:
    """Return the row with this content, not current yet where it had to be written.

    ``choices`` are the office file's entry that leads to it.
    """
    text = content(adopted)
    digest = content_hash(text)
    known = select(Adoption).where(Adoption.office_id == office_id, Adoption.content_hash == digest)
    row = session.exec(known).first()
    if row is None:
        definition = adopted.definition
        row = Adoption(
            office_id=office_id, sop_id=definition.id, version=definition.version, title=definition.title,
            content=text, content_hash=digest, unconfirmed=list(adopted.unconfirmed), current=False, adopted_at=now,
            choices=choices,
        )  # fmt: skip
        session.add(row)
        session.flush()
    return row


def make_current(session: Session, row: Adoption) -> dict[str, Any]:
    """Let new runs start with this adoption; return what the record says of it."""
    before = current(session, row.office_id, row.sop_id)
    if before is not None:
        before.current = False
        session.flush()
    row.current = True
    session.flush()
    return {
        "sop": row.sop_id, "version": row.version, "adoption": row.content_hash,
        "before": before.content_hash if before is not None else None, "unconfirmed": list(row.unconfirmed),
    }  # fmt: skip
