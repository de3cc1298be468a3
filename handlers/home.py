"""``/start``, ``/bantuan`` and ``/batal``: arriving, finding one's way, leaving a question."""

from __future__ import annotations

from handlers import founding
from handlers.talk import Talk
from workflow import enrolment, enrolment_questions, questions
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.verbs import Press


def start(talk: Talk) -> None:
    """``/start``: the home menu; with a link's token, enrolment in (another) office."""
    if talk.incoming.argument:
        claim(talk)
    else:
        talk.say("home" if talk.officials else "auditor_home")


def claim(talk: Talk) -> None:
    """Somebody opened a link: an invitation (no rights until the admin says ``Ya, benar``) or a setup code."""
    if founding.is_code(talk.incoming.argument):
        founding.claim(talk)
        return
    enrolment.claim(talk.session, talk.moment, talk.incoming.argument, talk.incoming.person, talk.incoming.first_name)


def enrolment_answer(talk: Talk, press: Press) -> Reply:
    """The admin's ``Ya, benar`` or ``Bukan``."""
    if press.argument not in ("yes", "no"):
        raise Stopped("stale")
    reply = enrolment.answer(talk.session, talk.moment, press.id, talk.officials, yes=press.argument == "yes")
    if reply.key != "not_allowed":
        enrolment_questions.close(talk.session, talk.moment, press.id)
    return reply


def help_(talk: Talk) -> None:
    """``/bantuan``: what can be done, in plain words."""
    talk.say("help" if talk.officials else "auditor_home")


def unknown(talk: Talk) -> None:
    """A command Pandu does not know."""
    talk.say("text_not_expected")


def leave(talk: Talk) -> None:
    """``/batal``: leave the pending question, and nothing else."""
    question = questions.pending(talk.session, talk.moment, talk.incoming.chat_id)
    if question is None:
        talk.say("nothing_to_leave")
        return
    questions.forget(talk.session, talk.moment, question)
    talk.say("question_left")
