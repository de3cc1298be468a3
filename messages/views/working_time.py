"""A run's working time on its pages: what each step has, used and was granted, exact to the minute."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from messages.text import one_line
from messages.views.quality import standard
from messages.views.run_facts import RunFacts
from messages.views.timing import Paused, collect_by_of, day_length, lateness
from storage.tables import RunStep, Task
from workflow.adoption import standard_duration
from workflow.calendar.due import due
from workflow.run_times import Basis
from workflow.state import PartStatus, StepStatus

MAX_REASON = 200
MAX_EXTENSIONS = 3
MAX_PAUSES = 3


@dataclass(frozen=True, slots=True)
class StepTime:
    """Until when an open step is to be done; ``over`` is how long that has passed, '' while it has not.

    ``late``: the office calls it late by now. ``of_office``: the date is the office's own.
    """

    at: datetime
    of_office: bool
    over: str
    late: bool


@dataclass(frozen=True, slots=True)
class ShownExtension:
    """A dispensation: ``status`` is asked, granted or refused. ``why`` is the reason of a refusal."""

    status: str
    until: datetime
    unit: str
    by: str
    reason: str
    decided_by: str
    why: str


@dataclass(frozen=True, slots=True)
class PastPause:
    """A pause that is over."""

    pause: Paused
    until: datetime


@dataclass(frozen=True, slots=True)
class Used:
    """Working time of the steps done that have a standard: used, allowed, and how many kept to it."""

    used: str
    allowed: str
    in_time: int
    steps: int


def most_pressing(facts: RunFacts, tasks: Iterable[Task]) -> StepTime | None:
    """Return the earliest deadline among open tasks; ``None`` where none has one."""
    found = [
        (deadline.at, deadline.basis, task)
        for task in tasks
        if task.status == PartStatus.OPEN and (deadline := facts.times.deadline(task)) is not None
    ]
    if not found:
        return None
    at, basis, task = min(found, key=lambda entry: entry[0])
    minutes = facts.times.late_minutes(task, facts.now)
    over = worked(facts, minutes) if minutes else ""
    return StepTime(at, basis is Basis.COLLECT_BY, over, bool(lateness(facts, minutes)))


def worked(facts: RunFacts, minutes: int) -> str:
    """Return working minutes in words, in days as long as the office works now."""
    return facts.reader.working_span(minutes, day_length(facts.times.calendar, facts.now))


def took(facts: RunFacts, number: int, row: RunStep) -> tuple[str, str]:
    """Return the working time a closed step took, and the SOP's waktu as printed ('' where blank)."""
    if row.opened_at is None or row.closed_at is None:
        return "", ""
    allowed = standard(facts, number, "standard_duration")
    used = facts.times.worked_between(_began(facts, number, row), row.closed_at)
    return worked(facts, used), allowed.text if allowed else ""


def collected_by(facts: RunFacts, number: int) -> datetime | None:
    """Return the office's own date for a step whose hand-in is yet to come."""
    row = facts.steps.get(number)
    waits = row is not None and row.status == StepStatus.WAITING
    return collect_by_of(facts, number) if waits else None


def extensions_of(facts: RunFacts, tasks: Iterable[Task]) -> tuple[ShownExtension, ...]:
    """Return the last dispensations asked for a step's tasks, oldest first."""
    known = {task.id: task for task in tasks}
    found = [e for e in facts.times.extensions if e.task_id in known and e.status != "lapsed"]
    return tuple(
        ShownExtension(
            status=e.status,
            until=e.until,
            unit=facts.names.short_unit(known[e.task_id].subject) if known[e.task_id].unit_id else "",
            by=facts.names.person(e.asked_by),
            reason=one_line(facts.text(e.reason_id), MAX_REASON),
            decided_by=facts.names.person(e.decided_by) if e.decided_by else "",
            why=one_line(facts.text(e.decision_reason_id), MAX_REASON),
        )
        for e in found[-MAX_EXTENSIONS:]
    )


def past_pauses(facts: RunFacts) -> tuple[PastPause, ...]:
    """Return the last pauses that are over, oldest first."""
    return tuple(
        PastPause(
            Paused(p.started_at, facts.names.person(p.started_by), one_line(facts.text(p.reason_id), MAX_REASON)),
            p.ended_at,
        )
        for p in facts.pauses[-MAX_PAUSES:]
        if p.ended_at is not None
    )


def used_of(facts: RunFacts) -> Used | None:
    """Return a run's working time against its standards; ``None`` where no step done has one."""
    calendar, total, allowed, in_time, steps = facts.times.calendar, 0, 0, 0, 0
    for number, row in facts.steps.items():
        duration = standard_duration(facts.adopted, number)
        if duration is None or row.status != StepStatus.DONE or row.opened_at is None or row.closed_at is None:
            continue
        began = _began(facts, number, row)
        until = due(calendar, began, duration, facts.times.pauses)
        if until is None:
            continue
        steps += 1
        in_time += row.closed_at <= until
        total += facts.times.worked_between(began, row.closed_at)
        allowed += facts.times.worked_between(began, until)
    if not steps:
        return None
    return Used(worked(facts, total), worked(facts, allowed), in_time, steps)


def _began(facts: RunFacts, number: int, row: RunStep) -> datetime:
    """Return when a step's clock started: at its opening, minutes with the meeting they are about."""
    opened_at, closed_at = row.opened_at or facts.run.started_at, row.closed_at or facts.now
    if facts.step(number).part != "minutes":
        return opened_at
    begins = facts.times.meetings.get(number, opened_at)
    return begins if opened_at < begins < closed_at else opened_at
