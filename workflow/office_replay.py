"""What the record says of an office itself: its rules, reminders, calendar and adopted SOPs, against the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from storage.audit import Fault
from storage.tables import Adoption, AuditEvent, Office, Run
from workflow import calendar_changes
from workflow.adoption import content_hash

Json = dict[str, Any]


@dataclass(slots=True)
class OfficeItself:
    """Where the chain says the office's settings and SOPs stand; each value with the event that said so."""

    settings: dict[str, tuple[Any, int]] = field(default_factory=dict)
    adopted: dict[str, int] = field(default_factory=dict)
    """Content hashes that were taken over or proposed, and the event that first said so."""
    current: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    """By SOP: the content new runs start with."""
    started: dict[int, tuple[str, Json, int]] = field(default_factory=dict)
    whole: bool = False
    """Whether the record has the office from its beginning, with everybody in it."""

    def take(self, event: AuditEvent, payload: Json) -> None:
        """Note what an event says of the office, if it says anything."""
        match event.kind:
            case "office.added" | "office.founded" if "timezone" in payload:
                self.whole = True
                self.settings |= {"timezone": (payload["timezone"], event.seq), "policy": ({}, event.seq)}
                self.settings |= {"rules": ({}, event.seq), "calendar": (calendar_changes.digest({}), event.seq)}
            case "office.changed" | "office.policy" | "office.rules" | "office.calendar":
                for name in ("timezone", "policy", "rules", "calendar"):
                    if name in payload:
                        self.settings[name] = (payload[name], event.seq)
            case "sop.adopted":
                self.adopted.setdefault(payload["adoption"], event.seq)
                self.current[payload["sop"]] = (payload["adoption"], event.seq)
            case "sop.retired":
                self.current[payload["sop"]] = (None, event.seq)
            case "run.start":
                facts = {"number": payload["number"], "units": payload["units"], "started_by": event.actor_id}
                facts |= {"started_at": event.at}
                self.started[event.run_id or 0] = (payload["adoption"], facts, event.seq)
            case "approval.asked" if payload["what"] == "adoption":
                self.adopted.setdefault(payload["payload"]["adoption"], event.seq)

    def faults(self, session: Session, office_id: str) -> list[Fault]:
        """Compare with the rows of an office; return what does not fit."""
        return [
            *self._settings(session, office_id),
            *self._adoptions(session, office_id),
            *self._runs(session, office_id),
        ]

    def _settings(self, session: Session, office_id: str) -> list[Fault]:
        office = session.get_one(Office, office_id)
        found = []
        for name, (said, seq) in self.settings.items():
            value = getattr(office, name)
            if (calendar_changes.digest(value) if name == "calendar" else value) != said:
                found.append(Fault(office_id, seq, f"the {name} of office row {office_id} is not the one on record"))
        return found

    def _adoptions(self, session: Session, office_id: str) -> list[Fault]:
        found, seen = [], set()
        for row in session.exec(select(Adoption).where(Adoption.office_id == office_id).order_by(col(Adoption.id))):
            seen.add(row.content_hash)
            if content_hash(row.content) != row.content_hash:
                seq = self.adopted.get(row.content_hash, 0)
                found.append(Fault(office_id, seq, f"adoption row {row.id} was changed after it was recorded"))
            if row.content_hash not in self.adopted and self.whole:
                found.append(Fault(office_id, 0, f"adoption row {row.id} is not on record"))
            current, seq = self.current.get(row.sop_id, (None, 0))
            if (row.sop_id in self.current or self.whole) and row.current != (row.content_hash == current):
                word = "is" if row.current else "is not"
                what = f"adoption row {row.id} {word} what new runs start with, against the record"
                found.append(Fault(office_id, seq, what))
        return found + [
            Fault(office_id, seq, f"the adoption with content {said[:12]} is missing")
            for said, seq in self.adopted.items()
            if said not in seen
        ]

    def _runs(self, session: Session, office_id: str) -> list[Fault]:
        found = []
        rows = select(Run, Adoption.content_hash).join(Adoption, col(Adoption.id) == Run.adoption_id)
        for run, adoption in session.exec(rows.where(Run.office_id == office_id).order_by(col(Run.id))):
            if run.id not in self.started:
                continue
            said, facts, seq = self.started[run.id]
            if adoption != said or any(getattr(run, name) != value for name, value in facts.items()):
                found.append(Fault(office_id, seq, f"run row {run.id} was changed after it was started"))
        return found
