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
from storage.tables import Adoption, AuditEvent, ErasableText, File, Run, RunStep, Submission, Task
from workflow import erasures, texts
from workflow.adoption import AdoptionDamaged, load
from workflow.delegation_replay import Delegated
from workflow.office_replay import OfficeItself
from workflow.people_replay import People
from workflow.seat_replay import Approved, Seated
from workflow.state import Part
from workflow.time_replay import MovedTime

_OF_SUBMISSION = (
    "outcome", "target", "units", "step", "round", "activation", "mandate", "official_id", "capacity", "at", "run_id",
    "task_id", "verb",
)  # fmt: skip
"""Columns of a submission that its event repeats; older events lack some."""

STEP_BEFORE = ("waiting", 0)
TASK_BEFORE = ("waiting", 0)
"""Status and round, or activation, of what has not begun: no event says so."""

SIDE_PARTS = (Part.RECEIPT, Part.INVITATION)


@dataclass(slots=True)
class _Expected:
    """Where the chain says everything stands; each value with the event that said so."""

    runs: dict[int, tuple[str, int]] = field(default_factory=dict)
    parts: dict[tuple[int, str], tuple[list[Any], int]] = field(default_factory=dict)
    submissions: dict[int, tuple[dict[str, Any], int]] = field(default_factory=dict)
    files: dict[int, tuple[str, int]] = field(default_factory=dict)
    task_ids: dict[int, tuple[tuple[int, str], int]] = field(default_factory=dict)
    submitted: set[int] = field(default_factory=set)
    """Files that came with a submission, whatever their hash."""
    steps: dict[int, tuple[dict[str, list[Any]], int]] = field(default_factory=dict)
    """By run: status and round of every step that has begun."""
    unreadable: list[Fault] = field(default_factory=list)
    time: MovedTime = field(default_factory=MovedTime)
    delegated: Delegated = field(default_factory=Delegated)
    office: OfficeItself = field(default_factory=OfficeItself)
    people: People = field(default_factory=People)
    seats: Seated = field(default_factory=Seated)
    approvals: Approved = field(default_factory=Approved)


def verify(session: Session, office_id: str) -> list[Fault]:
    """Check an office's chain and replay it against its rows; return what does not fit.

    A tail cut off both chain and rows cannot be seen from the inside; that needs a
    checkpoint kept outside.
    """
    faults = audit.verify(session, office_id)
    expected = _play(session, office_id)
    return [
        *faults,
        *expected.unreadable,
        *_runs(session, office_id, expected),
        *_steps(session, office_id, expected),
        *_tasks(session, office_id, expected),
        *_submissions(session, office_id, expected),
        *_files(session, office_id, expected),
        *expected.time.faults(session, office_id),
        *expected.delegated.faults(session, office_id),
        *expected.office.faults(session, office_id),
        *expected.people.faults(session, office_id, whole=expected.office.whole),
        *expected.seats.faults(session, office_id, whole=expected.office.whole),
        *expected.approvals.faults(session, office_id),
        *erasures.faults(session, office_id),
    ]


def _play(session: Session, office_id: str) -> _Expected:
    expected = _Expected()
    for event in audit.events(session, office_id):
        try:
            _take(expected, event, json.loads(event.payload))
        except (ValueError, KeyError, TypeError, AttributeError):
            expected.unreadable.append(Fault(office_id, event.seq, "says something that Pandu never wrote"))
    return expected


def _take(expected: _Expected, event: AuditEvent, payload: dict[str, Any]) -> None:
    for one in (expected.delegated, expected.office, expected.people, expected.seats, expected.approvals):
        one.take(event, payload)
    if event.run_id is None:
        return
    expected.runs[event.run_id] = (payload.get("run", "open"), event.seq)
    for key, part in payload.get("moved", {}).items():
        expected.parts[event.run_id, key] = (part, event.seq)
    if payload.get("submission") is not None:
        expected.submissions[payload["submission"]] = (payload | _deed(event), event.seq)
    if event.task_id is not None and {"step", "part", "subject"} <= payload.keys():
        name = f"{payload['step']}.{payload['part']}.{payload['subject']}"
        expected.task_ids[event.task_id] = ((event.run_id, name), event.seq)
    if "steps" in payload:
        expected.steps[event.run_id] = (payload["steps"], event.seq)
    expected.submitted |= {int(file_id) for file_id in payload.get("files", {})}
    for file_id, sha256 in payload.get("files", {}).items():
        if sha256 is not None:
            expected.files[int(file_id)] = (sha256, event.seq)
    expected.time.take(event, payload)


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


def _steps(session: Session, office_id: str, expected: _Expected) -> list[Fault]:
    found: list[Fault] = []
    rows: dict[int, dict[int, RunStep]] = {}
    for row in session.exec(select(RunStep).where(RunStep.office_id == office_id)):
        rows.setdefault(row.run_id, {})[row.number] = row
    query = (
        select(Run.id, Adoption).join(Adoption, col(Adoption.id) == Run.adoption_id).where(Run.office_id == office_id)
    )
    for run_id, adoption in session.exec(query):
        said, seq = expected.steps.get(run_id or 0, (None, 0))
        there = rows.get(run_id or 0, {})
        try:
            numbers = {step.number for step in load(adoption).definition.steps}
        except (AdoptionDamaged, ValueError):
            continue  # an SOP changed behind its back, which is told already
        for number in sorted(numbers ^ there.keys()):
            what = "is missing" if number in numbers else "is not on record"
            found.append(Fault(office_id, seq, f"step {number} of run row {run_id} {what}"))
        for number in sorted(numbers & there.keys() if said is not None else ()):
            wanted = said.get(str(number), list(STEP_BEFORE)) if said is not None else []
            if [there[number].status, there[number].round] != wanted:
                what = f"step {number} of run row {run_id} is {there[number].status}, the record says {wanted[0]}"
                found.append(Fault(office_id, seq, what))
    return found


def _tasks(session: Session, office_id: str, expected: _Expected) -> list[Fault]:
    found = []
    seen = set()
    for task in session.exec(select(Task).where(Task.office_id == office_id)):
        if task.part in SIDE_PARTS:
            continue
        key = (task.run_id, f"{task.step}.{task.part}.{task.subject}")
        seen.add(key)
        said, seq = expected.parts.get(key, (None, 0))
        of_id = expected.task_ids.get(task.id or 0)
        if of_id is not None and of_id[0] != key:
            found.append(Fault(office_id, of_id[1], f"task row {task.id} is another one than on record"))
        if said is None and (task.status, task.activation) != TASK_BEFORE:
            found.append(Fault(office_id, 0, f"task row {task.id} is not on record"))
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
        same = all(getattr(row, name) == payload[name] for name in _OF_SUBMISSION if name in payload)
        if not same or payload["data"] != texts.data_digest(row.data) or not _reason_fits(session, row, payload):
            found.append(Fault(office_id, seq, f"submission {row.id} was changed after it was recorded"))
    return found + [
        Fault(office_id, seq, f"submission {key} is missing")
        for key, (_, seq) in expected.submissions.items()
        if key not in known
    ]


def _deed(event: AuditEvent) -> dict[str, Any]:
    """Return what an event itself says of the act that it records."""
    return {
        "official_id": event.actor_id, "capacity": event.capacity, "at": event.at, "run_id": event.run_id,
        "task_id": event.task_id, "verb": event.kind.removeprefix("task."),
    }  # fmt: skip


def _reason_fits(session: Session, row: Submission, payload: dict[str, Any]) -> bool:
    text = session.get(ErasableText, row.reason_id) if row.reason_id is not None else None
    if text is None:
        return payload["reason"] is None
    return bool(payload["reason"] == text.digest) and texts.untouched(text)


def _files(session: Session, office_id: str, expected: _Expected) -> list[Fault]:
    rows = session.exec(select(File.id, File.sha256).where(File.office_id == office_id, col(File.sha256).is_not(None)))
    stored = dict(rows.all())
    of_submissions = select(File.id).where(File.office_id == office_id, col(File.submission_id).is_not(None))
    slipped_in = {file_id or 0 for file_id in session.exec(of_submissions)} - expected.submitted
    found = [Fault(office_id, 0, f"file {file_id} is not on record") for file_id in sorted(slipped_in)]
    return found + [
        Fault(office_id, seq, f"file {file_id} is not the one that was handed in")
        for file_id, (sha256, seq) in expected.files.items()
        if stored.get(file_id) != sha256
    ]
