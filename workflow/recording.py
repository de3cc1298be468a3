"""``Catat keputusan``: the secretary records what the head decided on paper; the head may disown it.

Only where the office has set it. The signed paper is compulsory, and the record names who
recorded, whose decision it was and rests on the paper. For a week the head can say that it was
not theirs: then the step is open again, whatever was built on it meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, select

from sop_definitions.model import Outcome, Step
from storage import outbox
from storage.tables import File, Office, Official, Run, Submission, Task
from workflow import acts, holders, notices, people
from workflow.actions import Decide, Refused, Reopen, Withdraw
from workflow.adoption import Adopted, head_role
from workflow.deciding import done
from workflow.deed import Deed, Stopped
from workflow.mandates import RECORDED, Mandate
from workflow.moment import Moment
from workflow.office_rules import rules_of
from workflow.reply import Reply
from workflow.run_state import LoadedRun, key_of, load_run
from workflow.state import SETTLED, Part, PartStatus
from workflow.verbs import Verb

DISOWN_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a paper can say: an outcome and, where it returns, to which step or unit."""

    outcome: str
    target: int | None = None
    units: tuple[str, ...] = ()
    returns: bool = False


def choices(loaded: LoadedRun, task: Task) -> list[Choice]:
    """Return all that a decision on paper can say, in the SOP's order."""
    return choices_of(loaded.step_of(task), loaded.run.units)


def choices_of(step: Step, units: Sequence[str]) -> list[Choice]:
    """Return all that a decision on paper can say about a step of a run with these units."""
    return [choice for outcome in step.outcomes for choice in _of_outcome(outcome, units)]


def _of_outcome(outcome: Outcome, units: Sequence[str]) -> list[Choice]:
    if not outcome.returns_to and outcome.units_to is None:
        return [Choice(outcome.id)]
    whole = [Choice(outcome.id, step, (), returns=True) for step in outcome.returns_to]
    single = [Choice(outcome.id, None, (unit,), returns=True) for unit in units] if outcome.units_to is not None else []
    return [*whole, *single]


def recordable(session: Session, official: Official, run: Run, adopted: Adopted, task: Task) -> Official | None:
    """Return the head whose decision this official may record now; ``None`` where they may not.

    Only the secretary, only for a head who has not decided yet; who holds the task just decides.
    """
    if not rules_of(session.get_one(Office, task.office_id)).record_decisions:
        return None
    role = head_role(adopted)
    if role is None or role not in task.roles or task.part != Part.DECISION or task.status != PartStatus.OPEN:
        return None
    if run.status != "open" or not people.is_secretary(session, official, adopted):
        return None
    if holders.may_act(session, task, official):
        return None
    return next((one for one in holders.owing(session, task) if one.id != official.id), None)


def open_recording(
    session: Session, officials: list[Official], task_id: int, activation: int
) -> tuple[LoadedRun, Task, Official, Official]:
    """Return an open decision, who records it and whose it is; raise :class:`Stopped` for anybody else."""
    loaded, task, official = acts.find(session, task_id, officials)
    if task.activation != activation:
        raise Stopped("stale")
    if task.status in SETTLED:
        raise acts.first_by(session, task, official)
    head = recordable(session, official, loaded.run, loaded.adopted, task)
    if head is None:
        raise Stopped("not_allowed")
    return loaded, task, official, head


def record(
    session: Session,
    moment: Moment,
    officials: list[Official],
    task_id: int,
    activation: int,
    choice: Choice,
    reason: str | None,
    files: list[File],
) -> Reply:
    """Put the decision on record. Raises :class:`Stopped` without a stored paper, or without a reason to return."""
    loaded, task, official, head = open_recording(session, officials, task_id, activation)
    papers = [file for file in files if file.status != "refused"]
    if not papers:
        raise Stopped("paper_missing")
    if any(file.status != "stored" for file in papers):
        raise Stopped("scan_storing")
    if choice.returns and not reason:
        raise Stopped("reason_missing")
    if choice not in choices(loaded, task):
        raise Stopped("stale")
    for file in papers:
        # Of a return it is part of the reason, which the reopened card brings along.
        file.purpose, file.task_id = ("reason" if choice.returns else "output"), task.id
    capacity = people.capacity(session, official, task.roles, task.unit_id)
    submission = acts.perform(
        session, moment,
        Deed(
            loaded, task, official, Verb.DECIDE,
            Decide(key_of(task), choice.outcome, choice.target, frozenset(choice.units)),
            outcome=choice.outcome, target=choice.target, units=list(choice.units), reason=reason, files=papers,
            mandate=Mandate(capacity, RECORDED, head.id),
        ),
    )  # fmt: skip
    notices.tell(
        session, moment, head, "decision_recorded", key=f"recorded:{submission.id}", submission_id=submission.id,
        run_id=task.run_id, task_id=task.id,
    )  # fmt: skip
    if head.telegram_id is not None:
        for file in papers:
            outbox.send_document(
                session, bot_id=moment.bot_id, chat_id=head.telegram_id, office_id=task.office_id,
                file_id=file.id or 0, now=moment.now,
            )  # fmt: skip
    return done(moment, task)


def disown(session: Session, moment: Moment, officials: list[Official], submission_id: int) -> Reply:
    """``Bukan keputusan saya``: the step is open again, and secretary and admin are told.

    Raises :class:`Stopped` for anybody but the head it was recorded for, after a week, and where
    the decision no longer counts anyway.
    """
    row = session.get(Submission, submission_id)
    head = next((one for one in officials if row is not None and one.id == row.principal_id), None)
    if row is None or head is None or row.mandate != RECORDED:
        raise Stopped("not_yours")
    loaded = load_run(session, row.run_id)
    task = loaded.tasks[key_of(session.get_one(Task, row.task_id))]
    if moment.now - row.at > DISOWN_WITHIN:
        raise Stopped("disown_late")
    if loaded.run.status == "cancelled":
        raise Stopped("run_closed")
    if task.activation != row.activation or _newest(session, task) != row.id:
        raise Stopped("stale")
    _undo(session, moment, loaded, task, head)
    told = [*people.secretaries(session, task.office_id, loaded.adopted), *people.admins(session, task.office_id)]
    recorder = session.get_one(Official, row.official_id)
    notices.tell_all(
        session, moment, [one for one in (recorder, *told) if one.id != head.id], "decision_disowned",
        key=f"disowned:{row.id}", submission_id=row.id, run_id=task.run_id, task_id=task.id,
    )  # fmt: skip
    return done(moment, task)


def _undo(session: Session, moment: Moment, loaded: LoadedRun, task: Task, head: Official) -> None:
    """Open the decision again: taken back where nothing was built on it, else with what was built on it."""
    key = key_of(task)
    mandate = Mandate(people.capacity(session, head, task.roles, task.unit_id))
    try:
        # What the rules refuse, they refuse before anything is changed.
        acts.perform(session, moment, Deed(loaded, task, head, Verb.DISOWN, Withdraw(key), mandate=mandate))
    except Refused:
        # A return was already taken up: the decision comes back by itself, and the record says whose it was not.
        action = Reopen(key) if task.status in SETTLED else None
        acts.perform(session, moment, Deed(loaded, task, head, Verb.DISOWN, action, mandate=mandate))


def _newest(session: Session, task: Task) -> int | None:
    """Return the newest decision or undoing of one on a task."""
    verbs = (Verb.DECIDE, Verb.WITHDRAW, Verb.DISOWN)
    query = select(Submission.id).where(Submission.task_id == task.id, col(Submission.verb).in_(verbs))
    return session.exec(query.order_by(col(Submission.id).desc()).limit(1)).first()
