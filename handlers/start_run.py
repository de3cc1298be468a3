"""``/mulai``: choose an SOP, name the period, look at who is missing, ``Mulai``."""

from __future__ import annotations

from dataclasses import asdict

from handlers.talk import Talk
from storage.tables import Adoption, Official, Question
from workflow import periods, questions, starting
from workflow.adoption import load
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.verbs import Press


def command(talk: Talk) -> None:
    """Offer the SOPs this person may start; with only one, ask for the period at once."""
    adoptions = [(o, a) for o in talk.officials for a in starting.startable(talk.session, o)]
    if not adoptions:
        talk.say("start_refused", reason="no_sop", steps=[], run_number=None)
    elif len(adoptions) == 1:
        _ask_period(talk, adoptions[0][0], adoptions[0][1])
    else:
        talk.say("choose_sop", adoption_ids=[a.id for _, a in adoptions])


def choose(talk: Talk, press: Press) -> None:
    """An SOP was chosen."""
    official, adoption = _adoption(talk, press.id)
    if not starting.may_start(talk.session, official, load(adoption)):
        raise Stopped("not_allowed")
    _ask_period(talk, official, adoption)


def period(talk: Talk, question: Question, text: str | None, option: str | None) -> None:
    """The period was typed, or one of the proposed ones pressed."""
    official, adoption = _adoption(talk, question.data["adoption"])
    if option == "cancel":
        _leave(talk, question)
        return
    if option is not None:
        proposed = question.data["suggestions"]
        index = option.removeprefix("period-")
        if not index.isdigit() or int(index) >= len(proposed):
            raise Stopped("question_gone")
        text = proposed[int(index)]
    name = " ".join((text or "").split())
    if not name or len(name) > periods.MAX_LENGTH or not periods.fold(name):
        talk.say("bad_answer", reason="too_long" if len(name) > periods.MAX_LENGTH else "empty")
        return
    try:
        starting.check(talk.session, official, adoption, name)
    except Stopped as stopped:
        questions.forget(talk.session, talk.moment, question)
        _refuse(talk, stopped)
        return
    ready = starting.readiness(talk.session, adoption)
    questions.ask(
        talk.session, talk.moment, official, "start", "start_review",
        data={"adoption": adoption.id, "period": name}, adoption_id=adoption.id, period=name,
        vacant=[asdict(vacancy) for vacancy in ready.vacant], absent=ready.absent,
    )  # fmt: skip


def confirm(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Mulai`` or ``Batal``; typed text repeats the question's meaning."""
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "cancel":
        _leave(talk, question)
        return None
    if option != "start":
        raise Stopped("question_gone")
    official, adoption = _adoption(talk, question.data["adoption"])
    name = question.data["period"]
    questions.forget(talk.session, talk.moment, question)
    try:
        run = starting.start(talk.session, talk.moment, official, adoption, name)
    except Stopped as stopped:
        _refuse(talk, stopped)
        return None
    talk.say("run_started", official, run_id=run.id)
    return None


def _ask_period(talk: Talk, official: Official, adoption: Adoption) -> None:
    if adoption.unconfirmed:
        _refuse(talk, Stopped("unconfirmed", steps=adoption.unconfirmed, title=adoption.title))
        return
    likely = periods.suggestions(talk.today(official.office_id))
    proposed = [name for name in likely if not starting.taken(talk.session, adoption, name)]
    questions.ask(
        talk.session, talk.moment, official, "period", "ask_period",
        data={"adoption": adoption.id, "suggestions": proposed}, title=adoption.title, suggestions=proposed,
    )  # fmt: skip


def _adoption(talk: Talk, adoption_id: int) -> tuple[Official, Adoption]:
    adoption = talk.session.get(Adoption, adoption_id)
    official = next((o for o in talk.officials if adoption and o.office_id == adoption.office_id), None)
    if adoption is None or official is None:
        raise Stopped("not_allowed")
    return official, adoption


def _refuse(talk: Talk, stopped: Stopped) -> None:
    facts = {"steps": [], "run_number": None, **stopped.params}
    talk.say("start_refused", reason=stopped.key, **facts)


def _leave(talk: Talk, question: Question) -> None:
    questions.forget(talk.session, talk.moment, question)
    talk.say("question_left")
