"""Answers to a form: one value at a time, then a look at the whole before it is sent."""

from __future__ import annotations

from typing import Any

from handlers import meeting_buttons, typed_values
from handlers.talk import Talk
from sop_definitions.model import FormField, Step
from storage.tables import Official, Question, Task
from workflow import acts, forms, meeting, questions, sending
from workflow.beginning import begin
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.run_state import LoadedRun
from workflow.state import Part


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
    elif option == "edit":
        typed_values.ask_again(talk, question, wanted)
        return Reply("question_asked")
    else:
        given = _value(talk, question, task.office_id, step, wanted, text, option)
        if given is None:
            return None
        draft["fields"] = {**draft.get("fields", {}), **given}
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
    if question.task_id is None:
        raise Stopped("question_gone")
    _, invitation, official, step = meeting.open_schedule(talk.session, talk.officials, question.task_id)
    wanted: list[str] = question.data["wanted"]
    given = dict(question.data["given"])
    asked = _field(step, Part.WORK, wanted[0])
    if option == "edit":
        typed_values.ask_again(talk, question, asked)
        return Reply("question_asked")
    if option != "skip":
        values = _value(talk, question, official.office_id, step, asked, text, option)
        if values is None:
            return None
        given |= values
    wanted = [name for name in wanted[1:] if name not in given]
    questions.forget(talk.session, talk.moment, question)
    if wanted:
        questions.ask(
            talk.session, talk.moment, official, "schedule", "ask_field", task=invitation,
            data={"wanted": wanted, "given": given}, field_id=wanted[0],
        )  # fmt: skip
        return Reply("question_asked")
    if not given:
        talk.say("question_left")
        return None
    return meeting_buttons.review(talk, invitation, official, given)


def _value(
    talk: Talk, question: Question, office_id: str, step: Step, wanted: FormField, text: str | None, option: str | None
) -> dict[str, Any] | None:
    """Return what was typed or chosen, by field; ``None`` if that is still to be settled.

    A clock said beside a date ('Kamis depan jam 9') also answers the field of kind time after it.
    """
    clock = typed_values.following_clock(step.fields, wanted)
    if text is not None:
        found = typed_values.take(talk, question, office_id, step, wanted, text, clock_too=clock is not None)
        if found is None:
            return None
    else:
        found = typed_values.chosen(question, option)
        if found is None:
            raise Stopped("question_gone")
    return {wanted.id: found.value} | ({clock.id: found.clock} if clock is not None and found.clock else {})


def _open(talk: Talk, question: Question) -> tuple[LoadedRun, Task, Official]:
    if question.task_id is None or question.activation is None:
        raise Stopped("question_gone")
    return acts.open_task(talk.session, question.task_id, question.activation, talk.officials)


def _field(step: Step, part: Part, field_id: str) -> FormField:
    return next(f for f in forms.fields_of(step, part) if f.id == field_id)


def _leave(talk: Talk, question: Question) -> None:
    questions.forget(talk.session, talk.moment, question)
    talk.say("question_left")
