"""``Ralat``: a recorded number, date or place is corrected; the old value stays on record."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from sop_definitions.graph import followers
from sop_definitions.model import FieldKind, FormField
from storage.tables import Official, Task
from workflow import acts, cards, carried, forms, holders, meeting, notices
from workflow.actions import Renew
from workflow.deciding import done
from workflow.deed import Deed, Stopped
from workflow.moment import Moment
from workflow.reply import Reply
from workflow.run_state import LoadedRun
from workflow.side_acts import last_output
from workflow.state import SETTLED, Part, PartStatus
from workflow.verbs import Verb


def correctable(loaded: LoadedRun, task: Task) -> list[FormField]:
    """Return the values of a settled task that may be corrected: all but ticks."""
    fields = forms.fields_of(loaded.step_of(task), Part(task.part))
    return [field for field in fields if field.kind is not FieldKind.TICK]


def open_correction(
    session: Session, officials: list[Official], task_id: int
) -> tuple[LoadedRun, Task, Official, list[FormField]]:
    """Return a settled task whose values its seat may correct; raise :class:`Stopped` otherwise."""
    loaded, task, official = acts.find(session, task_id, officials)
    if not holders.may_act(session, task, official):
        raise Stopped("not_yours")
    fields = correctable(loaded, task)
    if loaded.run.status == "cancelled" or task.status not in SETTLED or not fields:
        raise Stopped("stale")
    return loaded, task, official, fields


def correct(
    session: Session, moment: Moment, officials: list[Official], task_id: int, field_id: str, value: Any
) -> Reply:
    """Record a corrected value. An open decision that shows it is put anew: its old buttons die."""
    loaded, task, official, fields = open_correction(session, officials, task_id)
    last = last_output(session, task)
    if last is None or field_id not in {field.id for field in fields}:
        raise Stopped("stale")
    if last.data.get("called_off"):
        raise Stopped("stale")  # a new date is set with Ubah jadwal
    if loaded.step_of(task).part == "invite" and loaded.run.status == "open" and not meeting.held(loaded, task):
        # Whoever is invited has the old value in the calendar.
        meeting.reschedule(session, moment, officials, task_id, {field_id: value})
        return done(moment, task)
    old = last.data.get("fields", {})
    data = {
        "fields": {**old, field_id: value},
        "reused": carried.submission_file_ids(session, [last]),
        "corrected": {field_id: old.get(field_id)},
    }
    closed_at, closed_by = task.closed_at, task.closed_by
    acts.perform(session, moment, Deed(loaded, task, official, Verb.CORRECT, data=data))
    task.closed_at, task.closed_by = closed_at, closed_by
    renew_readers(session, moment, loaded, task, official)
    cards.refresh(session, moment, task)
    _tell_next(session, moment, loaded, task, official, field_id)
    return done(moment, task)


def _tell_next(
    session: Session, moment: Moment, loaded: LoadedRun, task: Task, official: Official, field_id: str
) -> None:
    """Tell who works on the next step, whose card shows the value: an edit alone makes no sound."""
    after = followers(loaded.definition)[task.step]
    reading = [other for key, other in loaded.tasks.items() if key.step in after and other.status == PartStatus.OPEN]
    cards.refresh_all(session, moment, reading)
    told = [holder for other in reading for holder in holders.holders(session, other) if holder.id != official.id]
    notices.tell_all(session, moment, told, "corrected", task_id=task.id, field_id=field_id)


def renew_readers(session: Session, moment: Moment, loaded: LoadedRun, task: Task, official: Official) -> None:
    """Put anew every open decision that carries a task's output, since that output changed."""
    for key, other in list(loaded.tasks.items()):
        carries = task.step in loaded.definition.step(key.step).carries
        if key.part == Part.DECISION and other.status == PartStatus.OPEN and carries:
            acts.perform(session, moment, Deed(loaded, other, official, Verb.CORRECT, Renew(key)))
