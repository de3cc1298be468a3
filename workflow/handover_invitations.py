"""Meetings to come that the old holder of a desk is invited to: with the posts, the successor goes there.

An invitation is a person's, not a seat's, so it does not move by itself.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage.literals import is_status
from storage.tables import Official, Run, Task
from workflow import cards, consequences, lapsing, meeting, meeting_invitations
from workflow.moment import Moment
from workflow.run_state import LoadedRun, load_run
from workflow.state import Part, PartKey, PartStatus


def pass_on(session: Session, moment: Moment, old: Official, to: Official) -> list[int]:
    """Invite the successor in place of the old holder to each meeting to come; return the old invitations' ids.

    An answer that was given is the old holder's own, so the successor is asked anew. Who
    organises the meeting, or is invited already, is not invited once more.
    """
    passed = []
    for task_id, run_id in _invitations(session, old):
        loaded = load_run(session, run_id)
        task = next(one for one in loaded.tasks.values() if one.id == task_id)
        invitation = loaded.tasks[PartKey(task.step, Part.WORK)]
        begins = meeting_invitations.begins_at_of(session, loaded, invitation)
        if (begins is not None and begins <= moment.now) or meeting.held(loaded, invitation):
            continue
        _take_back(session, moment, task, invitation, old)
        key = PartKey(task.step, Part.INVITATION, str(to.id))
        invited = any(one.subject == key.unit for one in meeting_invitations.answering(loaded, invitation))
        if not invited and invitation.closed_by != to.id:
            consequences.open_side_task(session, moment, loaded, key)
        cards.refresh_all(session, moment, _boards(loaded, invitation))
        passed.append(task_id or 0)
    return passed


def _invitations(session: Session, old: Official) -> list[tuple[int | None, int]]:
    """Return the old holder's invitations that stand open or answered, each with its run."""
    query = (
        select(Task.id, Task.run_id)
        .join(Run, col(Run.id) == Task.run_id)
        .where(
            Run.office_id == old.office_id, is_status(Run.status, "open"), Task.part == Part.INVITATION,
            Task.subject == str(old.id), col(Task.status) != PartStatus.WAITING,
        )
        .order_by(col(Task.id))
    )  # fmt: skip
    return list(session.exec(query))


def _take_back(session: Session, moment: Moment, task: Task, invitation: Task, old: Official) -> None:
    """The old holder has nothing to answer any more, and no meeting in their calendar."""
    lapsing.strip_all(session, moment, f"meeting:{task.id}:")
    number = meeting_invitations.sequence(session, invitation)
    meeting_invitations.send_file(session, moment, invitation, old, "CANCEL", number + 1)
    consequences.close(session, moment, [task])
    session.flush()
    cards.withdraw(session, moment, task)


def _boards(loaded: LoadedRun, invitation: Task) -> list[Task]:
    """Return the tasks whose cards show who comes: the organiser's, and the minutes'."""
    works = [task for key, task in loaded.tasks.items() if key.part == Part.WORK]
    return [task for task in works if meeting.invite_task(loaded, task) is invitation]
