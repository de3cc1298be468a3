"""``/kelola``: the admin's screens. Each is a message of its own, with the way back."""

from __future__ import annotations

from collections.abc import Callable

from handlers import (
    adoption_pages,
    appointments,
    handover,
    manage_auditors,
    manage_links,
    manage_officials,
    manage_settings,
    manage_units,
)
from handlers import manage_flow as flow
from handlers.manage_flow import Apply, Begin, Chosen, Words
from handlers.talk import Talk
from storage import outbox
from storage.tables import Official, Question
from workflow import people, questions
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.verbs import Press


def command(talk: Talk) -> None:
    """``/kelola``: the menu of each office the person administers."""
    admins = [official for official in talk.officials if people.is_admin(official)]
    if not admins:
        talk.say("not_allowed", what="manage")
    for admin in admins:
        talk.say("manage", admin)


def press(talk: Talk, pressed: Press) -> Reply | None:
    """A button of a screen: ``id`` is the admin's row, ``activation`` the page, the argument what to show or begin."""
    admin = flow.admin_of(talk, pressed.id)
    name, _, which = pressed.argument.partition(":")
    flow.begin(talk)
    if name in _SCREENS:
        return _SCREENS[name](talk, admin, which, pressed.activation)
    if name not in _BEGIN:
        raise Stopped("stale")
    return _BEGIN[name](talk, admin, which)


def words(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """A name or a number was typed."""
    admin, what = flow.asked(talk, question)
    if option is not None or text is None:
        return _back(talk, admin, question)
    return _WORDS[what["kind"]](talk, admin, what, text)


def choose(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """One of the answers offered was pressed; a post or a period may be typed too."""
    admin, what = flow.asked(talk, question)
    if option == "cancel":
        return _back(talk, admin, question)
    if text is not None:
        if what["step"] in _TYPED:
            return _TYPED[what["step"]](talk, admin, what, text)
        talk.say("text_not_expected")
        return None
    if option not in question.data["choices"]:
        raise Stopped("question_gone")
    return _CHOSEN[what["kind"]](talk, admin, what, str(option))


def confirm(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """``Ya, terapkan`` or ``Batal``."""
    admin, what = flow.asked(talk, question)
    if text is not None:
        talk.say("text_not_expected")
        return None
    if option != "yes":
        return _back(talk, admin, question)
    questions.forget(talk.session, talk.moment, question)
    return _APPLY[what["kind"]](talk, admin, what)


def _back(talk: Talk, admin: Official, question: Question) -> Reply:
    """Leave a question: the screen it came from again."""
    name, _, which = str(question.data["what"].get("back") or "").partition(":")
    questions.forget(talk.session, talk.moment, question)
    _SCREENS.get(name, _home)(talk, admin, which, 0)
    return Reply("ok")


def _home(talk: Talk, admin: Official, _which: str, _page: int) -> None:
    talk.say("manage", admin)


def _units(talk: Talk, admin: Official, _which: str, _page: int) -> None:
    talk.say("manage_units", admin)


def _unit(talk: Talk, admin: Official, which: str, _page: int) -> None:
    talk.say("manage_unit", admin, unit=which)


def _people(talk: Talk, admin: Official, _which: str, page: int) -> None:
    talk.say("manage_officials", admin, waiting=False, page=page)


def _waiting(talk: Talk, admin: Official, _which: str, page: int) -> None:
    talk.say("manage_officials", admin, waiting=True, page=page)


def _person(talk: Talk, admin: Official, which: str, _page: int) -> None:
    if not which.isascii() or not which.isdigit():
        raise Stopped("stale")
    talk.say("manage_official", admin, official_id=int(which))


def _auditors(talk: Talk, admin: Official, _which: str, page: int) -> None:
    talk.say("manage_auditors", admin, page=page)


def _auditor(talk: Talk, admin: Official, which: str, _page: int) -> None:
    if not which.isascii() or not which.isdigit():
        raise Stopped("stale")
    talk.say("manage_auditor", admin, official_id=int(which))


def _policy(talk: Talk, admin: Official, _which: str, _page: int) -> None:
    talk.say("manage_settings", admin, kind="policy")


def _rules(talk: Talk, admin: Official, _which: str, _page: int) -> None:
    talk.say("manage_settings", admin, kind="rules")


def _seats(talk: Talk, admin: Official, _which: str, _page: int) -> Reply:
    return appointments.show(talk, admin)


def _handover(talk: Talk, admin: Official, _which: str, _page: int) -> Reply:
    return handover.show(talk, admin)


def _sops(talk: Talk, admin: Official, _which: str, _page: int) -> Reply:
    return adoption_pages.show(talk, admin)


def _calendar(talk: Talk, admin: Official, _which: str, _page: int) -> None:
    talk.say("calendar", admin)


def _file(talk: Talk, admin: Official, _which: str, _page: int) -> Reply:
    outbox.send_office_file(
        talk.session, bot_id=talk.moment.bot_id, chat_id=talk.incoming.chat_id, office_id=admin.office_id,
        now=talk.moment.now,
    )  # fmt: skip
    return Reply("sent_documents")


_SCREENS: dict[str, Callable[[Talk, Official, str, int], Reply | None]] = {
    "": _home,
    "units": _units,
    "unit": _unit,
    "people": _people,
    "person": _person,
    "waiting": _waiting,
    "seats": _seats,
    "handover": _handover,
    "sops": _sops,
    "calendar": _calendar,
    "policy": _policy,
    "rules": _rules,
    "auditors": _auditors,
    "auditor": _auditor,
    "file": _file,
}
"""A button's argument -> the screen it opens."""

_BEGIN: dict[str, Begin] = {
    **manage_units.BEGIN,
    **manage_officials.BEGIN,
    **manage_links.BEGIN,
    **manage_settings.BEGIN,
    **manage_auditors.BEGIN,
}
_WORDS: dict[str, Words] = {
    **manage_units.WORDS,
    **manage_officials.WORDS,
    **manage_settings.WORDS,
    **manage_auditors.WORDS,
}
_CHOSEN: dict[str, Chosen] = {**manage_officials.CHOSEN, **manage_settings.CHOSEN, **manage_auditors.CHOSEN}
_TYPED: dict[str, Words] = {"post": manage_officials.typed_post, "period": manage_auditors.period}
"""What may be typed instead of pressing one of the answers, by the question's step."""

_APPLY: dict[str, Apply] = {
    **manage_units.APPLY,
    **manage_officials.APPLY,
    **manage_links.APPLY,
    **manage_settings.APPLY,
    **manage_auditors.APPLY,
}
