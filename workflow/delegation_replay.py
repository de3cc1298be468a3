"""What the record says of delegations, played forward, against the rows they are kept in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, select

from storage.audit import Fault
from storage.tables import AuditEvent, Delegation
from workflow import delegating

_SAID = ("delegation.given", "delegation.closed")
_COUNTS = {"delegation.began": True, "delegation.ended": False}


@dataclass(slots=True)
class Delegated:
    """Where the chain says every delegation stands, each with the event that said so."""

    rows: dict[int, tuple[dict[str, Any], int]] = field(default_factory=dict)
    held: dict[int, tuple[bool, int]] = field(default_factory=dict)

    def take(self, event: AuditEvent, payload: dict[str, Any]) -> None:
        """Note what an event says of a delegation, if it says anything."""
        if event.kind in _SAID:
            self.rows[payload["delegation"]] = (payload, event.seq)
        elif event.kind in _COUNTS:
            self.held[payload["delegation"]] = (_COUNTS[event.kind], event.seq)

    def faults(self, session: Session, office_id: str) -> list[Fault]:
        """Return every row that was changed, taken away or slipped in behind the record's back."""
        found, known = [], set()
        for row in session.exec(select(Delegation).where(Delegation.office_id == office_id)):
            known.add(row.id)
            said = self.rows.get(row.id or 0)
            if said is None:
                found.append(Fault(office_id, 0, f"delegation row {row.id} is not on record"))
                continue
            if delegating.facts_of(row) != said[0]:
                found.append(Fault(office_id, said[1], f"delegation row {row.id} was changed after it was recorded"))
            held, seq = self.held.get(row.id or 0, (False, said[1]))
            if row.held != held:
                what = f"delegation row {row.id} {_word(row.held)}, the record says it {_word(held)}"
                found.append(Fault(office_id, seq, what))
        return found + [
            Fault(office_id, seq, f"delegation row {key} is missing")
            for key, (_, seq) in self.rows.items()
            if key not in known
        ]


def _word(held: bool) -> str:
    return "counts" if held else "does not count"
