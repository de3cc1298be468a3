"""Meetings: what was agreed in the invitation, and changing it afterwards."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from sop_definitions.model import Step
from storage.tables import Official, Task
from workflow import acts, cards, carried, consequences, holders, meeting_invitations, notices
from workflow.deed import Deed, Stopped
from workflow.moment import Moment
from workflow.reminding import planning
from workflow.run_state import LoadedRun
from workflow.side_acts import last_output
from workflow.state import SETTLED, Part, PartKey
from workflow.verbs import Verb


def invite_task(loaded: LoadedRun, task: Task) -> Task | None:
    """Return the task that sent the invitation of a meeting (the invite step's own, or its minutes')."""
    step = loaded.step_of(task)
    if step.part == "invite":
        return task
    if step.part != "minutes":
        return None
    numbers = [s.number for s in loaded.definition.steps if s.part == "invite" and s.number < step.number]
    return loaded.tasks.get(PartKey(numbers[-1], Part.WORK)) if numbers else None


def held(loaded: LoadedRun, invitation: Task) -> bool:
    """Say whether a meeting's minutes are in already: then there is no schedule left to change."""
    return any(
        task is not invitation and task.status in SETTLED and invite_task(loaded, task) is invitation
        for key, task in loaded.tasks.items()
        if key.part == Part.WORK
    )


def open_schedule(session: Session, officials: list[Official], task_id: int) -> tuple[LoadedRun, Task, Official, Step]:
    """Return the sent invitation whose schedule somebody may change; raise :class:`Stopped` otherwise."""
    loaded, task, official = acts.find(session, task_id, officials)
    invitation = invite_task(loaded, task)
    if invitation is None or invitation.status not in SETTLED:
        raise Stopped("stale")
    if loaded.run.status != "open" or held(loaded, invitation):
        raise Stopped("stale")
    if not (holders.may_act(session, invitation, official) or holders.may_act(session, task, official)):
        raise Stopped("not_yours")
    return loaded, invitation, official, loaded.step_of(invitation)


def reschedule(
    session: Session, moment: Moment, officials: list[Official], task_id: int, fields: dict[str, Any]
) -> None:
    """``Ubah jadwal``: record the new schedule, tell everybody invited and ask them again."""
    loaded, invitation, official, step = open_schedule(session, officials, task_id)
    last = last_output(session, invitation)
    old = last.data.get("fields", {}) if last else {}
    data = {
        "fields": {**old, **fields},
        "reused": carried.submission_file_ids(session, [last] if last else []),
        "corrected": old,
    }
    acts.perform(
        session, moment,
        Deed(loaded, invitation, official, Verb.CORRECT, data=data),
    )  # fmt: skip
    invited = [task for key, task in loaded.tasks.items() if key.step == step.number and key.part == Part.INVITATION]
    people_told = meeting_invitations.invited(session, invited)
    notices.tell_all(session, moment, people_told, "meeting_changed", run_id=loaded.run.id, step=step.number)
    consequences.invite(session, moment, loaded, step, official)
    _refresh_boards(session, moment, loaded, invitation)


def call_off(
    session: Session, moment: Moment, officials: list[Official], task_id: int, reason: str
) -> tuple[Task, Official]:
    """``Batalkan rapat``: record why, tell everybody, empty their calendars. A new date may follow."""
    loaded, invitation, official, step = open_meeting(session, officials, task_id)
    last = last_output(session, invitation)
    if last is None:
        raise Stopped("stale")
    data = {
        "fields": last.data.get("fields", {}),
        "reused": carried.submission_file_ids(session, [last]),
        "called_off": True,
    }
    told = meeting_invitations.invited(session, meeting_invitations.answering(loaded, invitation))
    acts.perform(session, moment, Deed(loaded, invitation, official, Verb.CALL_OFF, data=data, reason=reason))
    meeting_invitations.cancel_files(session, moment, loaded, invitation)
    consequences.close(session, moment, consequences.side_tasks(loaded, step))
    told += [official, *holders.holders(session, invitation)]
    notices.tell_all(session, moment, told, "meeting_called_off", run_id=loaded.run.id, step=step.number)
    _refresh_boards(session, moment, loaded, invitation)
    return invitation, official


def open_meeting(session: Session, officials: list[Official], task_id: int) -> tuple[LoadedRun, Task, Official, Step]:
    """Like :func:`open_schedule`, for a meeting that was not called off already."""
    found = open_schedule(session, officials, task_id)
    last = last_output(session, found[1])
    if last is not None and last.data.get("called_off"):
        raise Stopped("stale")
    return found


def _refresh_boards(session: Session, moment: Moment, loaded: LoadedRun, invitation: Task) -> None:
    works = [task for key, task in loaded.tasks.items() if key.part == Part.WORK]
    boards = [task for task in works if invite_task(loaded, task) is invitation]
    planning.replan_run(session, moment, loaded.run)  # the minutes' time begins with the meeting
    cards.refresh_all(session, moment, boards)
