"""``Setujui`` and ``Tidak disetujui``: a superior decides a request for more time."""

from __future__ import annotations

from handlers.talk import Talk
from storage.tables import Question
from workflow import extending, questions
from workflow.reply import Reply
from workflow.verbs import Press

PURPOSE = "refuse_extension"


def grant(talk: Talk, pressed: Press) -> Reply:
    """``Setujui``; the superior's own message confirms it."""
    extending.grant(talk.session, talk.moment, talk.officials, pressed.id)
    return Reply("ok")


def deny(talk: Talk, pressed: Press) -> Reply:
    """``Tidak disetujui``: ask why."""
    _, task, official, row = extending.open_request(talk.session, talk.officials, pressed.id)
    questions.ask(
        talk.session, talk.moment, official, "reason", "ask_reason", task=task,
        data={"purpose": PURPOSE, "extension": row.id, "units": [], "text": None, "files": []},
        run_id=task.run_id, purpose=PURPOSE, text=None, files=0,
    )  # fmt: skip
    return Reply("question_asked")


def refuse(talk: Talk, question: Question) -> Reply:
    """The reason of the refusal is given."""
    data = question.data
    extending.refuse(talk.session, talk.moment, talk.officials, data["extension"], data["text"])
    questions.forget(talk.session, talk.moment, question)
    return Reply("ok")
