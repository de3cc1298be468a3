"""``Batas pengumpulan``: the office's own date for a hand-in, in place of the SOP's waktu.

It drives reminders and lateness; the waktu (mutu baku, PermenPAN-RB 35/2012) stays what the
statistics count with.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from storage import audit
from storage.tables import Official, RunStep, Task
from workflow import acts, cards, holders, notices, people
from workflow.deed import Stopped
from workflow.hand_in_steps import AHEAD, BOARDS, hand_in_after
from workflow.moment import Moment
from workflow.reminding import planning
from workflow.run_state import LoadedRun, owner
from workflow.state import Part, PartKey, PartStatus


def open_collecting(
    session: Session, officials: list[Official], task_id: int, number: int | None
) -> tuple[LoadedRun, Task, Official, RunStep]:
    """Return the hand-in whose date this person may set, with its run locked.

    ``number`` names the hand-in, ``None`` that of the task's card. Raises :class:`Stopped` for
    anybody else, an ended run, or a hand-in that is over.
    """
    loaded, task, official = acts.find(session, task_id, officials)
    wanted = task.step if number is None else number
    known = any(step.number == wanted for step in loaded.definition.steps)
    target = hand_in_after(loaded.definition, wanted) if known else None
    if target is None:
        raise Stopped("stale")
    if not may_set(session, loaded, official, target):
        raise Stopped("not_allowed")
    if loaded.run.status != "open":
        raise Stopped("run_closed")
    row = loaded.steps[target]
    if row.status not in AHEAD:
        raise Stopped("collect_by_over")
    return loaded, task, official, row


def may_set(session: Session, loaded: LoadedRun, official: Official, target: int) -> bool:
    """Starter, secretary, head, and whoever holds the collector's or a sender's step may set the date."""
    run, adopted = loaded.run, loaded.adopted
    if official.id == run.started_by or people.is_secretary(session, official, adopted):
        return True
    if people.is_head(session, official, adopted):
        return True
    for task in loaded.tasks.values():
        concerned = task.part in BOARDS and hand_in_after(loaded.definition, task.step) == target
        if concerned and holders.may_act(session, task, official):
            return True
    roles, _ = owner(adopted, PartKey(target, Part.COLLECTION))
    return bool(roles) and people.holds(session, official, roles)


def change(
    session: Session,
    moment: Moment,
    officials: list[Official],
    task_id: int,
    number: int,
    at: datetime | None,
) -> RunStep:
    """Set the date of a hand-in, or clear it (``None``); units that still owe are told of a change.

    Raises :class:`Stopped` as :func:`open_collecting` does, and for a date that is over.
    """
    loaded, _, official, row = open_collecting(session, officials, task_id, number)
    if at is not None and at <= moment.now:
        raise Stopped("collect_by_past")
    if row.collect_by == at:
        return row
    had = row.collect_by
    row.collect_by = at
    row.collect_by_set_by, row.collect_by_set_at = (official.id, moment.now) if at is not None else (None, None)
    session.flush()
    audit.record(
        session, office_id=loaded.run.office_id, at=moment.now, kind="step.collect_by",
        payload={
            "run": loaded.run.status, "step": row.number, "collect_by": at.isoformat() if at is not None else None
        },
        actor_id=official.id, capacity=people.title(session, official), run_id=loaded.run.id,
    )  # fmt: skip
    planning.replan_run(session, moment, loaded.run)
    _show(session, moment, loaded, row)
    _tell_units(session, moment, loaded, official, row, had)
    return row


def _show(session: Session, moment: Moment, loaded: LoadedRun, row: RunStep) -> None:
    """Bring every card up to date that names the date or offers to set it."""
    tasks = loaded.tasks.values()
    offering = [t for t in tasks if t.step != row.number and hand_in_after(loaded.definition, t.step) == row.number]
    cards.refresh_all(session, moment, offering)
    cards.refresh_moved(session, moment, [task for task in tasks if task.step == row.number])


def _tell_units(
    session: Session, moment: Moment, loaded: LoadedRun, official: Official, row: RunStep, had: datetime | None
) -> None:
    owing = [
        task
        for task in loaded.tasks.values()
        if task.step == row.number and task.part == Part.UNIT and task.status in (PartStatus.OPEN, PartStatus.WAIVED)
    ]
    told = [holder for task in owing for holder in holders.holders(session, task) if holder.id != official.id]
    notices.tell_all(
        session, moment, told, "collect_by_changed", key=f"collect_by:{row.run_id}:{row.number}:{moment.nonce}",
        run_id=row.run_id, step=row.number, by=official.id, had=had.isoformat() if had is not None else None,
    )  # fmt: skip
