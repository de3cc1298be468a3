"""A file in the chat: kept at once, put to its task, or asked about."""

from __future__ import annotations

from collections.abc import Callable

from handlers import appointment_order, recording
from handlers.incoming import IncomingFile
from handlers.talk import Talk
from storage.causes import all_or_nothing
from storage.tables import File, Question
from workflow import files, questions
from workflow.deed import Stopped
from workflow.files import ReceivedFile
from workflow.reply import Reply

FOR_QUESTIONS: dict[str, Callable[[Talk, Question, ReceivedFile], None]] = {
    "seat_scan": appointment_order.scan,
    recording.KIND: recording.paper,
}
"""A question's kind -> what takes a file as its answer."""


def receive(talk: Talk, file: IncomingFile) -> None:
    """Take a file. Its caption counts as the text of a reason that is being asked for."""
    received = ReceivedFile(
        talk.incoming.message_id, file.telegram_file_id, file.form, file.name, file.size, file.media_group_id
    )
    question = questions.pending(talk.session, talk.moment, talk.incoming.chat_id)
    if question is not None and question.kind in FOR_QUESTIONS:
        _answer(talk, question, received)
        return
    if file.caption and question is not None and question.kind == "reason" and not question.data["text"]:
        question.data = {**question.data, "text": file.caption.strip()[: files.MAX_CAPTION]}
    files.receive(talk.session, talk.moment, talk.officials, received)


def _answer(talk: Talk, question: Question, received: ReceivedFile) -> None:
    try:
        # A refusal half way must leave nothing behind.
        with all_or_nothing(talk.session):
            FOR_QUESTIONS[question.kind](talk, question, received)
    except Stopped as stopped:
        questions.forget(talk.session, talk.moment, question)
        talk.say("answer_refused", key=stopped.key, facts=stopped.params)


def which_task(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """The task was named: all files kept for it go there."""
    if option == "cancel":
        questions.forget(talk.session, talk.moment, question)
        talk.say("question_left")
        return None
    if option is None:
        # The files are kept until a button says which task they are for.
        talk.say("text_not_expected")
        return None
    name = option.removeprefix("task-")
    kept = [talk.session.get_one(File, file_id) for file_id in question.data["files"]]
    chosen = [
        (task, official) for task, official in files.candidates(talk.session, talk.officials) if str(task.id) == name
    ]
    if not chosen:
        raise Stopped("question_gone")
    task, official = chosen[0]
    question.data = {**question.data, "files": []}
    questions.forget(talk.session, talk.moment, question)
    for file in kept:
        files.attach(talk.session, talk.moment, task, official, file)
    return Reply("chosen")
