"""Whether pauses, dispensations, dates of hand-ins and handed-over tasks stand as the record says.

The same replay as :mod:`workflow.audit_replay`, for the rows that move time. What ends by
itself has no event of its own: a pause ends with its run, a request lapses with its task.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from storage.audit import Fault
from storage.tables import AuditEvent, ErasableText, Extension, Pause, Run, RunStep, Task
from workflow import texts
from workflow.run_state import key_of

Json = dict[str, Any]


@dataclass(slots=True)
class _Said:
    """What a row must hold, and the event that last said so."""

    seq: int
    run_id: int
    values: Json
    reasons: dict[str, str | None]


@dataclass(slots=True)
class MovedTime:
    """Where the chain says everything stands that moves time; fed one event after the other."""

    pauses: dict[int, _Said] = field(default_factory=dict)
    extensions: dict[int, _Said] = field(default_factory=dict)
    dates: dict[tuple[int, int], _Said] = field(default_factory=dict)
    assigned: dict[tuple[int, str], tuple[int, int, int]] = field(default_factory=dict)
    """Run and part -> who owes it instead of its seat, for which activation, and the event."""
    running: set[int] = field(default_factory=set)
    """Pauses that have not ended yet."""
    waiting: set[int] = field(default_factory=set)
    """Requests that nobody has decided yet."""

    def take(self, event: AuditEvent, payload: Json) -> None:
        """Draw the consequences of one event of a run."""
        run_id = event.run_id or 0
        match event.kind:
            case "run.pause":
                self._pause(event, payload)
            case "run.resume":
                self._resume(event, payload["resumed"], payload["reason"])
            case "task.extend":
                self._ask(event, payload)
            case "task.grant" | "task.deny":
                self._decide(event, payload)
            case "step.collect_by":
                self._date(event, payload)
            case "task.reassign":
                self._reassign(event, payload)
        if payload.get("run", "open") != "open":
            self._end(event)
        for name, (status, activation) in payload.get("moved", {}).items():
            known = self.assigned.get((run_id, name))
            if known is not None and known[1] != activation:
                del self.assigned[run_id, name]
            self._lapse(event, name, activation if status == "open" else None)

    def _pause(self, event: AuditEvent, payload: Json) -> None:
        values = {"started_at": event.at, "started_by": event.actor_id, "ended_at": None, "ended_by": None}
        reasons = {"reason_id": payload["reason"], "end_reason_id": None}
        self.running.add(payload["pause"])
        self.pauses[payload["pause"]] = _Said(event.seq, event.run_id or 0, values, reasons)

    def _resume(self, event: AuditEvent, pause_id: int, reason: str | None) -> None:
        said = self.pauses.get(pause_id)
        self.running.discard(pause_id)
        if said is not None:
            said.seq = event.seq
            said.values |= {"ended_at": event.at, "ended_by": event.actor_id}
            said.reasons["end_reason_id"] = reason

    def _end(self, event: AuditEvent) -> None:
        for pause_id in [one for one in self.running if self.pauses[one].run_id == event.run_id]:
            self._resume(event, pause_id, None)
        for request in [one for one in self.waiting if self.extensions[one].run_id == event.run_id]:
            self._let_lapse(request, event)

    def _ask(self, event: AuditEvent, payload: Json) -> None:
        for earlier in payload["replaces"]:
            if earlier in self.waiting:
                self._let_lapse(earlier, event)
        values = {
            "task_id": event.task_id, "activation": payload["activation"], "asked_by": event.actor_id,
            "asked_at": event.at, "until": datetime.fromisoformat(payload["until"]), "status": "asked",
            "decided_by": None, "decided_at": None, "part": f"{payload['step']}.{payload['part']}.{payload['subject']}",
        }  # fmt: skip
        reasons = {"reason_id": payload["reason"], "decision_reason_id": None}
        self.waiting.add(payload["extension"])
        self.extensions[payload["extension"]] = _Said(event.seq, event.run_id or 0, values, reasons)

    def _decide(self, event: AuditEvent, payload: Json) -> None:
        said = self.extensions.get(payload["extension"])
        self.waiting.discard(payload["extension"])
        if said is not None:
            said.seq = event.seq
            said.values |= {"status": payload["status"], "decided_by": event.actor_id, "decided_at": event.at}
            said.reasons["decision_reason_id"] = payload["reason"]

    def _lapse(self, event: AuditEvent, part: str, activation: int | None) -> None:
        for request in list(self.waiting):
            said = self.extensions[request]
            mine = (said.run_id, said.values["part"]) == (event.run_id, part)
            if mine and said.values["activation"] != activation:
                self._let_lapse(request, event)

    def _let_lapse(self, request: int, event: AuditEvent) -> None:
        said = self.extensions[request]
        self.waiting.discard(request)
        said.seq = event.seq
        said.values |= {"status": "lapsed", "decided_at": event.at}

    def _date(self, event: AuditEvent, payload: Json) -> None:
        at = datetime.fromisoformat(payload["collect_by"]) if payload["collect_by"] else None
        values = {
            "collect_by": at,
            "collect_by_set_by": event.actor_id if at else None,
            "collect_by_set_at": event.at if at else None,
        }
        self.dates[event.run_id or 0, payload["step"]] = _Said(event.seq, event.run_id or 0, values, {})

    def _reassign(self, event: AuditEvent, payload: Json) -> None:
        part = f"{payload['step']}.{payload['part']}.{payload['subject']}"
        self.assigned[event.run_id or 0, part] = (payload["to"], payload["activation"], event.seq)
        for moved in payload["extensions"]:
            if moved in self.extensions:
                self.extensions[moved].values["activation"] = payload["activation"]

    def faults(self, session: Session, office_id: str) -> list[Fault]:
        """Compare with the rows of an office; return what does not fit."""
        pauses = {row.id or 0: row for row in session.exec(select(Pause).where(Pause.office_id == office_id))}
        extensions = {
            row.id or 0: row for row in session.exec(select(Extension).where(Extension.office_id == office_id))
        }
        return [
            *_compare(session, office_id, "pause", self.pauses, pauses),
            *_compare(session, office_id, "dispensation", self.extensions, extensions),
            *self._paused(session, office_id),
            *self._dates(session, office_id),
            *self._assigned(session, office_id),
        ]

    def _paused(self, session: Session, office_id: str) -> list[Fault]:
        since = {s.run_id: (s.values["started_at"], s.seq) for s in self.pauses.values() if not s.values["ended_at"]}
        found = []
        rows = session.exec(select(Run.id, Run.paused_at).where(Run.office_id == office_id)).all()
        for run_id, paused_at in rows:
            said, seq = since.get(run_id or 0, (None, 0))
            if paused_at != said:
                found.append(Fault(office_id, seq, f"run row {run_id} is paused since {paused_at}, not {said}"))
        return found

    def _dates(self, session: Session, office_id: str) -> list[Fault]:
        found = []
        for row in session.exec(select(RunStep).where(RunStep.office_id == office_id)):
            said = self.dates.get((row.run_id, row.number))
            wanted = said.values if said is not None else dict.fromkeys(_DATE)
            if any(getattr(row, name) != wanted[name] for name in _DATE):
                what = f"the date of the hand-in of step {row.number} of run row {row.run_id} is not the one on record"
                found.append(Fault(office_id, said.seq if said is not None else 0, what))
        return found

    def _assigned(self, session: Session, office_id: str) -> list[Fault]:
        found = []
        for task in session.exec(select(Task).where(Task.office_id == office_id)):
            key = key_of(task)
            said, _, seq = self.assigned.get((task.run_id, f"{key.step}.{key.part}.{key.unit}"), (None, 0, 0))
            if task.assigned_to != said:
                what = f"task row {task.id} is assigned to {task.assigned_to}, the record says {said}"
                found.append(Fault(office_id, seq, what))
        return found


_DATE = ("collect_by", "collect_by_set_by", "collect_by_set_at")
_OF_THE_CHAIN = ("part",)
"""Values that help to follow the chain and stand in no row."""


def _compare(session: Session, office_id: str, what: str, said: dict[int, _Said], rows: dict[int, Any]) -> list[Fault]:
    found = [Fault(office_id, 0, f"{what} {row_id} is not on record") for row_id in rows if row_id not in said]
    for row_id, expected in said.items():
        row = rows.get(row_id)
        if row is None:
            found.append(Fault(office_id, expected.seq, f"{what} {row_id} is missing"))
        elif not _fits(session, row, expected):
            found.append(Fault(office_id, expected.seq, f"{what} {row_id} was changed after it was recorded"))
    return found


def _fits(session: Session, row: Any, said: _Said) -> bool:
    same = all(getattr(row, name) == value for name, value in said.values.items() if name not in _OF_THE_CHAIN)
    return (
        same
        and row.run_id == said.run_id
        and all(_text_fits(session, getattr(row, name), digest) for name, digest in said.reasons.items())
    )


def _text_fits(session: Session, text_id: int | None, digest: str | None) -> bool:
    text = session.get(ErasableText, text_id) if text_id is not None else None
    if text is None:
        return digest is None
    return text.digest == digest and texts.untouched(text)
