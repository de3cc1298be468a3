"""Answers to a form: one value at a time, then a look at the whole before it is sent."""

from __future__ import annotations

from typing import Any

from handlers.talk import Talk
from sop_definitions.model import FormField, Step
from storage.tables import Official, Question, Task
from workflow import acts, forms, meeting, questions, sending, values
from workflow.beginning import begin
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.run_state import LoadedRun
from workflow.state import Part
from workflow.values import BadValue


def field(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """A field's value was typed, or ``Lewati`` pressed."""
    loaded, task, official = _open(talk, question)
    step = loaded.step_of(task)
    wanted = _field(step, Part(task.part), question.data["field"])
    draft = dict(task.draft)
    if option == "cancel":
        _leave(talk, question)
        return None
    if option == "skip" and not wanted.required:
        draft["skipped"] = [*draft.get("skipped", []), wanted.id]
    elif text is not None:
        value = take(talk, task.office_id, step, wanted, text)
        if value is None:
            return None
        draft["fields"] = {**draft.get("fields", {}), wanted.id: value}
    else:
        raise Stopped("question_gone")
    task.draft = draft
    begin(talk.session, talk.moment, loaded, task)
    questions.forget(talk.session, talk.moment, question)
    return sending.advance(talk.session, talk.moment, loaded, task, official)


def summary(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Ya, kirim``, ``Ubah`` or ``Batal`` under the summary of what was typed."""
    loaded, task, official = _open(talk, question)
    if option is None:
        questions.ask_again(talk.session, talk.moment, question, "form_summary")
        return None
    questions.forget(talk.session, talk.moment, question)
    if option == "yes":
        task.draft = {**task.draft, "checked": True}
        return sending.advance(talk.session, talk.moment, loaded, task, official)
    ticks = {k: v for k, v in task.draft.get("fields", {}).items() if v is True}
    task.draft = {**{k: v for k, v in task.draft.items() if k != "skipped"}, "fields": ticks}
    if option == "edit":
        return sending.advance(talk.session, talk.moment, loaded, task, official)
    talk.say("question_left")
    return None


def confirm_send(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Ya, kirim`` although a file looks like one sent by mistake."""
    loaded, task, official = _open(talk, question)
    if option is None:
        talk.say("text_not_expected")
        return None
    questions.forget(talk.session, talk.moment, question)
    if option != "yes":
        talk.say("question_left")
        return None
    task.draft = {**task.draft, "warned": True}
    return sending.send(talk.session, talk.moment, loaded, task, official)


def schedule(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """``Ubah jadwal``: the new date, time and place, one after the other."""
    if option == "cancel":
        _leave(talk, question)
        return None
    if question.task_id is None or (text is None and option != "skip"):
        raise Stopped("question_gone")
    _, invitation, official, step = meeting.open_schedule(talk.session, talk.officials, question.task_id)
    wanted: list[str] = question.data["wanted"]
    given = dict(question.data["given"])
    if text is not None:
        value = take(talk, official.office_id, step, _field(step, Part.WORK, wanted[0]), text)
        if value is None:
            return None
        given[wanted[0]] = value
    questions.forget(talk.session, talk.moment, question)
    if wanted[1:]:
        questions.ask(
            talk.session, talk.moment, official, "schedule", "ask_field", task=invitation,
            data={"wanted": wanted[1:], "given": given}, field_id=wanted[1],
        )  # fmt: skip
        return Reply("question_asked")
    if not given:
        talk.say("question_left")
        return None
    meeting.reschedule(talk.session, talk.moment, talk.officials, question.task_id, given)
    talk.say("schedule_changed", official, task_id=invitation.id)
    return Reply("ok")


def take(talk: Talk, office_id: str, step: Step, wanted: FormField, text: str) -> Any:
    """Return a typed value, or say what is wrong with it and return ``None``; the question stays."""
    try:
        return values.parse(wanted.kind, text, talk.today(office_id), not_past=step.part == "invite")
    except BadValue as bad:
        talk.say("bad_answer", reason=bad.reason, field=wanted.label.model_dump())
        return None


def _open(talk: Talk, question: Question) -> tuple[LoadedRun, Task, Official]:
    if question.task_id is None or question.activation is None:
        raise Stopped("question_gone")
    return acts.open_task(talk.session, question.task_id, question.activation, talk.officials)


def _field(step: Step, part: Part, field_id: str) -> FormField:
    return next(f for f in forms.fields_of(step, part) if f.id == field_id)


def _leave(talk: Talk, question: Question) -> None:
    questions.forget(talk.session, talk.moment, question)
    talk.say("question_left")
