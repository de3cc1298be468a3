"""Answers to a question about a time: other words, ``Ya``, ``Ubah``, one of several moments, ``Batal``."""

from __future__ import annotations

from datetime import datetime

from handlers import when
from handlers.talk import Talk
from handlers.when_purposes import WHEN
from storage.tables import Official, Question, Task
from workflow import questions
from workflow.dates import NotUnderstood
from workflow.deed import Stopped
from workflow.reply import Reply


def answer(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """Take words, or a button under what was understood. Words always replace what stood before."""
    official = next((one for one in talk.officials if one.id == question.official_id), None)
    if official is None:
        raise Stopped("question_gone")
    task = talk.session.get(Task, question.task_id) if question.task_id is not None else None
    if text is not None:
        when.understand(talk, official, question.data, text, task)
        return None
    match option:
        case "cancel":
            questions.forget(talk.session, talk.moment, question)
            talk.say("question_left")
            return None
        case "edit":
            when.ask_again(talk, official, question.data, task)
            return Reply("question_asked")
        case _ if question.kind in ("when_confirm", "when_choose"):
            return _taken(talk, official, question, task, option or "")
        case _:
            raise Stopped("question_gone")


def _taken(talk: Talk, official: Official, question: Question, task: Task | None, option: str) -> Reply | None:
    """A moment was confirmed: unless it has passed while the question stood there, its purpose goes on."""
    at, clock = _chosen(question, option)
    if clock and at <= talk.moment.now:
        when.not_understood(talk, official, question.data, NotUnderstood("past", at, has_time=True), task)
        return Reply("question_asked")
    questions.forget(talk.session, talk.moment, question)
    return WHEN[question.data[when.OWN]["purpose"]](talk, official, question, at)


def _chosen(question: Question, option: str) -> tuple[datetime, bool]:
    found = when.moments(question.data)
    if option == "yes" and question.kind == "when_confirm":
        return found[0]
    number = option.removeprefix("choice-")
    if question.kind == "when_choose" and number.isascii() and number.isdigit() and int(number) < len(found):
        return found[int(number)]
    raise Stopped("question_gone")
