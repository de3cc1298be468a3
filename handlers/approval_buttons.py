"""``Setujui`` and ``Tidak disetujui``: the head decides what an admin has asked for."""

from __future__ import annotations

from handlers.talk import Talk
from storage.tables import Question
from workflow import adoption_ending, adoption_proposals, approvals, questions
from workflow.approvals import Effect
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.seats import appointing
from workflow.texts import MAX_TEXT
from workflow.verbs import Press

EFFECTS: dict[str, Effect] = {
    appointing.APPROVAL: appointing.take_effect,
    adoption_proposals.KIND: adoption_proposals.take_effect,
    adoption_ending.KIND: adoption_ending.take_effect,
}
"""An approval's kind -> what makes it true."""


def approve(talk: Talk, pressed: Press) -> Reply:
    """``Setujui``; the decider's own message confirms it."""
    row, _ = approvals.open_approval(talk.session, talk.officials, pressed.id)
    approvals.grant(talk.session, talk.moment, talk.officials, pressed.id, EFFECTS[row.kind])
    return Reply("ok")


def disapprove(talk: Talk, pressed: Press) -> Reply:
    """``Tidak disetujui``: ask why."""
    row, official = approvals.open_approval(talk.session, talk.officials, pressed.id)
    questions.ask(
        talk.session, talk.moment, official, "approval_reason", "ask_approval_reason",
        data={"approval": row.id, "text": None}, approval_id=row.id, text=None,
    )  # fmt: skip
    return Reply("question_asked")


def reason(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """The reason was typed (``Kirim alasan`` then sends it), or the question left."""
    data = question.data
    if option == "cancel":
        questions.forget(talk.session, talk.moment, question)
        talk.say("question_left")
        return None
    if text is not None:
        words = text.strip()
        if not words or len(words) > MAX_TEXT:
            talk.say("bad_answer", reason="too_long" if words else "empty", field=None)
            return None
        question.data = {**data, "text": words}
        questions.ask_again(
            talk.session, talk.moment, question, "ask_approval_reason", approval_id=data["approval"], text=words
        )
        return None
    if option != "send":
        raise Stopped("question_gone")
    if not data["text"]:
        raise Stopped("reason_missing")
    approvals.refuse(talk.session, talk.moment, talk.officials, data["approval"], data["text"])
    questions.forget(talk.session, talk.moment, question)
    return Reply("ok")
