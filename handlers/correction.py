"""``Ralat``: which recorded value is wrong, and what it should be."""

from __future__ import annotations

from handlers import typed_values
from handlers.talk import Talk
from storage.tables import Official, Question, Task
from workflow import correcting, questions
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.verbs import Press


def press(talk: Talk, pressed: Press) -> Reply:
    """Ask which value, or at once for the new one where there is only one."""
    _, task, official, fields = correcting.open_correction(talk.session, talk.officials, pressed.id)
    names = [field.id for field in fields]
    if len(names) == 1:
        _ask_value(talk, task, official, names[0])
    else:
        questions.ask(
            talk.session, talk.moment, official, "correct_field", "ask_correction", task=task,
            data={"fields": names}, field_ids=names,
        )  # fmt: skip
    return Reply("question_asked")


def field(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """The value to correct was chosen."""
    if option == "cancel":
        questions.forget(talk.session, talk.moment, question)
        talk.say("question_left")
        return None
    name = (option or "").removeprefix("field-")
    if question.task_id is None or name not in question.data["fields"]:
        raise Stopped("question_gone")
    _, task, official, _ = correcting.open_correction(talk.session, talk.officials, question.task_id)
    _ask_value(talk, task, official, name)
    return Reply("question_asked")


def value(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """The right value was typed."""
    if question.task_id is None:
        raise Stopped("question_gone")
    picked = typed_values.chosen(question, option)
    if picked is None and option not in (None, "edit"):
        questions.forget(talk.session, talk.moment, question)
        talk.say("question_left")
        return None
    loaded, task, official, fields = correcting.open_correction(talk.session, talk.officials, question.task_id)
    wanted = next(f for f in fields if f.id == question.data["field"])
    if option == "edit":
        typed_values.ask_again(talk, question, wanted)
        return Reply("question_asked")
    step = loaded.step_of(task)
    new = picked or typed_values.take(talk, question, official.office_id, step, wanted, text or "")
    if new is None:
        return None
    questions.forget(talk.session, talk.moment, question)
    correcting.correct(talk.session, talk.moment, talk.officials, question.task_id, wanted.id, new.value)
    talk.say("corrected", official, task_id=task.id, field_id=wanted.id)
    return None


def _ask_value(talk: Talk, task: Task, official: Official, name: str) -> None:
    questions.ask(
        talk.session, talk.moment, official, "correct_value", "ask_field",
        task=task, data={"field": name}, field_id=name,
    )  # fmt: skip
