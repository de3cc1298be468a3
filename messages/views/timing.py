"""A task's time in words' reach: until when, resting on what, how late, and what stopped the clock.

Officials forgive a bot that is late less than one that accuses early: up to a working day
past its deadline a task is said to wait, and only then to be late (the office's policy says
after how many days). The exact figure stands on the pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messages.text import Reader, one_line
from messages.views.run_facts import RunFacts
from storage.tables import Task
from workflow.adoption import standard_duration
from workflow.calendar.due import shifted
from workflow.calendar.working_time import WorkingTime
from workflow.reminding.policy import policy_of
from workflow.run_times import SIDE, Basis
from workflow.state import Part, PartStatus

MAX_REASON = 200
OF_COLLECTING = (Part.UNIT, Part.REVIEW, Part.COLLECTION)


@dataclass(frozen=True, slots=True)
class Paused:
    """Since when a run's clock stands still, by whom and why."""

    since: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A dispensation that was asked for and that nobody has decided yet."""

    until: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Timing:
    """The time of one open task.

    ``at`` is its deadline, ``basis`` what it rests on ('' for none); ``blank``: neither the
    SOP nor the office set one. ``collect_by`` is the office's own date for the hand-in.
    ``before_meeting``: the clock starts with a meeting yet to come. ``passed``: late enough
    to be called late.
    """

    at: datetime | None
    basis: str
    blank: bool
    collect_by: datetime | None
    before_meeting: bool
    passed: bool
    paused: Paused | None
    asked: Asked | None


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a card sent anew as a reminder says first; exactly one of ``late``, ``due`` and ``since`` is not ''.

    ``of_office``: what is due is the office's own date.
    """

    late: str
    due: str
    since: str
    of_office: bool


def timing_of(facts: RunFacts, task: Task) -> Timing | None:
    """Return the time of a task that is still owed; ``None`` where time plays no part."""
    if task.part in SIDE or task.status not in (PartStatus.OPEN, PartStatus.WAIVED) or facts.run.status != "open":
        return None
    deadline = facts.times.deadline(task)
    collect_by = collect_by_of(facts, task.step) if task.part in OF_COLLECTING else None
    return Timing(
        at=deadline.at if deadline else None,
        basis=deadline.basis if deadline else "",
        blank=deadline is None and collect_by is None and standard_duration(facts.adopted, task.step) is None,
        collect_by=collect_by,
        before_meeting=deadline is not None and deadline.basis is Basis.STANDARD and deadline.starts_at > facts.now,
        passed=bool(lateness(facts, facts.times.late_minutes(task, facts.now))),
        paused=paused_of(facts),
        asked=_asked(facts, task),
    )


def reminder_of(facts: RunFacts, task: Task) -> Reminder:
    """Return what a reminder of a task says first."""
    deadline, reader = facts.times.deadline(task), facts.reader
    late = lateness(facts, facts.times.late_minutes(task, facts.now))
    if late:
        return Reminder(late, "", "", of_office=False)
    if deadline is not None and deadline.at > facts.now:
        return Reminder("", reader.near(deadline.at, facts.now), "", of_office=deadline.basis is Basis.COLLECT_BY)
    return Reminder(
        "",
        "",
        waiting_since(reader, facts.times.starts_at(task, task.opened_at or facts.now), facts.now),
        of_office=False,
    )


def waiting_since(reader: Reader, opened_at: datetime, now: datetime) -> str:
    """Return 'pukul 09.12 WIB' for this morning, '4 Jan 09.12' for an earlier day."""
    same_day = reader.local(opened_at).date() == reader.local(now).date()
    if not same_day:
        return reader.tight(opened_at)
    return reader.hour(opened_at) if reader.language == "en" else reader.clock(opened_at)


def lateness(facts: RunFacts, minutes: int) -> str:
    """Return what a lateness of so many working minutes is called, '' as long as the office does not call it late."""
    per_day = day_length(facts.times.calendar, facts.now)
    return late_words(facts.reader, minutes, per_day, policy_of(facts.office).late_after_days)


def late_words(reader: Reader, minutes: int, per_day: int, late_after_days: int) -> str:
    """Return how late something is, in whole working days ('2 hari kerja'); '' below ``late_after_days``."""
    days = minutes // per_day
    if minutes < 1 or days < late_after_days:
        return ""
    return reader.working_days(days) if days else reader.working_span(minutes, per_day)


def day_length(calendar: WorkingTime, at: datetime) -> int:
    """Return how many minutes the office works on the working day of ``at``, or the next one."""
    opened = calendar.hours(calendar.next_open(at).astimezone(calendar.zone).date())
    return sum(int((end - start).total_seconds()) // 60 for start, end in opened)


def collect_by_of(facts: RunFacts, number: int) -> datetime | None:
    """Return the office's own date for a hand-in, moved by the pauses since it was set."""
    row = facts.steps.get(number)
    if row is None or row.collect_by is None:
        return None
    since = row.collect_by_set_at or row.opened_at or facts.run.started_at
    return shifted(facts.times.calendar, row.collect_by, since, facts.times.pauses)


def paused_of(facts: RunFacts) -> Paused | None:
    """Return the pause a run is in."""
    if not facts.times.paused or not facts.pauses:
        return None
    pause = facts.pauses[-1]
    return Paused(
        pause.started_at, facts.names.person(pause.started_by), one_line(facts.text(pause.reason_id), MAX_REASON)
    )


def _asked(facts: RunFacts, task: Task) -> Asked | None:
    found = [
        e
        for e in facts.times.extensions
        if e.task_id == task.id and e.activation == task.activation and e.status == "asked"
    ]
    return Asked(found[-1].until, facts.names.person(found[-1].asked_by)) if found else None
