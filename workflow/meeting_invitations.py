"""The calendar files (.ics) of a meeting, and the reminder before it: queued in the transaction that causes them.

A file is made at delivery (:mod:`messages.ics`) from what the invitation then says. Its
number (SEQUENCE, RFC 5545) is how often the schedule was said before, and how often something
elsewhere in the run may have undone it, so a phone's calendar never goes back to an older date.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from storage import outbox, timers
from storage.tables import Office, Official, Submission, Task, Timer
from workflow import holders, lapsing
from workflow.calendar.of_office import calendar_of
from workflow.meeting_times import begins_at
from workflow.moment import Moment
from workflow.run_state import LoadedRun, load_run
from workflow.state import SETTLED, Part, PartStatus
from workflow.verbs import OUTPUT_VERBS, Verb

Method = Literal["REQUEST", "CANCEL"]
REMINDED_BEFORE_MINUTES = 60
"""Working minutes: who is called to an early meeting hears of it on the afternoon before."""
TIMER = "meeting"
SAYS_SCHEDULE = (*OUTPUT_VERBS, Verb.WITHDRAW)
TURNS = (Verb.DECIDE, Verb.RETURN, Verb.WITHDRAW, Verb.DISOWN)
"""What may undo an invitation from elsewhere in its run, or give it back."""


def sequence(session: Session, invitation: Task) -> int:
    """Return how often a meeting's schedule was said, changed or taken back before the last time."""
    said = session.exec(
        select(func.count())
        .select_from(Submission)
        .where(Submission.task_id == invitation.id, col(Submission.verb).in_(SAYS_SCHEDULE))
    ).one()
    return max(0, said - 1)


def _turns(session: Session, invitation: Task) -> int:
    """Return how much was decided, returned or taken back elsewhere in the run since a meeting was first called.

    Not all of that concerns the meeting: calendars only want a number that grows.
    """
    first = (
        select(func.min(Submission.id))
        .where(Submission.task_id == invitation.id, col(Submission.verb).in_(SAYS_SCHEDULE))
        .scalar_subquery()
    )
    return session.exec(
        select(func.count())
        .select_from(Submission)
        .where(
            Submission.run_id == invitation.run_id, Submission.task_id != invitation.id,
            col(Submission.verb).in_(TURNS), col(Submission.id) > first,
        )
    ).one()  # fmt: skip


def send_file(
    session: Session, moment: Moment, invitation: Task, official: Official, method: Method, number: int
) -> None:
    """Queue a meeting's calendar file for one official, silent."""
    if official.telegram_id is not None and official.active:
        outbox.send_invitation(
            session, bot_id=moment.bot_id, chat_id=official.telegram_id, office_id=official.office_id,
            task_id=invitation.id or 0, method=method, sequence=number, revision=number + _turns(session, invitation),
            now=moment.now,
        )  # fmt: skip


def cancel_files(session: Session, moment: Moment, loaded: LoadedRun, invitation: Task, *, later: int = 0) -> None:
    """Take a meeting out of the calendars of everybody who has it; its reminder goes too.

    ``later`` is 1 where no act on the invitation itself stands behind it (the run was cancelled).
    """
    timers.drop(session, task_id=invitation.id, kind=TIMER)
    number = sequence(session, invitation) + later
    for official in invited(session, answering(loaded, invitation)):
        send_file(session, moment, invitation, official, "CANCEL", number)


def cancel_all(session: Session, moment: Moment, loaded: LoadedRun) -> None:
    """Take every meeting of a cancelled run that is still to come out of the calendars."""
    for task in list(loaded.tasks.values()):
        begins = begins_at_of(session, loaded, task) if task.part == Part.WORK else None
        if begins is not None and begins > moment.now:
            cancel_files(session, moment, loaded, task, later=1)


def plan_reminder(session: Session, moment: Moment, loaded: LoadedRun, invitation: Task) -> None:
    """Put the reminder of a meeting where its schedule wants it now, in place of any earlier one."""
    timers.drop(session, task_id=invitation.id, kind=TIMER)
    begins = begins_at_of(session, loaded, invitation)
    if begins is None or begins <= moment.now:
        return
    calendar = calendar_of(session.get_one(Office, loaded.run.office_id))
    fire_at = calendar.add_minutes(begins, -REMINDED_BEFORE_MINUTES)
    if fire_at <= moment.now:
        return  # the invitation itself comes no earlier than the reminder would
    number = sequence(session, invitation)
    timers.put(
        session, office_id=loaded.run.office_id, kind=TIMER, key=f"meeting:{invitation.id}:{number}",
        fire_at=fire_at, run_id=loaded.run.id, task_id=invitation.id, data={"sequence": number},
    )  # fmt: skip


def remind(session: Session, moment: Moment, timer: Timer) -> None:
    """The timer fired: tell the organiser and everybody invited who did not answer ``Berhalangan``."""
    loaded = load_run(session, timer.run_id or 0)
    invitation = next((task for task in loaded.tasks.values() if task.id == timer.task_id), None)
    if invitation is not None and timer.data.get("begun"):
        _take_buttons_away(session, moment, loaded, invitation)
        return
    if invitation is None or loaded.run.status != "open" or invitation.status not in SETTLED:
        return
    begins = begins_at_of(session, loaded, invitation)
    number = sequence(session, invitation)
    if begins is None or begins <= moment.now or timer.data.get("sequence") != number:
        return
    calendar = calendar_of(session.get_one(Office, loaded.run.office_id))
    due_at = calendar.next_open(moment.now)
    if due_at >= begins:
        return  # late, after an absence: nobody is woken for it
    told: set[int | None] = set()
    for task in answering(loaded, invitation):
        for official in holders.holders(session, task):
            if official.id not in told and _answer(session, task) != "no":
                _tell(session, moment, official, task, number, due_at, begins)
            told.add(official.id)
    for official in holders.holders(session, invitation):
        if official.id not in told:
            _tell(session, moment, official, invitation, number, due_at, begins)
    timers.put(
        session, office_id=loaded.run.office_id, kind=TIMER, key=f"meeting-begun:{invitation.id}:{number}",
        fire_at=begins, run_id=loaded.run.id, task_id=invitation.id, data={"begun": True},
    )  # fmt: skip


def _take_buttons_away(session: Session, moment: Moment, loaded: LoadedRun, invitation: Task) -> None:
    """The meeting begins: a reminder of it asks for no answer any more, on whatever phone it stands."""
    for key, task in loaded.tasks.items():
        if key.step == invitation.step and key.part == Part.INVITATION:
            lapsing.strip_all(session, moment, f"meeting:{task.id}:")


def answering(loaded: LoadedRun, invitation: Task) -> list[Task]:
    """Return the invitations to a meeting that stand open or answered."""
    return [
        task
        for key, task in loaded.tasks.items()
        if key.step == invitation.step and key.part == Part.INVITATION and task.status != PartStatus.WAITING
    ]


def invited(session: Session, tasks: Iterable[Task]) -> list[Official]:
    """Return whom invitations are for."""
    return [official for task in tasks for official in holders.holders(session, task)]


def _tell(
    session: Session, moment: Moment, official: Official, task: Task, number: int, due_at: datetime, begins: datetime
) -> None:
    if official.telegram_id is not None and official.active:
        outbox.say(
            session, bot_id=moment.bot_id, chat_id=official.telegram_id, office_id=official.office_id,
            template="meeting_reminder", params={"task_id": task.id}, now=moment.now, due_at=due_at, not_after=begins,
            key=f"meeting:{task.id}:{number}:{official.id}",
        )  # fmt: skip


def _answer(session: Session, task: Task) -> str | None:
    return session.exec(
        select(Submission.outcome)
        .where(Submission.task_id == task.id, Submission.activation == task.activation, Submission.verb == Verb.ATTEND)
        .order_by(col(Submission.id).desc())
        .limit(1)
    ).first()


def begins_at_of(session: Session, loaded: LoadedRun, invitation: Task) -> datetime | None:
    """Return when the meeting of a sent invitation begins; ``None`` for any other task."""
    if invitation.status not in SETTLED or not _invites(loaded, invitation):
        return None
    return _begins(session, loaded, invitation, _said_last(session, invitation, col(Submission.effective).is_(True)))


def undone(session: Session, loaded: LoadedRun, task: Task, now: datetime) -> Submission | None:
    """Return what called a meeting still to come whose invitation was just undone by an act elsewhere.

    ``None`` for any other task, and for a meeting that nobody is invited to any more.
    """
    if task.status in SETTLED or not _invites(loaded, task) or not answering(loaded, task):
        return None
    said = _said_last(session, task)
    begins = _begins(session, loaded, task, said)
    return said if begins is not None and begins > now else None


def given_back(session: Session, loaded: LoadedRun, task: Task, now: datetime) -> Submission | None:
    """Return what calls a meeting still to come whose invitation counts again, but which nobody is invited to."""
    begins = begins_at_of(session, loaded, task)
    if begins is None or begins <= now or answering(loaded, task):
        return None
    said = _said_last(session, task, col(Submission.effective).is_(True))
    return said if said is not None and not said.data.get("called_off") else None


def _invites(loaded: LoadedRun, task: Task) -> bool:
    return task.part == Part.WORK and loaded.step_of(task).part == "invite"


def _said_last(session: Session, invitation: Task, *conditions: ColumnElement[bool]) -> Submission | None:
    return session.exec(
        select(Submission)
        .where(Submission.task_id == invitation.id, col(Submission.verb).in_(OUTPUT_VERBS), *conditions)
        .order_by(col(Submission.id).desc())
        .limit(1)
    ).first()


def _begins(session: Session, loaded: LoadedRun, invitation: Task, said: Submission | None) -> datetime | None:
    zone = calendar_of(session.get_one(Office, loaded.run.office_id)).zone
    return begins_at(loaded.step_of(invitation), said.data, zone) if said is not None else None
