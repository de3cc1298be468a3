"""A chain's end, written down outside the database, so that a rewritten record no longer fits.

A checkpoint is one line that people can keep in a chat or on paper: office, number of events
and the hash of the last of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlmodel import Session, select

from storage.audit import Fault
from storage.tables import AuditEvent, AuditHead

_LINE = re.compile(r"([a-z0-9][a-z0-9_-]*):([1-9][0-9]{0,17}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The end of an office's chain at some moment: event ``seq`` had this ``hash``."""

    office_id: str
    seq: int
    hash: str

    def __str__(self) -> str:
        """Return the line that is kept outside."""
        return f"{self.office_id}:{self.seq}:{self.hash}"

    @classmethod
    def parse(cls, line: str) -> Checkpoint:
        """Read a line as kept; spaces and line breaks of a chat do not matter.

        :raises ValueError: that is no checkpoint.
        """
        found = _LINE.fullmatch("".join(line.split()))
        if found is None:
            raise ValueError("not a checkpoint")
        return cls(found.group(1), int(found.group(2)), found.group(3))


def take(session: Session, office_id: str) -> Checkpoint | None:
    """Return the present end of an office's chain; ``None`` while nothing is on record."""
    head = session.get(AuditHead, office_id)
    return Checkpoint(office_id, head.seq, head.hash) if head is not None and head.seq else None


def compare(session: Session, kept: Checkpoint) -> list[Fault]:
    """Say whether the record still has the event that was the last one when ``kept`` was taken."""
    event = session.exec(
        select(AuditEvent).where(AuditEvent.office_id == kept.office_id, AuditEvent.seq == kept.seq)
    ).first()
    if event is None:
        return [Fault(kept.office_id, kept.seq, "is gone: the record ends before the checkpoint")]
    if event.hash != kept.hash:
        return [Fault(kept.office_id, kept.seq, "is another one than at the checkpoint: the record was rewritten")]
    return []
