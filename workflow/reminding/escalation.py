"""What superiors are told of others' delays, in their own morning digest and nowhere else.

The delay of the office's head is told to the secretary alone, who reminds in person; that is
how it is done in an Indonesian office, and nobody else reads of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, select

from storage.literals import is_status
from storage.tables import Adoption, Office, Official, Run, Task
from workflow import holders, people
from workflow.adoption import Adopted, head_role, load, secretary_role
from workflow.reminding.policy import Action, ReminderPolicy, policy_of
from workflow.run_times import SIDE, Deadline, RunTimes, load_run_times
from workflow.state import PartStatus
from workflow.superiors import superiors_of

Reason = Literal["unacknowledged", "incomplete", "unreachable"]


@dataclass(frozen=True, slots=True)
class Concern:
    """Another's overdue task, for a superior. ``late_minutes`` are working minutes.

    ``deadline`` is ``None`` for a step without waktu that has waited long; nobody calls it late.
    ``offer``: with a button that hands the task to somebody else. ``about_head``: its reader is
    the secretary, who is asked to remind the head in person. ``waiting_since``: when the task was
    opened, or its meeting began.
    """

    task_id: int
    run_id: int
    holder_ids: list[int]
    reason: Reason
    deadline: Deadline | None
    late_minutes: int
    offer: bool
    about_head: bool
    waiting_since: datetime


def told_to(session: Session, office: Office, official: Official, now: datetime) -> list[Concern]:
    """Return the delays one official is told of, the longest first."""
    found = [concern for concern, told in _concerns(session, office, now, official) if official.id in told]
    return sorted(found, key=lambda concern: -concern.late_minutes)


def everybody_told(session: Session, office: Office, now: datetime) -> set[int]:
    """Return the ids of all officials of an office who are told of some delay."""
    return {official_id for _, told in _concerns(session, office, now, None) for official_id in told}


def days_since(times: RunTimes, at: datetime, now: datetime) -> int:
    """Return how many whole working days have gone by since ``at``; days of a pause do not count."""
    calendar = times.calendar
    local, then = now.astimezone(calendar.zone), at.astimezone(calendar.zone)
    days = calendar.days_between(then.date(), local.date())
    if calendar.is_working_day(local.date()) and local.time() < then.time():
        days -= 1
    for pause in times.pauses:
        start, end = max(pause.start, at), min(pause.end or now, now)
        if start < end:
            days -= calendar.days_between(calendar.local_date(start) - timedelta(days=1), calendar.local_date(end))
    return max(0, days)


def _concerns(
    session: Session, office: Office, now: datetime, only: Official | None
) -> Iterable[tuple[Concern, set[int]]]:
    """Yield the delays of an office and whom each is told; of ``only`` one reader those that may concern them."""
    policy = policy_of(office)
    rows = session.exec(
        select(Run, Task)
        .join(Task, col(Task.run_id) == Run.id)
        .where(
            Run.office_id == office.id,
            is_status(Run.status, "open"),
            col(Run.paused_at).is_(None),
            Task.status == PartStatus.OPEN,
            col(Task.part).not_in(SIDE),
        )
        .order_by(col(Run.number), col(Task.id))
    ).all()
    roles = {seat.role for seat in people.seats_of(session, only.id or 0)} if only is not None else set()
    known: dict[int, RunTimes | None] = {}
    for run, task in rows:
        run_id = run.id or 0
        if run_id not in known:
            adopted = load(session.get_one(Adoption, run.adoption_id))
            asked = only is None or only.admin or bool(roles & _superior_roles(policy, adopted))
            known[run_id] = load_run_times(session, run, adopted, office) if asked else None
        times = known[run_id]
        concern = _concern(session, policy, times, task, now) if times is not None else None
        if concern is not None:
            yield concern


def _superior_roles(policy: ReminderPolicy, adopted: Adopted) -> set[str]:
    named = {head_role(adopted), secretary_role(adopted), *policy.superiors.values()}
    return {role for role in named if role is not None}


def _concern(
    session: Session, policy: ReminderPolicy, times: RunTimes, task: Task, now: datetime
) -> tuple[Concern, set[int]] | None:
    deadline = times.deadline(task)
    if task.opened_at is None or task.sending is not None:
        return None
    since = times.starts_at(task, task.opened_at)
    if deadline is None:
        if days_since(times, since, now) < policy.without_deadline_superior_after_days:
            return None
    elif deadline.at >= now:
        return None
    owing = holders.holders(session, task)
    reason = _reason(session, policy, times, task, deadline, owing, now)
    if reason is None:
        return None
    about_head = any(people.is_head(session, one, times.adopted) for one in owing)
    told = _told(session, times, task, owing, about_head=about_head)
    if not told:
        return None
    action: Action = policy.unacknowledged_action if reason == "unacknowledged" else policy.incomplete_action
    concern = Concern(
        task.id or 0, task.run_id, [one.id or 0 for one in owing], reason, deadline,
        times.late_minutes(task, now), offer=action == "offer" and not about_head, about_head=about_head,
        waiting_since=since,
    )  # fmt: skip
    return concern, told


def _reason(
    session: Session,
    policy: ReminderPolicy,
    times: RunTimes,
    task: Task,
    deadline: Deadline | None,
    owing: list[Official],
    now: datetime,
) -> Reason | None:
    """Return why a superior is told of a task, the weightiest reason first; ``None``: not yet."""
    if not any(people.joined(session, one) for one in owing):
        return "unreachable"
    if deadline is None:  # it has waited for long enough, or nobody would ask
        return "incomplete"
    days = days_since(times, deadline.at, now)
    if days >= policy.incomplete_after_days:
        return "incomplete"
    noticed = task.acknowledged_at is not None or task.touched
    return "unacknowledged" if days >= policy.unacknowledged_after_days and not noticed else None


def _told(session: Session, times: RunTimes, task: Task, owing: list[Official], *, about_head: bool) -> set[int]:
    adopted, office_id = times.adopted, task.office_id
    spared = {one.id or 0 for one in owing}
    if about_head:
        above = people.secretaries(session, office_id, adopted)
    elif owing:
        above = [person for one in owing for person in superiors_of(session, one, adopted, task)]
    else:  # a vacant seat
        above = people.secretaries(session, office_id, adopted) or people.admins(session, office_id)
    return {person.id or 0 for person in above} - spared
