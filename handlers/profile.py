"""``/profil`` and ``/privasi``: how one is addressed, in which language, when not to be disturbed; what is kept."""

from __future__ import annotations

from handlers.talk import Talk
from storage.tables import Official, Question
from workflow import profile, questions, quiet_hours
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.verbs import Press

SALUTATIONS = {"bapak": "Bapak", "ibu": "Ibu"}


def command(talk: Talk) -> None:
    """``/profil``: what is known of one, with buttons to change it."""
    _show(talk, talk.readers[0])


def privacy(talk: Talk) -> None:
    """``/privasi``: what each of one's offices keeps, why, where and for how long."""
    for official in talk.readers:
        talk.say("privacy", official, official_id=official.id)


def press(talk: Talk, pressed: Press) -> Reply | None:
    """A button under the profile; ``id`` is the official's row, the argument what to change."""
    official = next((one for one in talk.readers if one.id == pressed.id), None)
    if official is None:
        raise Stopped("not_yours")
    match pressed.argument:
        case "bapak" | "ibu":
            words = SALUTATIONS[pressed.argument]
            profile.set_salutation(talk.session, talk.moment, talk.readers, words)
        case "id" | "en":
            profile.set_language(talk.session, talk.moment, talk.readers, pressed.argument)
        case "quiet":
            questions.ask(talk.session, talk.moment, official, "quiet", "ask_quiet")
            return Reply("question_asked")
        case "loud":
            profile.set_quiet(talk.session, talk.moment, talk.readers, None)
        case "privacy":
            privacy(talk)
            return None
        case _:
            raise Stopped("stale")
    _show(talk, official)
    return Reply("profile_changed")


def quiet(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """The quiet hours in words; what is not understood is asked for once more, what takes too much is refused."""
    official = next((one for one in talk.readers if one.id == question.official_id), None)
    if official is None or (text is None and option not in ("cancel", "none")):
        raise Stopped("question_gone")
    if option == "cancel":
        questions.forget(talk.session, talk.moment, question)
        talk.say("question_left")
        return None
    hours = None
    if text is not None:
        try:
            hours = quiet_hours.parse(text)
        except ValueError:
            talk.say("quiet_refused", official, reason="form")
            return None
    try:
        profile.set_quiet(talk.session, talk.moment, talk.readers, hours)
    except Stopped:
        talk.say("quiet_refused", official, reason="too_long")
        return None
    questions.forget(talk.session, talk.moment, question)
    _show(talk, official)
    return Reply("profile_changed")


def _show(talk: Talk, official: Official) -> None:
    talk.say("profile", official, official_id=official.id)
