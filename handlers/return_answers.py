"""Where a return goes and why; the same question asks the reason of ``Nihil`` and ``Lanjutkan tanpa``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handlers import cancel_run, extension, extension_decision, meeting_buttons, pause
from handlers.talk import Talk
from storage.tables import File, Official, Question, Task
from workflow import acts, collecting, deciding, questions
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.run_state import LoadedRun
from workflow.texts import MAX_TEXT

BESIDE: dict[str, Callable[[Talk, Question], Reply]] = {
    "cancel_run": cancel_run.ask_to_confirm,
    pause.PAUSE: pause.stop,
    pause.RESUME: pause.go_on,
    meeting_buttons.PURPOSE: meeting_buttons.call_off,
    extension.PURPOSE: extension.send,
    extension_decision.PURPOSE: extension_decision.refuse,
}
"""What else is given a reason with the same question: nothing about a task's own output."""


def target(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """A step, the merged document or a unit was chosen; units may be several, then the reason is typed."""
    loaded, task, official = _open(talk, question)
    outcome = deciding.outcome_of(loaded, task, question.data["outcome"])
    chosen: list[str] = question.data["units"]
    if option == "cancel":
        _leave(talk, question)
        return None
    if option is None:
        if not chosen:
            deciding.ask_target(talk.session, talk.moment, task, official, outcome.id, chosen)
            return None
        deciding.ask_reason(talk.session, talk.moment, task, official, "return", outcome=outcome.id, units=chosen)
        _reason_given(talk, text or "")
        return None
    kind, _, name = option.partition("-")
    if kind == "unit" and outcome.units_to is not None and name in loaded.run.units:
        chosen = [unit for unit in chosen if unit != name] if name in chosen else [*chosen, name]
        deciding.ask_target(talk.session, talk.moment, task, official, outcome.id, chosen)
    elif option == "next" and chosen:
        deciding.ask_reason(talk.session, talk.moment, task, official, "return", outcome=outcome.id, units=chosen)
    elif option == "whole" and outcome.returns_to:
        step = outcome.returns_to[0]
        deciding.ask_reason(talk.session, talk.moment, task, official, "return", outcome=outcome.id, target=step)
    elif kind == "step" and name.isascii() and name.isdigit() and int(name) in outcome.returns_to:
        step = int(name)
        deciding.ask_reason(talk.session, talk.moment, task, official, "return", outcome=outcome.id, target=step)
    else:
        raise Stopped("question_gone")
    return Reply("question_asked")


def unit(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """Which late unit ``Lanjutkan tanpa`` means."""
    if question.task_id is None:
        raise Stopped("question_gone")
    if option == "cancel":
        _leave(talk, question)
        return None
    _, task, official = collecting.board(talk.session, talk.officials, question.task_id)
    if option is None:
        talk.say("text_not_expected")
        return None
    name = option.removeprefix("unit-")
    if name not in question.data["units"]:
        raise Stopped("question_gone")
    deciding.ask_reason(talk.session, talk.moment, task, official, "waive", units=[name])
    return Reply("question_asked")


def reason(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """The reason was typed (``Kirim alasan`` then sends it), or the question left."""
    data = question.data
    if option == "cancel":
        _leave(talk, question)
        return None
    if option is None:
        _reason_given(talk, text or "")
        return None
    if option == pause.WITHOUT and data["purpose"] == pause.RESUME:
        question.data = {**data, "text": None}
        return pause.go_on(talk, question)
    if option != "send":
        raise Stopped("question_gone")
    files = [talk.session.get_one(File, file_id) for file_id in data["files"]]
    files = [file for file in files if file.status != "refused"]
    if not data["text"] and (not files or data["purpose"] != "return"):
        raise Stopped("reason_missing")
    return _carry_out(talk, question, data, files)


def _reason_given(talk: Talk, text: str) -> None:
    question = questions.pending(talk.session, talk.moment, talk.incoming.chat_id)
    if question is None:
        raise Stopped("question_gone")
    words = text.strip()
    if not words or len(words) > MAX_TEXT:
        talk.say("bad_answer", reason="too_long" if words else "empty", field=None)
        return
    question.data = {**question.data, "text": words}
    deciding.ask_reason_again(talk.session, talk.moment, question)


def _carry_out(talk: Talk, question: Question, data: dict[str, Any], files: list[File]) -> Reply | None:
    beside = BESIDE.get(data["purpose"])
    if beside is not None:
        return beside(talk, question)
    if data["purpose"] == "waive":
        if question.task_id is None:
            raise Stopped("question_gone")
        loaded, task, official = collecting.board(talk.session, talk.officials, question.task_id)
        questions.forget(talk.session, talk.moment, question)
        return collecting.waive(talk.session, talk.moment, loaded, task, official, data["units"][0], data["text"])
    loaded, task, official = _open(talk, question)
    if data["purpose"] == "nil":
        questions.forget(talk.session, talk.moment, question)
        return collecting.nil(talk.session, talk.moment, loaded, task, official, data["text"])
    reply = deciding.return_with_reason(
        talk.session, talk.moment, loaded, task, official,
        outcome=data["outcome"], target=data["target"], units=data["units"], reason=data["text"], files=files,
    )  # fmt: skip
    questions.forget(talk.session, talk.moment, question)
    return reply


def _open(talk: Talk, question: Question) -> tuple[LoadedRun, Task, Official]:
    if question.task_id is None or question.activation is None:
        raise Stopped("question_gone")
    return acts.open_task(talk.session, question.task_id, question.activation, talk.officials)


def _leave(talk: Talk, question: Question) -> None:
    questions.forget(talk.session, talk.moment, question)
    talk.say("question_left")
