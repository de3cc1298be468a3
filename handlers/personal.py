"""``/ingatkan``: one's own reminder, in words; the list of them; and ``Ingatkan lagi besok pagi``."""

from __future__ import annotations

from datetime import datetime

from handlers import when
from handlers.talk import Talk
from storage.tables import Office, Official, Question
from workflow import questions
from workflow.calendar.of_office import calendar_of
from workflow.deed import Stopped
from workflow.reminding import personal, personal_words
from workflow.reply import Reply
from workflow.texts import MAX_TEXT
from workflow.verbs import Press

PURPOSE = "personal"
LIST = ("daftar", "list")


def command(talk: Talk) -> None:
    """``/ingatkan``, perhaps with a time and what about, in either order; ``/ingatkan daftar`` lists them."""
    official, words = talk.official, " ".join(talk.incoming.argument.split())
    if words.casefold() in LIST:
        talk.say("personal_list", official, official_id=official.id)
        return
    try:
        personal.check(talk.session, official)
    except Stopped as stopped:
        talk.say("answer_refused", official, key=stopped.key, facts=stopped.params)
        return
    if len(words) > MAX_TEXT:
        talk.say("bad_answer", reason="too_long")
        return
    office = talk.session.get_one(Office, official.office_id)
    said = personal_words.split(words, talk.moment.now, calendar_of(office))
    data = {"text": said.about} if said.about else {}
    if said.when:
        when.take_when(talk, official, PURPOSE, said.when, data=data)
    else:
        when.ask_when(talk, official, PURPOSE, "ask_personal_when", data=data, about=said.about)


def at_time(talk: Talk, official: Official, question: Question, at: datetime) -> Reply | None:
    """The time is confirmed: what about, unless that was said already."""
    text = question.data.get("text")
    if text is not None:
        return _set(talk, official, at, text)
    questions.ask(
        talk.session, talk.moment, official, "personal_text", "ask_personal_text", data={"at": at.isoformat()},
        at=at.isoformat(),
    )  # fmt: skip
    return Reply("question_asked")


def about(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """What to be reminded of was typed, or ``Lewati`` pressed."""
    official = next((one for one in talk.officials if one.id == question.official_id), None)
    if official is None or (text is None and option not in ("skip", "cancel")):
        raise Stopped("question_gone")
    if text is not None and len(text.strip()) > MAX_TEXT:
        talk.say("bad_answer", reason="too_long")
        return None
    questions.forget(talk.session, talk.moment, question)
    if option == "cancel":
        talk.say("question_left")
        return None
    return _set(talk, official, datetime.fromisoformat(question.data["at"]), (text or "").strip())


def press(talk: Talk, pressed: Press) -> Reply | None:
    """A button under a reminder or the list; ``id`` is the official's row."""
    official = next((one for one in talk.officials if one.id == pressed.id), None)
    if official is None:
        raise Stopped("not_yours")
    action, _, which = pressed.argument.partition("-")
    if action == "again":
        at = personal.again(talk.session, talk.moment, official, which)
        talk.say("personal_set", official, at=at.isoformat(), text_id=None, official_id=official.id)
        return Reply("ok")
    if action == "del":
        personal.remove(talk.session, talk.moment, official, which)
        talk.say("personal_list", official, official_id=official.id)
        return Reply("personal_removed")
    talk.say("personal_list", official, official_id=official.id)
    return None


def _set(talk: Talk, official: Official, at: datetime, text: str) -> Reply:
    text_id = personal.put(talk.session, talk.moment, official, at, text)
    talk.say("personal_set", official, at=at.isoformat(), text_id=text_id, official_id=official.id)
    return Reply("ok")
