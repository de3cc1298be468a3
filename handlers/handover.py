"""``/serahterima``: whose desk goes to whom, and whether the posts go along."""

from __future__ import annotations

from typing import Any

from handlers.talk import Talk
from storage.tables import Official, Question
from workflow import handover, questions
from workflow.deed import Stopped
from workflow.reply import Reply

PAGE = 8
"""Officials offered as buttons at once."""


def command(talk: Talk) -> None:
    """``/serahterima``, perhaps with the name of who leaves."""
    words = talk.incoming.argument.strip()
    found = _leaving(talk)
    if not found:
        talk.say("not_allowed", what="handover")
        return
    named = _named(words, found)
    if words and not named:
        talk.say("answer_refused", talk.official, key="nobody_named", facts={})
    _offer_leaving(talk, named or found, 0, one_is_meant=bool(named))


def show(talk: Talk, admin: Official) -> Reply:
    """The same from the admin's screens: of that office only."""
    found = handover.leaving(talk.session, talk.moment, admin)
    if not found:
        raise Stopped("nothing_to_hand_over")
    return _offer_leaving(talk, found, 0, one_is_meant=False)


def leaving(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """Whose desk it is was pressed or typed."""
    if option == "cancel":
        return _leave(talk, question)
    found = _leaving(talk)
    if text is not None:
        named = _told_if_nobody(talk, text, found)
        return _offer_leaving(talk, named or found, 0, one_is_meant=bool(named))
    page = _page(option, len(found))
    if page is not None:
        return _offer_leaving(talk, found, page, one_is_meant=False)
    return _offer_successors(talk, _pressed(option, found))


def successor(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """Who takes it over was pressed or typed."""
    if option == "cancel":
        return _leave(talk, question)
    old = _old(talk, question)
    found = handover.successors(talk.session, old)
    if text is not None:
        named = _told_if_nobody(talk, text, found)
        if len(named) == 1:
            return _confirm(talk, old, named[0])
        return _offer_successors(talk, old, named or found)
    page = _page(option, len(found))
    if page is not None:
        return _offer_successors(talk, old, found, page)
    return _confirm(talk, old, _pressed(option, found))


def confirm(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Tugas dan jabatan``, ``Tugas saja`` or ``Batal``: one press, and it is done."""
    if option is None:
        talk.say("text_not_expected")
        return None
    if option not in ("seats", "tasks"):
        return _leave(talk, question)
    old, to = question.data["old"], question.data["to"]
    questions.forget(talk.session, talk.moment, question)
    handover.hand_over(talk.session, talk.moment, talk.officials, old, to, seats=option == "seats")
    return Reply("handed_over")


def _leaving(talk: Talk) -> list[Official]:
    return [one for by in talk.officials for one in handover.leaving(talk.session, talk.moment, by)]


def _old(talk: Talk, question: Question) -> Official:
    old = talk.session.get(Official, question.data["old"])
    if old is None or not any(handover.may_hand_over(talk.session, by, old) for by in talk.officials):
        raise Stopped("not_allowed")
    return old


def _by(talk: Talk, old: Official) -> Official:
    return next(one for one in talk.officials if one.office_id == old.office_id)


def _offer_leaving(talk: Talk, found: list[Official], page: int, *, one_is_meant: bool) -> Reply:
    if len(found) == 1 and one_is_meant:
        return _offer_successors(talk, found[0])
    questions.ask(
        talk.session, talk.moment, _by(talk, found[0]), "handover_from", "handover_from", **_shown(found, page)
    )
    return Reply("question_asked")


def _offer_successors(talk: Talk, old: Official, found: list[Official] | None = None, page: int = 0) -> Reply:
    found = handover.successors(talk.session, old) if found is None else found
    if not found:
        raise Stopped("successor_cannot")
    questions.ask(
        talk.session, talk.moment, _by(talk, old), "handover_to", "handover_to", data={"old": old.id}, old=old.id,
        **_shown(found, page),
    )  # fmt: skip
    return Reply("question_asked")


def _confirm(talk: Talk, old: Official, to: Official) -> Reply:
    by = _by(talk, old)
    desk = handover.desk_of(talk.session, talk.moment, old)
    questions.ask(
        talk.session, talk.moment, by, "handover_confirm", "handover_confirm", data={"old": old.id, "to": to.id},
        old=old.id, to=to.id, tasks=[task.id for task in desk.tasks], seat_ids=[seat.id for seat in desk.seats],
        with_seats=bool(desk.seats) and handover.may_move_seats(talk.session, by, to),
    )  # fmt: skip
    return Reply("question_asked")


def _shown(found: list[Official], page: int) -> dict[str, Any]:
    ids = [one.id for one in found[page * PAGE : (page + 1) * PAGE]]
    return {"official_ids": ids, "page": page, "more": len(found) > (page + 1) * PAGE}


def _page(option: str | None, count: int) -> int | None:
    what, _, number = (option or "").partition("-")
    if what == "page" and number.isascii() and number.isdigit() and int(number) * PAGE < count:
        return int(number)
    return None


def _pressed(option: str | None, found: list[Official]) -> Official:
    chosen = next((one for one in found if option == f"official-{one.id}"), None)
    if chosen is None:
        raise Stopped("question_gone")
    return chosen


def _told_if_nobody(talk: Talk, text: str, found: list[Official]) -> list[Official]:
    named = _named(text, found)
    if not named:
        talk.say("answer_refused", talk.official, key="nobody_named", facts={})
    return named


def _named(text: str, officials: list[Official]) -> list[Official]:
    words = text.casefold().split()
    return [one for one in officials if words and all(word in one.name.casefold() for word in words)]


def _leave(talk: Talk, question: Question) -> Reply:
    questions.forget(talk.session, talk.moment, question)
    talk.say("question_left")
    return Reply("ok")
