"""``/kelola``, officials: add, rename, address, admins, deactivate."""

from __future__ import annotations

from handlers import manage_flow as flow
from handlers.manage_flow import Apply, Begin, Chosen, What, Words
from handlers.talk import Talk
from storage.tables import Official
from workflow import desk
from workflow.deed import Stopped
from workflow.managing import officials, posts_offered, units
from workflow.reply import Reply
from workflow.seats import posts
from workflow.seats.posts import Post

MOST_POSTS = 12
_SALUTATIONS = [(one, one) for one in officials.SALUTATIONS]
OFFICE = "office"
NONE = "none"


def _add(talk: Talk, admin: Official, _which: str) -> Reply:
    return flow.ask_words(talk, admin, {"kind": "person_add", "back": "people"})


def _rename(talk: Talk, admin: Official, which: str) -> Reply:
    return flow.ask_words(talk, admin, _about(talk, admin, "person_name", which))


def _address(talk: Talk, admin: Official, which: str) -> Reply:
    return flow.offer(talk, admin, _about(talk, admin, "person_call", which), "salutation", _SALUTATIONS)


def _admin(kind: str) -> Begin:
    return lambda talk, admin, which: flow.propose(talk, admin, _about(talk, admin, kind, which))


def _leave(talk: Talk, admin: Official, which: str) -> Reply:
    what = _about(talk, admin, "leave", which)
    if what["official"] == admin.id:
        raise Stopped("not_oneself")
    official = officials.official_of(talk.session, admin, what["official"])
    live = posts.live_seats(talk.session, admin.office_id, talk.moment.now)
    seats = sum(1 for seat in live if seat.official_id == official.id)
    return flow.propose(
        talk, admin, {**what, "seats": seats, "tasks": len(desk.open_tasks(talk.session, official)), "back": "people"}
    )


def _about(talk: Talk, admin: Official, kind: str, which: str) -> What:
    if not which.isascii() or not which.isdigit():
        raise Stopped("stale")
    official = officials.official_of(talk.session, admin, int(which))
    return {"kind": kind, "official": official.id, "old": official.name, "back": f"person:{official.id}"}


def _named(talk: Talk, admin: Official, what: What, text: str) -> Reply | None:
    name = flow.name_from(talk, text)
    if name is None:
        return None
    if any(one.name == name for one in officials.active_officials(talk.session, admin.office_id)):
        raise Stopped("official_name_taken")
    what = {**what, "name": name}
    if what["kind"] == "person_name":
        return flow.propose(talk, admin, what)
    return flow.offer(talk, admin, what, "salutation", _SALUTATIONS)


def _chosen(talk: Talk, admin: Official, what: What, option: str) -> Reply:
    """One step further on the way to a new official: how addressed, in which unit, as what."""
    match what["step"]:
        case "salutation":
            what = {**what, "salutation": option}
            if what["kind"] == "person_call":
                return flow.propose(talk, admin, what)
            working = units.active_units(talk.session, admin.office_id)
            choices = [(OFFICE, ""), *((unit.id, unit.name) for unit in working), (NONE, "")]
            return flow.offer(talk, admin, what, "unit", choices)
        case "unit" if option == NONE:
            return flow.propose(talk, admin, {**what, "post": None, "title": ""})
        case "unit":
            return _offer_posts(talk, admin, {**what, "unit": "" if option == OFFICE else option})
        case _:
            return _with_post(talk, admin, what, Post(option, what["unit"]))


def _offer_posts(talk: Talk, admin: Official, what: What) -> Reply:
    found = posts_offered.offered(talk.session, admin.office_id, what["unit"], talk.moment.now)[:MOST_POSTS]
    choices = [(post.role, posts.title_of(talk.session, admin.office_id, post)) for post in found]
    return flow.offer(talk, admin, what, "post", choices)


def typed_post(talk: Talk, admin: Official, what: What, text: str) -> Reply | None:
    """The name of a post that is not among the buttons."""
    name = flow.name_from(talk, text)
    if name is None:
        return None
    post = posts_offered.typed(name, what["unit"])
    if post is None:
        talk.say("bad_answer", reason="empty")
        return None
    return _with_post(talk, admin, what, post)


def _with_post(talk: Talk, admin: Official, what: What, post: Post) -> Reply:
    title = posts.title_of(talk.session, admin.office_id, post)
    return flow.propose(talk, admin, {**what, "post": [post.role, post.unit_id], "title": title})


def _applied(talk: Talk, admin: Official, what: What) -> Reply:
    session, moment = talk.session, talk.moment
    match what["kind"]:
        case "person_add":
            post = Post(*what["post"]) if what["post"] else None
            official = officials.add(session, moment, admin, what["name"], what["salutation"], post)
            what = {**what, "official": official.id}
        case "person_name":
            officials.rename(session, moment, admin, what["official"], what["name"])
        case "person_call":
            officials.address(session, moment, admin, what["official"], what["salutation"])
        case "admin_on" | "admin_off":
            officials.set_admin(session, moment, admin, what["official"], on=what["kind"] == "admin_on")
        case _:
            officials.deactivate(session, moment, admin, what["official"])
    return flow.done(talk, admin, what)


BEGIN: dict[str, Begin] = {
    "padd": _add,
    "pname": _rename,
    "pcall": _address,
    "adminon": _admin("admin_on"),
    "adminoff": _admin("admin_off"),
    "leave": _leave,
}
WORDS: dict[str, Words] = {"person_add": _named, "person_name": _named}
CHOSEN: dict[str, Chosen] = {"person_add": _chosen, "person_call": _chosen}
APPLY: dict[str, Apply] = dict.fromkeys(
    ("person_add", "person_name", "person_call", "admin_on", "admin_off", "leave"), _applied
)
