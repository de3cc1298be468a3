"""Beginning to work on a task: from now on what led to it cannot be taken back.

Whoever did the step before still has ``Tarik kembali`` on their card; it is taken away at
once, so that no button stands there that no longer works.
"""

from __future__ import annotations

from sqlmodel import Session

from sop_definitions.graph import predecessors
from storage.tables import Task
from workflow import cards
from workflow.moment import Moment
from workflow.run_state import LoadedRun
from workflow.state import SETTLED, Part, PartStatus

LED_TO = {Part.REVIEW: Part.UNIT, Part.DECISION: Part.WORK}
"""Within a step: the part whose act opened this one."""


def begin(session: Session, moment: Moment, loaded: LoadedRun, task: Task) -> None:
    """Note that somebody has begun with an open task (acknowledged, uploaded, typed)."""
    if not task.touched and task.status == PartStatus.OPEN:
        task.touched = True
        retire(session, moment, loaded, task)


def retire(session: Session, moment: Moment, loaded: LoadedRun, task: Task) -> None:
    """Show those who did what led to a task that it was built upon; once per opening of the step."""
    cards.refresh_all(session, moment, (), led_to(loaded, task))


def led_to(loaded: LoadedRun, task: Task) -> set[tuple[int, int]]:
    """Return what led to a task, if nobody has begun with its step yet: each task with who settled it."""
    if any(t.touched or t.status in SETTLED for t in _siblings(loaded, task)):
        before: tuple[int, ...] = ()
    else:
        before = predecessors(loaded.definition)[task.step]
    within = LED_TO.get(Part(task.part))
    return {
        (t.id or 0, t.closed_by)
        for key, t in loaded.tasks.items()
        if t.status in SETTLED
        and t.closed_by is not None
        and (key.step in before or (key.step == task.step and key.part is within and key.unit == task.subject))
    }


def _siblings(loaded: LoadedRun, task: Task) -> list[Task]:
    """Return the other parts of a task's step that hold the run up."""
    side = (Part.RECEIPT, Part.INVITATION)
    return [t for key, t in loaded.tasks.items() if key.step == task.step and t is not task and key.part not in side]
