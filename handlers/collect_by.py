"""``Batas pengumpulan``: until when the units are to hand in, in words; it can be changed and cleared."""

from __future__ import annotations

from datetime import datetime

from handlers import when
from handlers.pages import run_number
from handlers.talk import Talk
from storage.tables import Official, Question, Task
from workflow import collect_by, questions
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.verbs import Press

PURPOSE = "collect_by"


def press(talk: Talk, pressed: Press) -> Reply:
    """The button: ask for the date; where there is one already, whether to change or to clear it."""
    number = run_number(pressed.argument)
    _, task, official, row = collect_by.open_collecting(talk.session, talk.officials, pressed.id, number)
    if row.collect_by is None:
        _ask_date(talk, official, task, row.number)
    else:
        questions.ask(
            talk.session, talk.moment, official, "collect_by", "collect_by_choice", task=task,
            data={"step": row.number}, step=row.number,
        )  # fmt: skip
    return Reply("question_asked")


def choice(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """``Ubah``, ``Hapus batas`` or ``Batal``; a date that is typed at once is taken."""
    number, task_id = question.data["step"], question.task_id or 0
    questions.forget(talk.session, talk.moment, question)
    if option == "cancel":
        talk.say("question_left")
        return None
    _, task, official, _ = collect_by.open_collecting(talk.session, talk.officials, task_id, number)
    if option is None:
        when.take_when(talk, official, PURPOSE, text or "", task=task, data={"step": number})
    elif option == "edit":
        _ask_date(talk, official, task, number)
    elif option == "clear":
        return _change(talk, official, task, number, None)
    else:
        raise Stopped("question_gone")
    return Reply("question_asked")


def by_then(talk: Talk, official: Official, question: Question, at: datetime) -> Reply | None:
    """The date is known and confirmed."""
    number, task_id = question.data["step"], question.task_id or 0
    _, task, _, _ = collect_by.open_collecting(talk.session, talk.officials, task_id, number)
    return _change(talk, official, task, number, at)


def _change(talk: Talk, official: Official, task: Task, number: int, at: datetime | None) -> Reply:
    collect_by.change(talk.session, talk.moment, talk.officials, task.id or 0, number, at)
    talk.say("collect_by_set", official, run_id=task.run_id, step=number)
    return Reply("ok")


def _ask_date(talk: Talk, official: Official, task: Task, number: int) -> None:
    when.ask_when(talk, official, PURPOSE, "ask_collect_by", task=task, data={"step": number}, step=number)
