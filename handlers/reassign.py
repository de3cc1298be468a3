"""``Alihkan``: to whom a task is handed over, and whether that is meant."""

from __future__ import annotations

from handlers.pages import run_number
from handlers.talk import Talk
from storage.tables import Official, Question, Task
from workflow import questions, reassigning
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.verbs import Press

MOST_OFFERED = 20
"""Officials offered as buttons, nearest seats first; others are found by typing their name."""


def press(talk: Talk, pressed: Press) -> Reply:
    """The button; with an official's id as argument only the confirmation is left to ask."""
    _, task, official = reassigning.open_assignable(talk.session, talk.officials, pressed.id, pressed.activation)
    found = reassigning.candidates(talk.session, task)
    chosen = run_number(pressed.argument)
    if chosen is not None:
        found = [one for one in found if one.id == chosen]
    _offer(talk, official, task, found)
    return Reply("question_asked")


def choose(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """A name was pressed or typed; typing narrows the choice down."""
    task, official = _open(talk, question)
    found = reassigning.candidates(talk.session, task)
    if option == "cancel":
        questions.forget(talk.session, talk.moment, question)
        talk.say("question_left")
        return None
    if option is not None:
        found = [one for one in found if option == f"official-{one.id}"]
        if not found:
            raise Stopped("question_gone")
    else:
        words = (text or "").casefold().split()
        named = [one for one in found if words and all(word in one.name.casefold() for word in words)]
        if not named:
            talk.say("answer_refused", official, key="nobody_named", facts={})
        found = named or found
    _offer(talk, official, task, found)
    return Reply("question_asked")


def confirm(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Ya, alihkan`` or ``Batal``."""
    if option is None:
        talk.say("text_not_expected")
        return None
    task_id, activation, to = question.task_id or 0, question.activation or 0, question.data["to"]
    questions.forget(talk.session, talk.moment, question)
    if option != "yes":
        talk.say("question_left")
        return None
    reassigning.reassign(talk.session, talk.moment, talk.officials, task_id, activation, to)
    return Reply("reassigned")


def _offer(talk: Talk, official: Official, task: Task, found: list[Official]) -> None:
    """Ask which of several, or whether the only one is meant. Raises :class:`Stopped` where there is nobody."""
    if not found:
        raise Stopped("nobody_to_take_over")
    if len(found) == 1:
        questions.ask(
            talk.session, talk.moment, official, "confirm_assign", "confirm_assign", task=task,
            data={"to": found[0].id}, to=found[0].id,
        )  # fmt: skip
    else:
        ids = [one.id for one in found[:MOST_OFFERED]]
        questions.ask(
            talk.session, talk.moment, official, "assign", "ask_assignee", task=task,
            data={"offered": ids}, official_ids=ids, more=len(found) > MOST_OFFERED,
        )  # fmt: skip


def _open(talk: Talk, question: Question) -> tuple[Task, Official]:
    _, task, official = reassigning.open_assignable(
        talk.session, talk.officials, question.task_id or 0, question.activation or 0
    )
    return task, official
