"""Decisions and returns: forward at once, back only with a reason."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from sop_definitions.model import Outcome
from storage.tables import File, Official, Question, Task
from workflow import acts, questions, sending
from workflow.actions import Decide, ReturnUnit
from workflow.acts import open_task
from workflow.deed import Deed, Stopped
from workflow.moment import Moment
from workflow.reply import Reply
from workflow.run_state import LoadedRun, key_of
from workflow.state import Part
from workflow.verbs import Verb


def decide(
    session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int, outcome_id: str
) -> Reply:
    """Somebody pressed an outcome. Going on is done at once; a return first asks where to and why."""
    loaded, task, official = open_task(session, task_id, activation, officials)
    outcome = outcome_of(loaded, task, outcome_id)
    if not outcome.returns_to and outcome.units_to is None:
        task.draft = {**task.draft, "outcome": outcome_id, "decider": official.id}
        return sending.advance(session, moment, loaded, task, official)
    if len(outcome.returns_to) > 1 or outcome.units_to is not None:
        ask_target(session, moment, task, official, outcome_id, [])
    else:
        ask_reason(session, moment, task, official, "return", outcome=outcome_id, target=outcome.returns_to[0])
    return Reply("question_asked")


def outcome_of(loaded: LoadedRun, task: Task, outcome_id: str) -> Outcome:
    """Return an outcome of a decision; raise :class:`Stopped` for one it does not have."""
    if task.part == Part.DECISION:
        for outcome in loaded.step_of(task).outcomes:
            if outcome.id == outcome_id:
                return outcome
    raise Stopped("stale")


def ask_target(
    session: Session, moment: Moment, task: Task, official: Official, outcome_id: str, chosen: list[str]
) -> None:
    """Ask which step, the merged document, or which units a return goes to."""
    questions.ask(
        session, moment, official, "target", "ask_target", task=task,
        data={"outcome": outcome_id, "units": chosen}, outcome=outcome_id, chosen=chosen,
    )  # fmt: skip


def ask_reason(
    session: Session,
    moment: Moment,
    task: Task,
    official: Official,
    purpose: str,
    *,
    outcome: str | None = None,
    target: int | None = None,
    units: list[str] | None = None,
) -> None:
    """Ask for the compulsory reason, as text, file or both."""
    questions.ask(
        session, moment, official, "reason", "ask_reason", task=task,
        data={
            "purpose": purpose, "outcome": outcome, "target": target, "units": units or [],
            "text": None, "files": [],
        },
        run_id=task.run_id, purpose=purpose, text=None, files=0,
    )  # fmt: skip


def ask_reason_again(session: Session, moment: Moment, question: Question, pause: timedelta | None = None) -> None:
    """Show what the reason is by now, under ``Kirim alasan``."""
    data = question.data
    task = session.get(Task, question.task_id) if question.task_id is not None else None
    questions.ask_again(
        session, moment, question, "ask_reason", pause=pause,
        task_id=question.task_id, run_id=task.run_id if task else data.get("run"),
        purpose=data["purpose"], text=data["text"], files=len(data["files"]),
    )  # fmt: skip


def send_back(session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int) -> Reply:
    """A collector pressed ``Kembalikan`` on one unit, or a unit ``Perbaiki data`` on its own."""
    loaded, task, official = open_task(session, task_id, activation, officials)
    own_return = task.part == Part.UNIT and loaded.step_of(task).return_button is not None
    if task.part != Part.REVIEW and not own_return:
        raise Stopped("stale")
    ask_reason(session, moment, task, official, "return", units=[task.subject])
    return Reply("question_asked")


def return_with_reason(
    session: Session,
    moment: Moment,
    loaded: LoadedRun,
    task: Task,
    official: Official,
    *,
    outcome: str | None,
    target: int | None,
    units: list[str],
    reason: str | None,
    files: list[File],
) -> Reply:
    """Carry a return out, now that its reason is known. The files are part of the reason."""
    if task.part == Part.DECISION:
        action: Decide | ReturnUnit = Decide(key_of(task), outcome or "", target, frozenset(units))
        verb = Verb.DECIDE
    else:
        action, verb = ReturnUnit(key_of(task)), Verb.RETURN
    acts.perform(
        session, moment,
        Deed(
            loaded, task, official, verb, action,
            outcome=outcome, target=target, units=units, reason=reason, files=files,
        ),
    )  # fmt: skip
    return done(moment, task)


def done(moment: Moment, task: Task) -> Reply:
    """Return the thanks that name the time of recording."""
    return Reply("done", {"time": moment.now.isoformat(), "office_id": task.office_id})
