"""What the record says of officials and auditors, played forward, against their rows: rights and accounts.

Names, forms of address and languages are not replayed: they may be corrected at any time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from storage.audit import Fault
from storage.tables import AuditEvent, ErasableText, Official
from workflow import erasures, official_facts
from workflow.official_facts import ACCOUNT

_NOBODY = {"admin": False, "active": False, ACCOUNT: None}


@dataclass(slots=True)
class People:
    """Where the chain says every official stands; each value with the event that said so."""

    said: dict[int, dict[str, tuple[Any, int]]] = field(default_factory=dict)

    def take(self, event: AuditEvent, payload: dict[str, Any]) -> None:
        """Note what an event says of an official, if it says anything."""
        match event.kind:
            case "official.added":
                self._note(event, payload, {"auditor": False})
            case "official.changed" | "invitation.confirmed":
                self._note(event, payload, {})
            case "official.retired":
                self._note(event, payload, _NOBODY)
            case erasures.ERASED:
                self._note(event, payload, {ACCOUNT: None})
            case "auditor.added" | "auditor.changed" | "auditor.ended":
                period = {"valid_from": _at(payload["from"]), "valid_until": _at(payload["until"])}
                self._note(event, payload, {"auditor": True, "admin": False, **period})

    def _note(self, event: AuditEvent, payload: dict[str, Any], values: dict[str, Any]) -> None:
        known = self.said.setdefault(payload["official"], {})
        told = values | {name: payload[name] for name in ("admin", "active", ACCOUNT) if name in payload}
        known.update({name: (value, event.seq) for name, value in told.items()})

    def faults(self, session: Session, office_id: str, *, whole: bool) -> list[Fault]:
        """Return the rows that do not fit. ``whole``: the record has everybody, from the office's beginning."""
        found, seen = [], set()
        for row in session.exec(select(Official).where(Official.office_id == office_id).order_by(col(Official.id))):
            seen.add(row.id)
            said = self.said.get(row.id or 0)
            if said is None:
                if whole:
                    found.append(Fault(office_id, 0, f"official row {row.id} is not on record"))
                continue
            found += self._wrong(session, row, said)
            if whole and ACCOUNT not in said and row.telegram_id is not None:
                found.append(Fault(office_id, 0, f"the account of official row {row.id} is not on record"))
        return found + [
            Fault(office_id, max((seq for _, seq in said.values()), default=0), f"official row {key} is missing")
            for key, said in self.said.items()
            if key not in seen
        ]

    def _wrong(self, session: Session, row: Official, said: dict[str, tuple[Any, int]]) -> list[Fault]:
        found = []
        for name, (value, seq) in said.items():
            if name == ACCOUNT:
                if not _account_fits(session, row, value):
                    what = f"official row {row.id} has another account than the one on record"
                    found.append(Fault(row.office_id, seq, what))
            elif getattr(row, name) != value:
                what = f"official row {row.id} says {name} {getattr(row, name)}, the record says {value}"
                found.append(Fault(row.office_id, seq, what))
        return found


def _account_fits(session: Session, row: Official, digest: str | None) -> bool:
    if row.telegram_id is None or digest is None:
        # Whoever left lets the account go to whoever has the phone next.
        return row.telegram_id is None and (digest is None or not row.active)
    kept = session.exec(
        select(ErasableText).where(ErasableText.office_id == row.office_id, ErasableText.digest == digest)
    ).first()
    return official_facts.fits(kept, row.telegram_id)


def _at(words: str | None) -> datetime | None:
    return datetime.fromisoformat(words) if words is not None else None
