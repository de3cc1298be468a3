"""Hand-ins that are late: reminding, going on without a unit, a unit with nothing to report."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from storage.tables import Official, Task
from workflow import acts, cards, holders, notices, people, sending
from workflow.actions import Waive
from workflow.deciding import done
from workflow.deed import Deed, Stopped
from workflow.moment import Moment
from workflow.reply import Reply
from workflow.run_state import LoadedRun, key_of
from workflow.state import SETTLED, Part, PartKey, PartStatus
from workflow.verbs import Verb

THROTTLE = timedelta(minutes=60)
"""Between two reminders to the units of one step, whoever presses."""


def board(session: Session, officials: list[Official], task_id: int) -> tuple[LoadedRun, Task, Official]:
    """Lock a hand-in's run for somebody who may chase its units: its collector, secretary, head or admin.

    ``task_id`` is any task of the step: the collector's board, or a unit's where there is none.
    Raises :class:`Stopped` for anybody else.
    """
    loaded, task, official = acts.find(session, task_id, officials)
    if loaded.run.status != "open":
        raise Stopped("run_closed")
    collector = loaded.tasks.get(PartKey(task.step, Part.COLLECTION))
    chasing = (
        (collector is not None and holders.may_act(session, collector, official))
        or people.is_secretary(session, official, loaded.adopted)
        or people.is_head(session, official, loaded.adopted)
        or official.admin
    )
    if not chasing:
        raise Stopped("not_yours")
    return loaded, task, official


def late_units(loaded: LoadedRun, step: int) -> list[Task]:
    """Return the unit tasks of a step that are still open, in the run's order of units."""
    tasks = [loaded.tasks.get(PartKey(step, Part.UNIT, unit)) for unit in loaded.run.units]
    return [task for task in tasks if task is not None and task.status == PartStatus.OPEN]


def remind(session: Session, moment: Moment, officials: list[Official], task_id: int) -> Reply:
    """``Ingatkan yang belum``: each late unit gets one reminder and its card again, once an hour."""
    loaded, task, _ = board(session, officials, task_id)
    late = late_units(loaded, task.step)
    last = max((t.reminded_at for t in late if t.reminded_at), default=None)
    if last is not None and moment.now - last < THROTTLE:
        left = THROTTLE - (moment.now - last)
        raise Stopped("throttled", minutes=max(1, int(left.total_seconds() // 60)))
    for unit_task in late:
        unit_task.reminded_at = moment.now
        for official in holders.holders(session, unit_task):
            notices.tell(session, moment, official, "unit_reminder", task_id=unit_task.id)
            cards.show_to(session, moment, unit_task, official)
    return Reply("reminded", {"count": len(late)})


def may_waive(session: Session, loaded: LoadedRun, task: Task, official: Official) -> bool:
    """Say whether somebody may let the run go on without a unit: its collector and the secretary may."""
    collector = loaded.tasks.get(PartKey(task.step, Part.COLLECTION), task)
    return people.is_secretary(session, official, loaded.adopted) or holders.may_act(session, collector, official)


def waive(
    session: Session, moment: Moment, loaded: LoadedRun, task: Task, official: Official, unit: str, reason: str
) -> Reply:
    """``Lanjutkan tanpa``: the run goes on without one late unit, which may still hand in ('menyusul')."""
    if not may_waive(session, loaded, task, official):
        raise Stopped("not_yours")
    unit_task = loaded.tasks.get(PartKey(task.step, Part.UNIT, unit))
    if unit_task is None:
        raise Stopped("stale")
    if unit_task.status in SETTLED:
        raise acts.first_by(session, unit_task)
    if unit_task.status != PartStatus.OPEN:
        raise Stopped("stale")
    acts.perform(
        session, moment,
        Deed(loaded, unit_task, official, Verb.WAIVE, Waive(key_of(unit_task)), units=[unit], reason=reason),
    )  # fmt: skip
    cards.refresh(session, moment, unit_task)
    return done(moment, unit_task)


def nil(session: Session, moment: Moment, loaded: LoadedRun, task: Task, official: Official, reason: str) -> Reply:
    """``Nihil``: a unit has nothing to report; its collector still accepts that."""
    if task.part != Part.UNIT or loaded.step_of(task).proof not in (None, "file"):
        raise Stopped("stale")
    for file in sending.drafted(session, task):
        file.discarded = True
    task.draft = {"nil": reason}
    return sending.close(session, moment, loaded, task, official, [])
