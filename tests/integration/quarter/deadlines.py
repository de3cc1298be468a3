"""Until when a task is to be done, by the almanac: reckoned day by day, by the plainest means."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from sop_definitions.duration import DurationUnit
from storage.tables import Adoption, Extension, Run, RunStep, Task
from tests.integration.quarter.almanac import Almanac
from workflow.adoption import load, standard_duration

Pauses = list[tuple[datetime, datetime]]


def deadline(
    session: Session, almanac: Almanac, run: Run, task: Task, since: datetime, pauses: Pauses
) -> datetime | None:
    """Return a task's deadline by the almanac: the waktu, the office's own date, what was granted, pauses."""
    duration = standard_duration(load(session.get_one(Adoption, run.adoption_id)), task.step)
    due = None
    if duration is not None:
        if duration.unit in (DurationUnit.MINUTES, DurationUnit.HOURS):
            minutes = duration.amount_high * (60 if duration.unit is DurationUnit.HOURS else 1)
            due = _minutes_with_pauses(almanac, since, minutes, pauses)
        else:
            factor = {DurationUnit.DAYS: 1, DurationUnit.WEEKS: 5, DurationUnit.MONTHS: 20}[duration.unit]
            due = _days_with_pauses(almanac, since, duration.amount_high * factor, pauses)
    step = session.get_one(RunStep, (run.id, task.step))
    own = step.collect_by
    if own is not None and (task.part == "unit" or (due is not None and own > due)):
        due = own
    rows = session.exec(
        select(Extension).where(
            Extension.task_id == task.id, Extension.activation == task.activation, Extension.status == "granted"
        )
    ).all()
    granted = [_moved(almanac, row.until, row.decided_at or row.asked_at, pauses) for row in rows]
    return max([*([due] if due else []), *granted], default=None)


def _minutes_with_pauses(almanac: Almanac, since: datetime, minutes: float, pauses: Pauses) -> datetime:
    at, left = since, minutes
    for begins, ends in pauses:
        if ends <= at:
            continue
        free = almanac.worked(at, max(at, begins))
        if left <= free:
            break
        left, at = left - free, ends
    return almanac.later(at, left)


def _days_with_pauses(almanac: Almanac, since: datetime, days: int, pauses: Pauses) -> datetime:
    day = almanac.day(since)
    while days:
        day += timedelta(days=1)
        days -= almanac.works(day) and not touched(almanac, day, since, pauses)
    return almanac.closing(day)


def touched(almanac: Almanac, day: date, since: datetime, pauses: Pauses) -> bool:
    """Say whether a pause after ``since`` took working time of a day."""
    return any(
        max(begins, opens, since) < min(ends, closes) for begins, ends in pauses for opens, closes in almanac.hours(day)
    )


def _moved(almanac: Almanac, at: datetime, since: datetime, pauses: Pauses) -> datetime:
    """Return where pauses move a date that was set at ``since``: by whole working days, to the same hour."""
    for begins, ends in pauses:
        if ends <= since or begins >= at:
            continue
        day, lost = almanac.day(max(begins, since)), 0
        while day <= almanac.day(ends):
            lost += touched(almanac, day, since, [(begins, ends)])
            day += timedelta(days=1)
        local, day = at.astimezone(almanac.zone), almanac.day(at)
        while lost:
            day += timedelta(days=1)
            lost -= almanac.works(day)
        at = datetime.combine(day, local.time(), almanac.zone)
    return at
