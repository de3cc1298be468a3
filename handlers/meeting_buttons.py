"""``Ubah jadwal`` looked at once more before everybody is told, and ``Batalkan rapat``."""

from __future__ import annotations

from typing import Any

from handlers.talk import Talk
from storage.tables import Official, Question, Task
from workflow import deciding, meeting, questions
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.verbs import Press

PURPOSE = "call_off"
"""What the question for the reason is asked for."""


def review(talk: Talk, invitation: Task, official: Official, given: dict[str, Any]) -> Reply:
    """Show the new schedule in full, with what is unusual about it, before anybody is told."""
    questions.ask(
        talk.session, talk.moment, official, "schedule_confirm", "schedule_review", task=invitation,
        data={"given": given}, given=given,
    )  # fmt: skip
    return Reply("question_asked")


def confirm(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Ya, kirim`` under the new schedule, ``Ubah`` or ``Batal``."""
    if question.task_id is None:
        raise Stopped("question_gone")
    if option is None:
        questions.ask_again(talk.session, talk.moment, question, "schedule_review", given=question.data["given"])
        return None
    given = question.data["given"]
    questions.forget(talk.session, talk.moment, question)
    if option == "edit":
        return ask(talk, question.task_id)
    if option != "yes":
        talk.say("question_left")
        return None
    _, invitation, official, _ = meeting.open_schedule(talk.session, talk.officials, question.task_id)
    meeting.reschedule(talk.session, talk.moment, talk.officials, question.task_id, given)
    talk.say("schedule_changed", official, task_id=invitation.id)
    return Reply("ok")


def reschedule(talk: Talk, pressed: Press) -> Reply:
    """``Ubah jadwal``: ask date, time and place again."""
    return ask(talk, pressed.id)


def ask(talk: Talk, task_id: int) -> Reply:
    """Ask for the first value of a new schedule; the others follow one by one."""
    loaded, invitation, official, step = meeting.open_schedule(talk.session, talk.officials, task_id)
    wanted = [field.id for field in step.fields if field.required]
    if not wanted:
        raise Stopped("nothing_to_show")
    questions.ask(
        talk.session, talk.moment, official, "schedule", "ask_field", task=invitation,
        data={"wanted": wanted, "given": {}}, field_id=wanted[0], run=loaded.run.id,
    )  # fmt: skip
    return Reply("question_asked")


def call_off_pressed(talk: Talk, pressed: Press) -> Reply:
    """``Batalkan rapat``: ask why."""
    _, invitation, official, _ = meeting.open_meeting(talk.session, talk.officials, pressed.id)
    deciding.ask_reason(talk.session, talk.moment, invitation, official, PURPOSE)
    return Reply("question_asked")


def call_off(talk: Talk, question: Question) -> Reply:
    """The reason is given: the meeting is off."""
    if question.task_id is None:
        raise Stopped("question_gone")
    reason = question.data["text"]
    meeting.call_off(talk.session, talk.moment, talk.officials, question.task_id, reason)
    questions.forget(talk.session, talk.moment, question)
    return Reply("ok")
