"""``Alihkan``: a superior hands one opening of a task over to another official of the office."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage import audit
from storage.tables import Extension, Official, Task
from workflow import acts, beginning, cards, holders, lapsing, notices, people, rules
from workflow.actions import Renew
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.reminding import planning
from workflow.run_state import LoadedRun, key_of
from workflow.run_times import SIDE
from workflow.state import SETTLED, PartStatus
from workflow.superiors import is_superior


def open_assignable(
    session: Session, officials: list[Official], task_id: int, activation: int
) -> tuple[LoadedRun, Task, Official]:
    """Return a task this person may hand over, with its run locked.

    Raises :class:`Stopped` for anybody else, a run that ended, and a task that was done or
    opened anew meanwhile.
    """
    loaded, task, official = acts.find(session, task_id, officials)
    if loaded.run.status != "open":
        raise Stopped("run_closed")
    if task.part in SIDE or not may_assign(session, loaded, task, official):
        raise Stopped("not_allowed")
    if task.activation == activation and task.status in SETTLED:
        raise acts.first_by(session, task, official)
    if task.activation != activation or task.status != PartStatus.OPEN:
        raise Stopped("stale")
    if task.sending is not None:
        raise Stopped("already_sending")
    return loaded, task, official


def may_assign(session: Session, loaded: LoadedRun, task: Task, official: Official) -> bool:
    """Superior, head, secretary and admin may; but what the head owes only the head or an admin hands over.

    Else a secretary could take the head's decision and make it.
    """
    owners = holders.holders(session, task)
    adopted = loaded.adopted
    if official.admin or people.is_head(session, official, adopted):
        return True
    if any(people.is_head(session, owner, adopted) for owner in owners):
        return False
    if people.is_secretary(session, official, adopted):
        return True
    return any(is_superior(session, official, owner, adopted, task) for owner in owners)


def candidates(session: Session, task: Task) -> list[Official]:
    """Return who could take a task over: everybody who has joined but does not owe it, nearest seats first.

    Near is who sits in the task's unit, then who has a seat of its kind.
    """
    owing = {official.id for official in holders.holders(session, task)}
    found = session.exec(
        select(Official)
        .where(
            Official.office_id == task.office_id,
            col(Official.active).is_(True),
            col(Official.auditor).is_(False),
            col(Official.telegram_id).is_not(None),
        )
        .order_by(Official.name, col(Official.id))
    ).all()
    return sorted((o for o in found if o.id not in owing), key=lambda o: _distance(session, task, o))


def _distance(session: Session, task: Task, official: Official) -> tuple[bool, bool]:
    seats = people.seats_of(session, official.id or 0)
    near = bool(task.unit_id) and any(seat.unit_id == task.unit_id for seat in seats)
    return (not near, not any(seat.role in task.roles for seat in seats))


def reassign(
    session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int, to: int
) -> Official:
    """Hand a task over; return who owes it now. Both are told once, the old buttons die.

    The clock goes on: what is late stays late, whoever owes it. Raises :class:`Stopped` as
    :func:`open_assignable` does, and for somebody who cannot take it.
    """
    loaded, task, official = open_assignable(session, officials, task_id, activation)
    chosen = next((one for one in candidates(session, task) if one.id == to), None)
    if chosen is None:
        raise Stopped("cannot_take_over")
    hand(session, moment, loaded, task, chosen, official)
    return chosen


def hand(
    session: Session,
    moment: Moment,
    loaded: LoadedRun,
    task: Task,
    chosen: Official,
    official: Official,
    *,
    tell: bool = True,
) -> None:
    """Make a task somebody's, on record, with its cards and reminders; whoever calls has checked it.

    The run is locked and was read since. Without ``tell`` nobody hears of this one task.
    """
    before = holders.holders(session, task)
    extensions = _carried_over(session, task)
    if not task.touched:
        beginning.retire(session, moment, loaded, task)
    part = rules.apply(loaded.definition, loaded.state(), Renew(key_of(task))).state.part(key_of(task))
    task.activation, task.touched, task.assigned_to = part.activation, part.touched, chosen.id
    task.acknowledged_at = task.acknowledged_by = None
    task.draft = {}  # as at any new opening; files that came in stay with the task
    for row in extensions:
        row.activation = task.activation
    session.flush()
    audit.record(
        session, office_id=task.office_id, at=moment.now, kind="task.reassign",
        payload={
            "run": loaded.run.status, "step": task.step, "part": task.part, "subject": task.subject,
            "activation": task.activation, "from": [one.id for one in before], "to": chosen.id,
            "extensions": [row.id for row in extensions],
            "moved": {f"{task.step}.{task.part}.{task.subject}": [str(task.status), task.activation]},
        },
        actor_id=official.id, capacity=people.title(session, official), run_id=task.run_id, task_id=task.id,
    )  # fmt: skip
    lapsing.lapse(session, moment, loaded)
    if tell:
        facts = {"task_id": task.id, "by": official.id, "to": chosen.id}
        key = f"reassigned:{task.id}:{task.activation}"
        notices.tell_all(session, moment, [chosen, *before], "task_reassigned", key=key, **facts)
    cards.open_cards(session, moment, task)
    planning.replan_run(session, moment, loaded.run)


def _carried_over(session: Session, task: Task) -> list[Extension]:
    """Return the dispensations granted for this opening: time that was given stays given."""
    query = select(Extension).where(
        Extension.task_id == task.id, Extension.activation == task.activation, Extension.status == "granted"
    )
    return list(session.exec(query.order_by(col(Extension.id)).execution_options(populate_existing=True)))
