"""``/kelola``, auditors: let one in for a period said in words, change its end, end it now."""

from __future__ import annotations

from datetime import datetime

from handlers import manage_flow as flow
from handlers.manage_flow import Apply, Begin, Chosen, What, Words
from handlers.talk import Talk
from storage.tables import Office, Official
from workflow import auditors
from workflow.calendar.of_office import calendar_of
from workflow.dates import NotUnderstood
from workflow.dates.period import understand_period
from workflow.deed import Stopped
from workflow.reply import Reply

Span = tuple[str, str]
"""The first moment of a period and the first after it, ISO."""


def _add(talk: Talk, admin: Official, _which: str) -> Reply:
    return flow.ask_words(talk, admin, {"kind": "auditor_add", "step": "name", "back": "auditors"})


def _prolong(talk: Talk, admin: Official, which: str) -> Reply:
    return flow.ask_words(talk, admin, {**_about(talk, admin, "auditor_until", which), "step": "period"})


def _end(talk: Talk, admin: Official, which: str) -> Reply:
    what = _about(talk, admin, "auditor_end", which)
    if auditors.is_over(auditors.auditor_of(talk.session, admin, what["official"]), talk.moment.now):
        raise Stopped("auditor_over")
    return flow.propose(talk, admin, what)


def _about(talk: Talk, admin: Official, kind: str, which: str) -> What:
    if not which.isascii() or not which.isdigit():
        raise Stopped("stale")
    auditor = auditors.auditor_of(talk.session, admin, int(which))
    return {"kind": kind, "official": auditor.id, "old": auditor.name, "back": f"auditor:{auditor.id}"}


def _typed(talk: Talk, admin: Official, what: What, text: str) -> Reply | None:
    """The name, then where they come from, then the period."""
    match what["step"]:
        case "name":
            name = flow.name_from(talk, text)
            return None if name is None else flow.ask_words(talk, admin, {**what, "name": name, "step": "from"})
        case "from":
            return _sent_by(talk, admin, what, text)
        case _:
            return period(talk, admin, what, text)


def _sent_by(talk: Talk, admin: Official, what: What, text: str) -> Reply | None:
    """Whoever is read of in the record a year later is known by name and institution."""
    institution = flow.name_from(talk, text)
    if institution is None:
        return None
    name = f"{what['name']} ({institution})"
    if len(name) > auditors.MAX_NAME:
        talk.say("bad_answer", reason="too_long")
        return None
    auditors.check_name(talk.session, admin.office_id, name)
    return flow.ask_words(talk, admin, {**what, "name": name, "step": "period"})


def period(talk: Talk, admin: Official, what: What, text: str) -> Reply:
    """A period in words, or only its end; of several that words can mean, one is chosen."""
    calendar = calendar_of(talk.session.get_one(Office, admin.office_id))
    what = {key: value for key, value in what.items() if key not in ("reason", "meant")}
    try:
        found = understand_period(text, now=talk.moment.now, calendar=calendar)
    except NotUnderstood as refused:
        return flow.ask_words(talk, admin, {**what, "reason": refused.reason})
    days = [auditors.whole_days(one.starts_at, one.ends_at, calendar.zone) for one in found]
    if what["kind"] == "auditor_until":
        auditor = auditors.auditor_of(talk.session, admin, what["official"])
        days = [(auditor.valid_from or since, until) for since, until in days]
        days = [(since, until) for since, until in days if since < until]
        if not days:
            return flow.ask_words(talk, admin, {**what, "reason": "backwards"})
    spans = list(dict.fromkeys((since.isoformat(), until.isoformat()) for since, until in days))
    if len(spans) == 1:
        return _propose(talk, admin, what, spans[0])
    choices = [(str(number), "") for number in range(len(spans))]
    return flow.offer(talk, admin, {**what, "meant": spans}, "period", choices)


def _chosen(talk: Talk, admin: Official, what: What, option: str) -> Reply:
    return _propose(talk, admin, what, what["meant"][int(option)])


def _propose(talk: Talk, admin: Official, what: What, span: Span) -> Reply:
    since, until = span
    return flow.propose(talk, admin, {**what, "since": since, "until": until})


def _applied(talk: Talk, admin: Official, what: What) -> Reply:
    session, moment = talk.session, talk.moment
    match what["kind"]:
        case "auditor_add":
            since, until = (datetime.fromisoformat(what[key]) for key in ("since", "until"))
            auditor = auditors.appoint(session, moment, admin, what["name"], until, since)
            what = {**what, "official": auditor.id}
        case "auditor_until":
            auditors.change_until(session, moment, admin, what["official"], datetime.fromisoformat(what["until"]))
        case _:
            auditors.end(session, moment, admin, what["official"])
    return flow.done(talk, admin, what)


BEGIN: dict[str, Begin] = {"aadd": _add, "auntil": _prolong, "aend": _end}
WORDS: dict[str, Words] = dict.fromkeys(("auditor_add", "auditor_until"), _typed)
CHOSEN: dict[str, Chosen] = dict.fromkeys(("auditor_add", "auditor_until"), _chosen)
APPLY: dict[str, Apply] = dict.fromkeys(("auditor_add", "auditor_until", "auditor_end"), _applied)
