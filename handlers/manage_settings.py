"""``/kelola``, reminders and office rules: one value at a time."""

from __future__ import annotations

from typing import Any

from handlers import manage_flow as flow
from handlers.manage_flow import Apply, Begin, Chosen, What, Words
from handlers.talk import Talk
from storage.tables import Office, Official
from workflow.deed import Stopped
from workflow.job_titles import job_title
from workflow.managing import settings
from workflow.office_rules import OfficeRules, rules_of
from workflow.reminding.policy import ReminderPolicy, policy_of
from workflow.reply import Reply
from workflow.seats import posts

USUAL = "usual"
_ACTIONS = [("notify", ""), ("offer", "")]
_SWITCH = [("yes", ""), ("no", "")]
_MODELS: dict[str, type[ReminderPolicy] | type[OfficeRules]] = {"policy": ReminderPolicy, "rules": OfficeRules}


def _begin(kind: str) -> Begin:
    def begin(talk: Talk, admin: Official, field: str) -> Reply:
        if field not in _MODELS[kind].model_fields:
            raise Stopped("stale")
        current = getattr(_current(talk, admin, kind), field)
        what = {"kind": kind, "field": field, "old": current, "back": kind}
        if field == "superiors":
            return flow.offer(talk, admin, what, "role", _roles(talk, admin))
        if isinstance(current, bool):
            return flow.offer(talk, admin, what, "switch", _SWITCH)
        if isinstance(current, str):
            return flow.offer(talk, admin, what, "action", _ACTIONS)
        least, most = settings.bounds(field, _MODELS[kind])
        return flow.ask_words(talk, admin, {**what, "least": least, "most": most})

    return begin


def _current(talk: Talk, admin: Official, kind: str) -> ReminderPolicy | OfficeRules:
    office = talk.session.get_one(Office, admin.office_id)
    return policy_of(office) if kind == "policy" else rules_of(office)


def _roles(talk: Talk, admin: Official) -> list[tuple[str, str]]:
    known = posts.posts_of(talk.session, admin.office_id, talk.moment.now)
    return [(role, job_title(role)) for role in sorted({post.role for post in known})]


def _number(talk: Talk, admin: Official, what: What, text: str) -> Reply | None:
    words = text.strip()
    number = int(words) if words.isascii() and words.isdigit() and len(words) < 7 else None
    if number is None or not what["least"] <= number <= what["most"]:
        talk.say("bad_answer", reason="not_a_number")
        return None
    return _with(talk, admin, what, number)


def _chosen(talk: Talk, admin: Official, what: What, option: str) -> Reply:
    match what["step"]:
        case "switch":
            return _with(talk, admin, what, option == "yes")
        case "action":
            return _with(talk, admin, what, option)
        case "role":
            others = [choice for choice in _roles(talk, admin) if choice[0] != option]
            return flow.offer(talk, admin, {**what, "role": option}, "superior", [(USUAL, ""), *others])
        case _:
            policy = policy_of(talk.session.get_one(Office, admin.office_id))
            superior = None if option == USUAL else option
            return _with(talk, admin, what, settings.superiors_with(policy, what["role"], superior))


def _with(talk: Talk, admin: Official, what: What, value: Any) -> Reply:
    if getattr(_current(talk, admin, what["kind"]), what["field"]) == value:
        raise Stopped("setting_same")
    return flow.propose(talk, admin, {**what, "value": value})


def _applied(talk: Talk, admin: Official, what: What) -> Reply:
    change = settings.change_policy if what["kind"] == "policy" else settings.change_rules
    if getattr(_current(talk, admin, what["kind"]), what["field"]) != what["old"]:
        raise Stopped("setting_meanwhile")
    change(talk.session, talk.moment, admin, what["field"], what["value"])
    return flow.done(talk, admin, what)


BEGIN: dict[str, Begin] = {"pol": _begin("policy"), "rule": _begin("rules")}
WORDS: dict[str, Words] = {"policy": _number, "rules": _number}
CHOSEN: dict[str, Chosen] = {"policy": _chosen, "rules": _chosen}
APPLY: dict[str, Apply] = {"policy": _applied, "rules": _applied}
