"""Does the record agree with what the tables say? The chain, played forward, must end where the rows stand.

The chain alone proves that its events were not changed; replayed, it also shows a run, a
task, a submitted value or a file that was changed behind its back.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from storage import audit
from storage.audit import Fault
from storage.tables import ErasableText, File, Run, Submission, Task
from workflow import erasures, texts
from workflow.delegation_replay import Delegated
from workflow.state import Part
from workflow.time_replay import MovedTime

SIDE_PARTS = (Part.RECEIPT, Part.INVITATION)


@dataclass(slots=True)
class _Expected:
    """Where the chain says everything stands; each value with the event that said so."""

    runs: dict[int, tuple[str, int]] = field(default_factory=dict)
    parts: dict[tuple[int, str], tuple[list[Any], int]] = field(default_factory=dict)
    submissions: dict[int, tuple[dict[str, Any], int]] = field(default_factory=dict)
    files: dict[int, tuple[str, int]] = field(default_factory=dict)
    time: MovedTime = field(default_factory=MovedTime)
    delegated: Delegated = field(default_factory=Delegated)


def verify(session: Session, office_id: str) -> list[Fault]:
    """Check an office's chain and replay it against its rows; return what does not fit.

    A tail cut off both chain and rows cannot be seen from the inside; that needs a
    checkpoint kept outside.
    """
    faults = audit.verify(session, office_id)
    expected = _play(session, office_id)
    return [
        *faults,
        *_runs(session, office_id, expected),
        *_tasks(session, office_id, expected),
        *_submissions(session, office_id, expected),
        *_files(session, office_id, expected),
        *expected.time.faults(session, office_id),
        *expected.delegated.faults(session, office_id),
        *erasures.faults(session, office_id),
    ]


def _play(session: Session, office_id: str) -> _Expected:
    expected = _Expected()
    for event in audit.events(session, office_id):
        try:
            payload = json.loads(event.payload)
        except ValueError:
            continue  # changed behind its back, which the chain has told already
        expected.delegated.take(event, payload)
        if event.run_id is None:
            continue
        expected.runs[event.run_id] = (payload.get("run", "open"), event.seq)
        for key, part in payload.get("moved", {}).items():
            expected.parts[event.run_id, key] = (part, event.seq)
        if payload.get("submission") is not None:
            expected.submissions[payload["submission"]] = (payload, event.seq)
        for file_id, sha256 in payload.get("files", {}).items():
            if sha256 is not None:
                expected.files[int(file_id)] = (sha256, event.seq)
        expected.time.take(event, payload)
    return expected


def _runs(session: Session, office_id: str, expected: _Expected) -> list[Fault]:
    rows = {run.id: run.status for run in session.exec(select(Run).where(Run.office_id == office_id))}
    found = [
        Fault(office_id, seq, f"run row {run_id} is {rows.get(run_id, 'missing')}, the record says {status}")
        for run_id, (status, seq) in expected.runs.items()
        if rows.get(run_id) != status
    ]
    return found + [
        Fault(office_id, 0, f"run row {run_id} is not on record") for run_id in rows if run_id not in expected.runs
    ]


def _tasks(session: Session, office_id: str, expected: _Expected) -> list[Fault]:
    found = []
    seen = set()
    for task in session.exec(select(Task).where(Task.office_id == office_id)):
        if task.part in SIDE_PARTS:
            continue
        key = (task.run_id, f"{task.step}.{task.part}.{task.subject}")
        seen.add(key)
        said, seq = expected.parts.get(key, (None, 0))
        if said is not None and said != [task.status, task.activation]:
            what = f"task row {task.id} is {task.status} ({task.activation}), the record says {said[0]} ({said[1]})"
            found.append(Fault(office_id, seq, what))
    missing = [(key, seq) for key, (_, seq) in expected.parts.items() if key not in seen]
    return found + [Fault(office_id, seq, f"the task {key[1]} of run row {key[0]} is missing") for key, seq in missing]


def _submissions(session: Session, office_id: str, expected: _Expected) -> list[Fault]:
    found = []
    known = set()
    for row in session.exec(select(Submission).where(Submission.office_id == office_id)):
        known.add(row.id)
        said = expected.submissions.get(row.id or 0)
        if said is None:
            found.append(Fault(office_id, 0, f"submission {row.id} is not on record"))
            continue
        payload, seq = said
        same = (payload["outcome"], payload["target"], payload["units"]) == (row.outcome, row.target, row.units)
        if not same or payload["data"] != texts.data_digest(row.data) or not _reason_fits(session, row, payload):
            found.append(Fault(office_id, seq, f"submission {row.id} was changed after it was recorded"))
    return found + [
        Fault(office_id, seq, f"submission {key} is missing")
        for key, (_, seq) in expected.submissions.items()
        if key not in known
    ]


def _reason_fits(session: Session, row: Submission, payload: dict[str, Any]) -> bool:
    text = session.get(ErasableText, row.reason_id) if row.reason_id is not None else None
    if text is None:
        return payload["reason"] is None
    return bool(payload["reason"] == text.digest) and texts.untouched(text)


def _files(session: Session, office_id: str, expected: _Expected) -> list[Fault]:
    rows = session.exec(select(File.id, File.sha256).where(File.office_id == office_id, col(File.sha256).is_not(None)))
    stored = dict(rows.all())
    return [
        Fault(office_id, seq, f"file {file_id} is not the one that was handed in")
        for file_id, (sha256, seq) in expected.files.items()
        if stored.get(file_id) != sha256
    ]
