"""When one task is reminded of: pure reckoning in the office's working time.

The SOP's waktu may be ten minutes; an official who got the card ten minutes ago is not to be
nagged. So nothing comes sooner than the policy's floor, and then at most twice before the
daily digest takes over: once early in a long step, once at its deadline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.tables import Task
from workflow.calendar.working_time import WorkingTime
from workflow.reminding.policy import ReminderPolicy
from workflow.run_times import SIDE, RunTimes
from workflow.state import PartStatus

EARLY, AT_DEADLINE = "early", "deadline"
NAMES = (EARLY, AT_DEADLINE)


@dataclass(frozen=True, slots=True)
class Slot:
    """One reminder of a task, at a moment of working time (aware UTC).

    One that falls on an opening is the morning digest's; all others stand apart from it.
    """

    name: str
    at: datetime


def slots(
    calendar: WorkingTime, policy: ReminderPolicy, *, opened_at: datetime, starts_at: datetime, deadline: datetime
) -> tuple[Slot, ...]:
    """Return the reminders of a task before its digests, in order.

    ``opened_at`` is when its card was made, ``starts_at`` when its clock began (a meeting's
    beginning, where that is later), ``deadline`` until when it is to be done.
    """
    floor = calendar.next_open(floor_at(calendar, policy, max(opened_at, starts_at)))
    last = _in_the_day(calendar, policy, max(floor, _before_closing(calendar, policy, deadline)), floor)
    found = [Slot(AT_DEADLINE, last)]
    span = calendar.minutes_between(starts_at, deadline)
    if span >= policy.long_from_minutes:
        after = calendar.add_minutes(starts_at, span * policy.early_percent // 100)
        early = _in_the_day(calendar, policy, max(floor, calendar.next_open(after)), floor)
        if calendar.minutes_between(early, last) >= policy.gap_minutes:
            found.insert(0, Slot(EARLY, early))
    return tuple(found)


def slots_of(times: RunTimes, policy: ReminderPolicy, task: Task) -> tuple[Slot, ...]:
    """Return when a task is reminded of as things stand; never in a pause or after it is done."""
    if task.part in SIDE or task.status != PartStatus.OPEN or times.run.status != "open" or times.paused:
        return ()
    deadline = times.deadline(task)
    if deadline is None or task.opened_at is None:
        return ()
    return slots(times.calendar, policy, opened_at=task.opened_at, starts_at=deadline.starts_at, deadline=deadline.at)


def is_of_the_digest(calendar: WorkingTime, at: datetime) -> bool:
    """Say whether a reminder falls on an opening: the morning's digest says it."""
    return at == calendar.opening(calendar.local_date(at))


def floor_at(calendar: WorkingTime, policy: ReminderPolicy, since: datetime) -> datetime:
    """Return before when nobody is reminded of what came at ``since``."""
    return calendar.add_minutes(since, policy.floor_minutes)


def end_of_morning(calendar: WorkingTime, policy: ReminderPolicy, at: datetime) -> datetime | None:
    """Return until when the digest of that day goes out, ``None`` on a day off."""
    opening = calendar.opening(calendar.local_date(at))
    return opening + timedelta(minutes=policy.digest_spread_minutes) if opening is not None else None


def _before_closing(calendar: WorkingTime, policy: ReminderPolicy, deadline: datetime) -> datetime:
    """Return the deadline, or so long before the closing of its day that something can still be done."""
    worked_last = calendar.add(deadline, timedelta(microseconds=-1))
    closing = calendar.closing(calendar.local_date(worked_last))
    if closing is None:
        raise AssertionError("working time lies on a working day")
    return calendar.next_open(min(deadline, calendar.add_minutes(closing, -policy.before_closing_minutes)))


def _in_the_day(calendar: WorkingTime, policy: ReminderPolicy, at: datetime, floor: datetime) -> datetime:
    """Keep a reminder out of the minutes in which the digest goes out: into it, or after it."""
    opening = calendar.opening(calendar.local_date(at))
    over = end_of_morning(calendar, policy, at)
    if opening is None or over is None or not opening <= at <= over:
        return at
    return opening if floor <= opening else calendar.next_open(over + timedelta(minutes=1))
