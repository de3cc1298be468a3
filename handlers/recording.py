"""``Catat keputusan``: which outcome, the signed paper, the reason of a return; ``Bukan keputusan saya``."""

from __future__ import annotations

from typing import Any

from handlers.talk import Talk
from storage.tables import File, Official, Question, Task
from workflow import files, questions, recording
from workflow.deed import Stopped
from workflow.files import ReceivedFile
from workflow.reply import Reply
from workflow.texts import MAX_TEXT
from workflow.verbs import Press

KIND = "record_decision"


def press(talk: Talk, pressed: Press) -> Reply:
    """``Catat keputusan``: ask what the paper says."""
    _, task, official, _ = recording.open_recording(talk.session, talk.officials, pressed.id, pressed.activation)
    _ask(talk, official, task, {"choice": None, "text": None, "files": []})
    return Reply("question_asked")


def paper(talk: Talk, question: Question, received: ReceivedFile) -> None:
    """The signed paper came in."""
    _, task, official = _open(talk, question)
    file = files.keep(talk.session, talk.moment, official, received, files.PAPER)
    if file is not None:
        _ask(talk, official, task, {**question.data, "files": [*question.data["files"], file.id]})


def answer(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """An outcome was chosen, a reason typed, or all of it is to be recorded."""
    data = question.data
    if option == "cancel":
        questions.forget(talk.session, talk.moment, question)
        talk.say("question_left")
        return None
    found, task, official = _open(talk, question)
    if text is not None:
        words = text.strip()
        if not words or len(words) > MAX_TEXT:
            talk.say("bad_answer", reason="too_long" if words else "empty", field=None)
            return None
        _ask(talk, official, task, {**data, "text": words})
        return None
    kind, _, number = (option or "").partition("-")
    if kind == "choice" and number.isascii() and number.isdigit() and int(number) < len(found):
        _ask(talk, official, task, {**data, "choice": int(number)})
        return Reply("question_asked")
    if option != "send" or data["choice"] is None or data["choice"] >= len(found):
        raise Stopped("question_gone")
    papers = [talk.session.get_one(File, file_id) for file_id in data["files"]]
    choice = found[data["choice"]]
    reply = recording.record(
        talk.session, talk.moment, talk.officials, task.id or 0, task.activation, choice,
        data["text"] if choice.returns else None, papers,
    )  # fmt: skip
    question.data = {**data, "files": []}  # the paper belongs to the decision from here on
    questions.forget(talk.session, talk.moment, question)
    return reply


def disown(talk: Talk, pressed: Press) -> Reply:
    """``Bukan keputusan saya``; ``id`` is the recorded decision."""
    return recording.disown(talk.session, talk.moment, talk.officials, pressed.id)


def _open(talk: Talk, question: Question) -> tuple[list[recording.Choice], Task, Official]:
    if question.task_id is None or question.activation is None:
        raise Stopped("question_gone")
    loaded, task, official, _ = recording.open_recording(
        talk.session, talk.officials, question.task_id, question.activation
    )
    return recording.choices(loaded, task), task, official


def _ask(talk: Talk, official: Official, task: Task, data: dict[str, Any]) -> None:
    questions.ask(
        talk.session, talk.moment, official, KIND, "ask_recorded", task=task, data=data,
        choice=data["choice"], text=data["text"], files=len(data["files"]),
    )  # fmt: skip
