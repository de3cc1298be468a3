"""``/delegasi``: to whom, from when until when in words, all SOPs or some; and to end it early."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from handlers.talk import Talk
from storage.tables import Delegation, Office, Official, Question
from workflow import delegating, people, questions
from workflow.calendar.of_office import calendar_of
from workflow.dates import NotUnderstood
from workflow.dates.period import Period, understand_period
from workflow.deed import Stopped
from workflow.delegating import Wanted
from workflow.reply import Reply

PAGE = 8
"""Officials offered as buttons at once."""
Draft = dict[str, Any]
"""What was chosen so far: words (of the period), to, from, until, sops."""


def command(talk: Talk) -> None:
    """``/delegasi``, perhaps with the period in words: what there is already, else at once to whom."""
    if not talk.officials:
        talk.say("not_allowed", what="delegation")
        return
    words = talk.incoming.argument.strip()
    if len(talk.officials) > 1 or (not words and _shown(talk, talk.official)):
        _overview(talk, words)
        return
    try:
        _begin(talk, talk.official, {"words": words})
    except Stopped as stopped:
        talk.say("answer_refused", talk.official, key=stopped.key, facts=stopped.params)


def _overview(talk: Talk, words: str) -> None:
    rows = [row.id for official in talk.officials for row in _shown(talk, official)]
    ids = [official.id for official in talk.officials]
    questions.ask(
        talk.session, talk.moment, talk.official, "delegations", "delegations", data={"words": words},
        delegation_ids=rows, official_ids=ids,
    )  # fmt: skip


def _shown(talk: Talk, official: Official) -> list[Delegation]:
    """Return the open delegations that concern somebody; an admin sees all of the office."""
    rows = delegating.open_rows(talk.session, official.office_id, talk.moment.now)
    return [row for row in rows if people.is_admin(official) or official.id in (row.from_id, row.to_id)]


def overview(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """``Delegasikan tugas`` (in one of the offices), or ``Akhiri``; typed words are the period."""
    if option == "cancel":
        return _leave(talk, question)
    if option is None:
        if len(talk.officials) > 1:
            talk.say("text_not_expected")
            return None
        return _begin(talk, talk.official, {"words": text or ""})
    what, _, number = option.partition("-")
    if what == "new":
        official = next((one for one in talk.officials if str(one.id) == number), None)
        if official is None:
            raise Stopped("question_gone")
        return _begin(talk, official, {"words": question.data["words"]})
    row = next((one for own in talk.officials for one in _shown(talk, own) if str(one.id) == number), None)
    if what != "end" or row is None:
        raise Stopped("delegation_over")
    questions.ask(
        talk.session, talk.moment, talk.official, "delegation_end", "delegation_end", data={"delegation": row.id},
        delegation_id=row.id,
    )  # fmt: skip
    return Reply("question_asked")


def end(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Ya, akhiri`` or ``Batal``."""
    if option is None:
        talk.say("text_not_expected")
        return None
    if option != "yes":
        return _leave(talk, question)
    delegation_id = question.data["delegation"]
    questions.forget(talk.session, talk.moment, question)
    delegating.end(talk.session, talk.moment, talk.officials, delegation_id)
    return Reply("ok")


def _begin(talk: Talk, giver: Official, draft: Draft) -> Reply:
    delegating.check_giver(talk.session, giver)
    return _offer(talk, giver, draft, delegating.candidates(talk.session, giver), 0)


def receiver(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """Somebody was pressed, the list turned over, or a name typed; typing narrows the choice down."""
    giver, draft = _giver(talk, question), question.data
    found = delegating.candidates(talk.session, giver)
    if option == "cancel":
        return _leave(talk, question)
    if text is not None:
        named = _named(text, found)
        if not named:
            key = "receiver_cannot" if _named(text, _everybody(talk, giver)) else "nobody_named"
            talk.say("answer_refused", giver, key=key, facts={})
        return _offer(talk, giver, draft, named or found, 0, one_is_meant=bool(named))
    what, _, number = (option or "").partition("-")
    if what == "page" and number.isascii() and number.isdigit() and int(number) * PAGE < len(found):
        return _offer(talk, giver, draft, found, int(number))
    chosen = next((one for one in found if option == f"official-{one.id}"), None)
    if chosen is None:
        raise Stopped("receiver_cannot")
    return _ask_when(talk, giver, {**draft, "to": chosen.id})


def when(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """The period in words, or one of several that words could mean."""
    giver, draft = _giver(talk, question), question.data
    if option == "cancel":
        return _leave(talk, question)
    if text is not None:
        return _understand(talk, giver, draft, text)
    number = (option or "").removeprefix("choice-")
    found = draft.get("meant") or []
    if not (number.isascii() and number.isdigit() and int(number) < len(found)):
        raise Stopped("question_gone")
    begin, until = found[int(number)]
    return _chosen(talk, giver, draft, datetime.fromisoformat(begin), datetime.fromisoformat(until))


def sops(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Semua SOP``, or those ticked one by one and then ``Lanjutkan``."""
    giver, draft = _giver(talk, question), question.data
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "cancel":
        return _leave(talk, question)
    chosen: list[str] = draft.get("sops") or []
    if option == "all":
        return _confirm(talk, giver, {**draft, "sops": []})
    if option == "next":
        return _confirm(talk, giver, draft) if chosen else _ask_sops(talk, giver, draft)
    known = list(delegating.sops_of(talk.session, giver.office_id))
    number = option.removeprefix("sop-")
    if not (number.isascii() and number.isdigit() and int(number) < len(known)):
        raise Stopped("question_gone")
    sop = known[int(number)]
    kept = [one for one in chosen if one != sop] if sop in chosen else [*chosen, sop]
    return _ask_sops(talk, giver, {**draft, "sops": [one for one in known if one in kept]})


def confirm(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Ya, delegasikan`` or ``Batal``."""
    if option is None:
        talk.say("text_not_expected")
        return None
    if option != "yes":
        return _leave(talk, question)
    giver, draft = _giver(talk, question), question.data
    questions.forget(talk.session, talk.moment, question)
    delegating.delegate(talk.session, talk.moment, talk.officials, _wanted(giver, draft))
    return Reply("delegated")


def _offer(
    talk: Talk, giver: Official, draft: Draft, found: list[Official], page: int, *, one_is_meant: bool = False
) -> Reply:
    if not found:
        raise Stopped("nobody_to_delegate_to")
    if len(found) == 1 and one_is_meant:
        return _ask_when(talk, giver, {**draft, "to": found[0].id})
    ids = [one.id for one in found[page * PAGE : (page + 1) * PAGE]]
    return _ask(talk, giver, "delegate_to", draft, official_ids=ids, page=page, more=len(found) > (page + 1) * PAGE)


def _ask_when(talk: Talk, giver: Official, draft: Draft) -> Reply:
    words = draft.get("words")
    if words:
        return _understand(talk, giver, {**draft, "words": ""}, words)
    return _ask(talk, giver, "delegate_when", draft)


def _understand(talk: Talk, giver: Official, draft: Draft, text: str) -> Reply:
    calendar = calendar_of(talk.session.get_one(Office, giver.office_id))
    try:
        found = understand_period(text, now=talk.moment.now, calendar=calendar)
    except NotUnderstood as refused:
        return _ask(talk, giver, "delegate_when", draft, reason=refused.reason)
    if len(found) == 1:
        return _chosen(talk, giver, draft, found[0].starts_at, found[0].ends_at)
    meant = [_written(one) for one in found]
    return _ask(talk, giver, "delegate_when", {**draft, "meant": meant}, meant=meant)


def _chosen(talk: Talk, giver: Official, draft: Draft, begin: datetime, until: datetime) -> Reply:
    """The period is known: what cannot be is asked again, then which SOPs."""
    draft = {key: value for key, value in draft.items() if key != "meant"}
    draft |= {"from": begin.isoformat(), "until": until.isoformat()}
    try:
        delegating.check_period(talk.moment.now, begin, until)
    except Stopped as stopped:
        talk.say("answer_refused", giver, key=stopped.key, facts=stopped.params)
        return _ask(talk, giver, "delegate_when", draft)
    if len(delegating.sops_of(talk.session, giver.office_id)) > 1:
        return _ask_sops(talk, giver, draft)
    return _confirm(talk, giver, draft)


def _ask_sops(talk: Talk, giver: Official, draft: Draft) -> Reply:
    return _ask(talk, giver, "delegate_sops", draft, chosen=draft.get("sops") or [])


def _confirm(talk: Talk, giver: Official, draft: Draft) -> Reply:
    """Show all of it once more. Raises :class:`Stopped` for a delegation that cannot be."""
    delegating.check(talk.session, talk.moment.now, _wanted(giver, draft))
    return _ask(talk, giver, "delegate_confirm", draft, sops=draft.get("sops") or [])


def _wanted(giver: Official, draft: Draft) -> Wanted:
    begin, until = (datetime.fromisoformat(draft[key]) for key in ("from", "until"))
    return Wanted(giver.id or 0, draft["to"], begin, until, tuple(draft.get("sops") or []))


def _ask(talk: Talk, giver: Official, kind: str, draft: Draft, **params: Any) -> Reply:
    shown = {"giver": giver.id, "to": draft.get("to"), "start": draft.get("from"), "until": draft.get("until")}
    questions.ask(talk.session, talk.moment, giver, kind, kind, data=draft, **{**shown, **params})
    return Reply("question_asked")


def _giver(talk: Talk, question: Question) -> Official:
    official = next((one for one in talk.officials if one.id == question.official_id), None)
    if official is None:
        raise Stopped("question_gone")
    return official


def _leave(talk: Talk, question: Question) -> Reply:
    questions.forget(talk.session, talk.moment, question)
    talk.say("question_left")
    return Reply("ok")


def _written(one: Period) -> list[str]:
    return [one.starts_at.isoformat(), one.ends_at.isoformat()]


def _named(text: str, officials: list[Official]) -> list[Official]:
    words = text.casefold().split()
    return [one for one in officials if words and all(word in one.name.casefold() for word in words)]


def _everybody(talk: Talk, giver: Official) -> list[Official]:
    query = select(Official).where(Official.office_id == giver.office_id, col(Official.active))
    return list(talk.session.exec(query))
