"""What the record says of seats, and of what needed the head's word, played forward against their rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from storage.audit import Fault
from storage.tables import Approval, AuditEvent, ErasableText, File, Seat
from workflow import texts
from workflow.seats import appointing, terms

Json = dict[str, Any]

_GIVEN = ("seat.added", "seat.appointed")
_SAID = (*_GIVEN, "seat.changed", "seat.closed", "seat.removed")
_COUNTS = {"seat.began": True, "seat.ended": False}
_OF_THE_FILE = "sha256"
_NOT_OF_THE_ROW = (_OF_THE_FILE, "asked_by")


@dataclass(slots=True)
class Seated:
    """Where the chain says every seat stands, each value with the event that said so."""

    rows: dict[int, tuple[Json, int]] = field(default_factory=dict)
    held: dict[int, tuple[bool, int]] = field(default_factory=dict)

    def take(self, event: AuditEvent, payload: Json) -> None:
        """Note what an event says of a seat, if it says anything."""
        if event.kind in _COUNTS:
            self.held[payload["seat"]] = (_COUNTS[event.kind], event.seq)
        if event.kind not in _SAID or "from" not in payload:
            return
        seat = payload["seat"]
        self.rows[seat] = (payload, event.seq)
        if event.kind == "seat.removed":
            self.held[seat] = (False, event.seq)
        elif event.kind in _GIVEN:
            # A file's seat counts at once where its dates say so; what was appointed is settled right after.
            at_once = event.kind == "seat.added" and terms.in_term(_dates_of(payload), event.at)
            self.held[seat] = (at_once, event.seq)

    def faults(self, session: Session, office_id: str, *, whole: bool) -> list[Fault]:
        """Return the rows that do not fit. ``whole``: the record has every seat, from the office's beginning."""
        found, seen = [], set()
        for row in session.exec(select(Seat).where(Seat.office_id == office_id)):
            seen.add(row.id)
            said = self.rows.get(row.id or 0)
            if said is None:
                if whole:
                    found.append(Fault(office_id, 0, f"seat row {row.id} is not on record"))
                continue
            if _own(appointing.facts_of(session, row)) != _own(said[0]):
                found.append(Fault(office_id, said[1], f"seat row {row.id} was changed after it was recorded"))
            elif not _order_fits(session, row, said[0]):
                what = f"the order of seat row {row.id} (file {row.order_file_id}) is not the one that was handed in"
                found.append(Fault(office_id, said[1], what))
            held, seq = self.held.get(row.id or 0, (False, said[1]))
            if row.held != held:
                what = f"seat row {row.id} {_word(row.held)}, the record says it {_word(held)}"
                found.append(Fault(office_id, seq, what))
        return found + [
            Fault(office_id, seq, f"seat row {key} is missing")
            for key, (_, seq) in self.rows.items()
            if key not in seen
        ]


@dataclass(slots=True)
class Approved:
    """Where the chain says everything stands that was put before the head."""

    rows: dict[int, tuple[Json, int]] = field(default_factory=dict)

    def take(self, event: AuditEvent, payload: Json) -> None:
        """Note what an event says of an approval, if it says anything."""
        if not event.kind.startswith("approval."):
            return
        key = payload["approval"]
        before = self.rows.get(key, ({}, 0))[0]
        decided = payload["status"] != "asked"
        said = {
            "kind": payload["what"], "status": payload["status"], "payload": payload["payload"],
            "asked_by": before.get("asked_by", event.actor_id), "asked_at": before.get("asked_at", event.at),
            "decided_by": event.actor_id if decided else None, "decided_at": event.at if decided else None,
            "reason": payload["reason"],
        }  # fmt: skip
        self.rows[key] = (said, event.seq)

    def faults(self, session: Session, office_id: str) -> list[Fault]:
        """Return every row that was changed, taken away or slipped in behind the record's back."""
        found, seen = [], set()
        for row in session.exec(select(Approval).where(Approval.office_id == office_id)):
            seen.add(row.id)
            if row.id not in self.rows:
                found.append(Fault(office_id, 0, f"approval row {row.id} is not on record"))
                continue
            said, seq = self.rows[row.id]
            same = all(getattr(row, name) == value for name, value in said.items() if name != "reason")
            if not same or not _reason_fits(session, row, said["reason"]):
                found.append(Fault(office_id, seq, f"approval row {row.id} was changed after it was recorded"))
        return found + [
            Fault(office_id, seq, f"approval row {key} is missing")
            for key, (_, seq) in self.rows.items()
            if key not in seen
        ]


def _own(facts: Json) -> Json:
    return {name: value for name, value in facts.items() if name not in _NOT_OF_THE_ROW}


def _order_fits(session: Session, row: Seat, said: Json) -> bool:
    """Say whether the order's scan still has the hash it had; one that was still on its way then had none."""
    if row.order_file_id is None or said.get(_OF_THE_FILE) is None:
        return True
    file = session.get(File, row.order_file_id)
    return file is not None and file.sha256 == said[_OF_THE_FILE]


def _dates_of(payload: Json) -> Seat:
    begin, end = (datetime.fromisoformat(payload[n]) if payload[n] else None for n in ("from", "until"))
    return Seat(office_id="", role="", official_id=0, starts_at=begin, ends_at=end)


def _reason_fits(session: Session, row: Approval, digest: str | None) -> bool:
    text = session.get(ErasableText, row.reason_id) if row.reason_id is not None else None
    if text is None:
        return digest is None
    return text.digest == digest and texts.untouched(text)


def _word(held: bool) -> str:
    return "counts" if held else "does not count"
