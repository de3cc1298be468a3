"""How much time the tasks of a run have: derived from what is stored, never kept itself.

The SOP's waktu is a standard processing time (PermenPAN-RB 35/2012, mutu baku): it counts in
the office's working time from the moment a task became due, and stands still while the run
is paused. The office's own date for a hand-in (Batas pengumpulan) and a granted dispensation
take its place for reminders and lateness; statistics keep to the waktu.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from storage.tables import Extension, Office, Pause, Run, RunStep, Submission, Task
from workflow.adoption import Adopted, standard_duration
from workflow.calendar.due import Span, due, shifted
from workflow.calendar.of_office import calendar_of
from workflow.calendar.working_time import WorkingTime
from workflow.meeting_times import schedules
from workflow.state import Part

SIDE = (Part.RECEIPT, Part.INVITATION)
# Putting such a statement together costs more than running it.
_STEPS = select(RunStep).where(col(RunStep.run_id) == bindparam("run_id"))
_PAUSES = select(Pause).where(col(Pause.run_id) == bindparam("run_id")).order_by(col(Pause.id))
_EXTENSIONS = select(Extension).where(col(Extension.run_id) == bindparam("run_id"))


class Basis(StrEnum):
    """What a deadline rests on."""

    STANDARD = "standard"
    COLLECT_BY = "collect_by"
    EXTENSION = "extension"


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when a task is to be done. Times are aware UTC.

    ``starts_at`` is when its clock began, ``standard_at`` the end of the SOP's waktu (``None``
    where it is blank, or stands still in a pause).
    """

    at: datetime
    basis: Basis
    starts_at: datetime
    standard_at: datetime | None


@dataclass(frozen=True, slots=True)
class RunTimes:
    """Everything that moves the time of one run. ``meetings`` are beginnings by minutes step."""

    calendar: WorkingTime
    adopted: Adopted
    run: Run
    steps: Mapping[int, RunStep]
    pauses: Sequence[Span]
    extensions: Sequence[Extension]
    meetings: Mapping[int, datetime]

    @property
    def paused(self) -> bool:
        """Whether the run's clock stands still."""
        return self.run.paused_at is not None

    def deadline(self, task: Task) -> Deadline | None:
        """Return a task's deadline now, or ``None``: the SOP sets none, or the clock stands still before it."""
        if task.part in SIDE or task.opened_at is None:
            return None
        starts_at = self.starts_at(task, task.opened_at)
        standard = self._standard(task, starts_at)
        at, basis = standard, Basis.STANDARD
        row = self.steps.get(task.step)
        if row is not None and row.collect_by is not None:
            own = shifted(self.calendar, row.collect_by, row.collect_by_set_at or starts_at, self.pauses)
            if own is not None and own <= starts_at:
                pass  # it was for an earlier round: nobody is late with what was only just sent back
            elif task.part == Part.UNIT or (own is not None and at is not None and own > at):
                at, basis = own, Basis.COLLECT_BY
        granted = self._granted(task)
        if granted is not None:
            until = shifted(self.calendar, granted.until, granted.decided_at or granted.asked_at, self.pauses)
            if until is not None and (at is None or until > at):
                at, basis = until, Basis.EXTENSION
        return Deadline(at, basis, starts_at, standard) if at is not None else None

    def late_minutes(self, task: Task, now: datetime) -> int:
        """Return by how many working minutes a task is overdue at ``now``; 0 where it is not."""
        found = self.deadline(task)
        return self.worked_between(found.at, now) if found is not None and found.at < now else 0

    def worked_between(self, start: datetime, end: datetime) -> int:
        """Return the working minutes between two moments in which the run was not paused."""
        if end <= start:
            return 0
        total = self.calendar.minutes_between(start, end)
        for pause in self.pauses:
            begins, ends = max(start, pause.start), min(end, pause.end or end)
            if begins < ends:
                total -= self.calendar.minutes_between(begins, ends)
        return max(0, total)

    def starts_at(self, task: Task, opened_at: datetime) -> datetime:
        """Return when a task's clock begins: that of minutes with their meeting, where that is later."""
        begins = self.meetings.get(task.step)
        minutes = self.adopted.definition.step(task.step).part == "minutes"
        return max(opened_at, begins) if minutes and begins is not None else opened_at

    def _standard(self, task: Task, starts_at: datetime) -> datetime | None:
        duration = standard_duration(self.adopted, task.step)
        return due(self.calendar, starts_at, duration, self.pauses) if duration is not None else None

    def _granted(self, task: Task) -> Extension | None:
        found = [
            e
            for e in self.extensions
            if e.task_id == task.id and e.activation == task.activation and e.status == "granted"
        ]
        return max(found, key=lambda e: e.until) if found else None


def load_run_times(
    session: Session,
    run: Run,
    adopted: Adopted,
    office: Office | None = None,
    steps: dict[int, RunStep] | None = None,
    *,
    moved: bool = True,
) -> RunTimes:
    """Read what moves the time of a run; ``office`` and ``steps`` where they were read already.

    ``moved``: whether it may ever have been paused or given more time.
    """
    office = office or session.get_one(Office, run.office_id)
    calendar = calendar_of(office)
    submissions: Sequence[Submission] = ()
    if any(step.part == "invite" for step in adopted.definition.steps):
        submissions = session.exec(
            select(Submission)
            .where(Submission.run_id == run.id, col(Submission.effective).is_(True))
            .order_by(col(Submission.id))
        ).all()
    return RunTimes(
        calendar=calendar,
        adopted=adopted,
        run=run,
        steps=steps or {row.number: row for row in session.exec(_STEPS, params={"run_id": run.id})},
        pauses=_pauses(session, run) if moved else [],
        extensions=session.exec(_EXTENSIONS, params={"run_id": run.id}).all() if moved else [],
        meetings=schedules(adopted.definition, submissions, calendar.zone),
    )


def _pauses(session: Session, run: Run) -> list[Span]:
    return [Span(pause.started_at, pause.ended_at) for pause in session.exec(_PAUSES, params={"run_id": run.id})]
