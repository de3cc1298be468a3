"""The main button: what is still missing is asked for, then the work is sent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from storage import outbox
from storage.tables import File, Official, Task
from workflow import acts, cards, carried, forms, last_time, notices, people, questions, resemblance
from workflow.actions import Action, Complete, Decide, Nil
from workflow.acts import open_task
from workflow.beginning import begin
from workflow.deed import Deed, Stopped
from workflow.moment import Moment
from workflow.reply import Reply
from workflow.run_state import LoadedRun, key_of
from workflow.state import Part, PartStatus
from workflow.verbs import Verb


def press(session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int) -> Reply:
    """Somebody pressed the main button of a task (``Selesai``, ``Kirim hasil``, ``Terima`` ...).

    Raises :class:`Stopped` when the press changes nothing, :class:`rules.Refused` when
    the rules forbid it.
    """
    loaded, task, official = open_task(session, task_id, activation, officials)
    return advance(session, moment, loaded, task, official)


def advance(session: Session, moment: Moment, loaded: LoadedRun, task: Task, official: Official) -> Reply:
    """Ask for the next thing that is missing, or send."""
    step, part, draft = loaded.step_of(task), Part(task.part), task.draft
    files = drafted(session, task)
    tick = forms.missing_tick(step, part, draft)
    if tick is not None:
        raise Stopped("missing_tick", label=tick.label.model_dump())
    missing = forms.missing_files(step, part, draft, len(files))
    if missing:
        raise Stopped("missing_files", min=missing)
    field = forms.next_field(step, part, draft)
    if field is not None:
        questions.ask(
            session, moment, official, "field", "ask_field", task=task, data={"field": field.id}, field_id=field.id
        )
        return Reply("question_asked")
    if forms.typed(step, part, draft) and not draft.get("checked"):
        questions.ask(session, moment, official, "summary", "form_summary", task=task)
        return Reply("question_asked")
    return send(session, moment, loaded, task, official, files)


def send(
    session: Session,
    moment: Moment,
    loaded: LoadedRun,
    task: Task,
    official: Official,
    files: list[File] | None = None,
) -> Reply:
    """Send a complete draft; files still on their way close the task when they arrive.

    ``files`` are the draft's, where they were read already.
    """
    files = drafted(session, task) if files is None else files
    if any(file.status == "received" for file in files):
        task.sending = official.id
        begin(session, moment, loaded, task)
        cards.refresh(session, moment, task)
        return Reply("sending")
    warnings = resemblance.warnings(session, loaded, task, files)
    if warnings and not task.draft.get("warned"):
        questions.ask(session, moment, official, "confirm_send", "confirm_send", task=task, warnings=warnings)
        return Reply("question_asked")
    return close(session, moment, loaded, task, official, files)


def close(
    session: Session, moment: Moment, loaded: LoadedRun, task: Task, official: Official, files: list[File]
) -> Reply:
    """Put the draft on record as the task's output."""
    fields = task.draft.get("fields", {})
    data: dict[str, Any] = {"fields": fields} if fields else {}
    step = loaded.step_of(task)
    carries = task.part == Part.UNIT and step.proof == "carry"
    if task.draft.get("use_previous") or carries:
        data["reused"] = carried.file_ids(session, task)
    last = last_time.taken_over(session, task, official)
    if last is not None:
        data["reused"] = [*data.get("reused", []), *last.file_ids]
        data["reused_from"] = last.run.id
    late = task.status == PartStatus.WAIVED
    verb, action = _act(task, official)
    deed = Deed(
        loaded, task, official, verb, action,
        data=data, outcome=task.draft.get("outcome"), reason=task.draft.get("nil"), files=files,
    )  # fmt: skip
    submission = acts.perform(session, moment, deed)
    task.draft, task.sending = {}, None
    if late:
        _tell_late(session, moment, loaded, task, files)
    return Reply("done", {"time": moment.now.isoformat(), "office_id": task.office_id, "submission": submission.id})


def _act(task: Task, official: Official) -> tuple[Verb, Action]:
    """Return what sending a draft means for its part. An outcome counts only for who pressed it."""
    key = key_of(task)
    if task.part == Part.DECISION:
        if "outcome" not in task.draft or task.draft.get("decider") != official.id:
            raise Stopped("stale")
        return Verb.DECIDE, Decide(key, task.draft["outcome"])
    return (Verb.NIL, Nil(key)) if "nil" in task.draft else (Verb.DO, Complete(key))


def _tell_late(session: Session, moment: Moment, loaded: LoadedRun, task: Task, files: list[File]) -> None:
    """Show the collector (else the secretary) what a unit handed in after the run went on without it."""
    step, office_id = loaded.step_of(task), task.office_id
    told = (
        people.holders(session, office_id, [loaded.adopted.role_map.get(step.collector, step.collector)])
        if step.collector
        else people.secretaries(session, office_id, loaded.adopted)
    )
    for official in told:
        if official.telegram_id is not None:
            for file in files:
                outbox.send_document(
                    session, bot_id=moment.bot_id, chat_id=official.telegram_id, office_id=office_id,
                    file_id=file.id or 0, now=moment.now,
                )  # fmt: skip
    notices.tell_all(session, moment, told, "late_hand_in", task_id=task.id)


def drafted(session: Session, task: Task) -> list[File]:
    """Return the files that lie ready to be sent with a task, oldest first; refused ones not."""
    return list(session.exec(_DRAFTED, params={"task_id": task.id}))


# Putting such a statement together costs more than running it.
_DRAFTED = (
    select(File)
    .where(
        col(File.task_id) == bindparam("task_id"),
        col(File.submission_id).is_(None),
        File.purpose == "output",
        col(File.discarded).is_(False),
        File.status != "refused",
    )
    .order_by(col(File.id))
)
