"""``/dispensasi`` and ``Minta dispensasi``: for which task, until when, and why."""

from __future__ import annotations

from datetime import datetime

from handlers import when
from handlers.talk import Talk
from storage.tables import Official, Question, Task
from workflow import extending, questions
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.verbs import Press

PURPOSE = "extension"


def command(talk: Talk) -> None:
    """``/dispensasi``, perhaps with the new date in words: for the only task there is, or the one chosen."""
    words = talk.incoming.argument.strip()
    tasks, without = extending.extendable(talk.session, talk.officials)
    if not tasks:
        talk.say("extension_none", owing=without)
    elif len(tasks) == 1:
        _ask_until(talk, _mine(talk, tasks[0]), tasks[0], words)
    else:
        ids = [task.id for task in tasks]
        questions.ask(
            talk.session, talk.moment, talk.official, "extension_task", "ask_extension_task",
            data={"tasks": ids, "words": words}, task_ids=ids,
        )  # fmt: skip


def press(talk: Talk, pressed: Press) -> Reply:
    """``Minta dispensasi`` on a card."""
    _, task, official, _ = extending.open_extendable(talk.session, talk.officials, pressed.id, pressed.activation)
    _ask_until(talk, official, task, "")
    return Reply("question_asked")


def which_task(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """The task was chosen."""
    data = question.data
    if option is None:
        talk.say("text_not_expected")
        return None
    questions.forget(talk.session, talk.moment, question)
    if option == "cancel":
        talk.say("question_left")
        return None
    task = next((talk.session.get(Task, one) for one in data["tasks"] if option == f"task-{one}"), None)
    if task is None:
        raise Stopped("question_gone")
    _, task, official, _ = extending.open_extendable(talk.session, talk.officials, task.id or 0, task.activation)
    _ask_until(talk, official, task, data["words"])
    return Reply("question_asked")


def until_when(talk: Talk, official: Official, question: Question, at: datetime) -> Reply | None:
    """The new date is known: now the reason. A date that gives no more time is asked for again."""
    _, task, _, deadline = extending.open_extendable(
        talk.session, talk.officials, question.task_id or 0, question.activation or 0
    )
    try:
        extending.check_until(talk.moment, deadline, at)
    except Stopped as stopped:
        talk.say("answer_refused", official, key=stopped.key, facts=stopped.params)
        _ask_until(talk, official, task, "")
        return Reply("question_asked")
    questions.ask(
        talk.session, talk.moment, official, "reason", "ask_reason", task=task,
        data={"purpose": PURPOSE, "until": at.isoformat(), "units": [], "text": None, "files": []},
        run_id=task.run_id, purpose=PURPOSE, text=None, files=0,
    )  # fmt: skip
    return Reply("question_asked")


def send(talk: Talk, question: Question) -> Reply:
    """The reason is given: the request goes to the superior."""
    data, task_id, activation = question.data, question.task_id or 0, question.activation or 0
    until = datetime.fromisoformat(data["until"])
    row = extending.ask(talk.session, talk.moment, talk.officials, task_id, activation, until, data["text"])
    questions.forget(talk.session, talk.moment, question)
    talk.say("extension_sent", _mine(talk, talk.session.get_one(Task, task_id)), task_id=task_id, extension_id=row.id)
    return Reply("ok")


def _ask_until(talk: Talk, official: Official, task: Task, words: str) -> None:
    if words:
        when.take_when(talk, official, PURPOSE, words, task=task)
    else:
        when.ask_when(talk, official, PURPOSE, "ask_until", task=task)


def _mine(talk: Talk, task: Task) -> Official:
    return next(official for official in talk.officials if official.office_id == task.office_id)
