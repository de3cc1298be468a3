"""Which reminders are put down for a task, and when they are put down anew.

What is put down is only when to look: whoever fires a timer looks at the task as it stands
then. A change of what moves time (a pause, a dispensation, the calendar) plans the run anew.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage import timers
from storage.literals import is_status
from storage.tables import Adoption, Office, Run, Task
from workflow import checkpoint_messages, retention
from workflow.adoption import load
from workflow.moment import Moment
from workflow.reminding import morning
from workflow.reminding.policy import policy_of
from workflow.reminding.slots import NAMES, is_of_the_digest, slots_of
from workflow.run_times import SIDE, RunTimes, load_run_times
from workflow.state import PartStatus

NUDGE = "nudge"


def plan(session: Session, moment: Moment, task: Task, times: RunTimes) -> None:
    """Put down the reminders of a task that has just been opened."""
    office = session.get_one(Office, task.office_id)
    for slot in slots_of(times, policy_of(office), task):
        if slot.at > moment.now and not is_of_the_digest(times.calendar, slot.at):
            timers.put(
                session, office_id=task.office_id, kind=NUDGE, key=_key(task, slot.name), fire_at=slot.at,
                run_id=task.run_id, task_id=task.id, activation=task.activation, data={"slot": slot.name},
            )  # fmt: skip


def forget(session: Session, task: Task) -> None:
    """Take away the reminders of an opening that is over."""
    timers.drop_named(session, [_key(task, name) for name in NAMES])


def replan_run(session: Session, moment: Moment, run: Run) -> None:
    """Put down the reminders of a run as its times are now; of one that ended or pauses, none."""
    # What is due this minute is left: it looks at the new times when it fires.
    timers.drop(session, run_id=run.id, kind=NUDGE, later_than=moment.now)
    if run.status != "open" or run.paused_at is not None:
        return
    tasks = session.exec(
        select(Task)
        .where(Task.run_id == run.id, Task.status == PartStatus.OPEN, col(Task.part).not_in(SIDE))
        .order_by(col(Task.id))
    ).all()
    if tasks:
        times = load_run_times(session, run, load(session.get_one(Adoption, run.adoption_id)))
        for task in tasks:
            plan(session, moment, task, times)


def replan_office(session: Session, moment: Moment, office: Office) -> None:
    """Put down an office's reminders and its mornings anew, after its calendar or policy changed; and its nights."""
    morning.plan(session, moment.now, office)
    checkpoint_messages.plan(session, moment.now, office)
    retention.plan(session, moment.now, office)
    for run in session.exec(
        select(Run).where(Run.office_id == office.id, is_status(Run.status, "open")).order_by(col(Run.id))
    ).all():
        replan_run(session, moment, run)


def _key(task: Task, slot: str) -> str:
    return f"{NUDGE}:{task.id}:{task.activation}:{slot}"
