"""``/jabatan``: who holds which post; the admin gives one, for how long and as what, or ends it early."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlmodel import col, select

from handlers import appointment_order, office_choice, when
from handlers.appointment_order import Draft, admin_of, ask, draft_of, leave
from handlers.talk import Talk
from storage.tables import Approval, File, Office, Official, Question, Seat
from workflow import leaders, people, questions
from workflow.calendar.of_office import calendar_of
from workflow.deed import Stopped
from workflow.reply import Reply
from workflow.seats import appointing, overlaps, posts
from workflow.seats.posts import Post
from workflow.seats.terms import Capacity
from workflow.verbs import Press

FROM, UNTIL = "seat_from", "seat_until"
MOST_OFFERED = 20
"""Officials offered as buttons; others are found by typing their name."""


def command(talk: Talk) -> None:
    """``/jabatan``: the posts of the office the person administers; of several, the one chosen."""
    office_choice.begin(talk, "seats_office", "seats", show)


def office(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """Which office was chosen."""
    return office_choice.go_on(talk, question, option, show)


def show(talk: Talk, admin: Official) -> Reply:
    """Show an office's posts, one button each. Raises :class:`Stopped` for anybody but its admin."""
    if not people.is_admin(admin):
        raise Stopped("not_allowed")
    listed = [[post.role, post.unit_id] for post in posts.posts_of(talk.session, admin.office_id, talk.moment.now)]
    questions.ask(talk.session, talk.moment, admin, "seats", "seats", data={"posts": listed}, posts=listed)
    return Reply("question_asked")


def post(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """A post was chosen: who holds it, and what can be done."""
    admin = admin_of(talk, question)
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "cancel":
        return leave(talk, question)
    chosen = _numbered(question.data["posts"], option.removeprefix("post-"))
    questions.ask(talk.session, talk.moment, admin, "seat_post", "seat_post", data={"post": chosen}, post=chosen)
    return Reply("question_asked")


def action(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Tetapkan pejabat``, ``Akhiri …`` or the scan of an order."""
    admin, chosen = admin_of(talk, question), question.data["post"]
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "cancel":
        return leave(talk, question)
    if option == "appoint":
        return _offer(talk, admin, {"post": chosen}, _persons(talk, admin))
    what, _, number = option.partition("-")
    seat = next((s for s in _seats(talk, admin, Post(*chosen)) if str(s.id) == number), None)
    if seat is None:
        raise Stopped("seat_over")
    if what == "order":
        _send_order(talk, admin, seat.order_file_id)
        return Reply("sent_documents")
    if what != "end":
        raise Stopped("question_gone")
    warnings = overlaps.of_end(talk.session, seat, talk.moment.now, talk.moment.now)
    questions.ask(
        talk.session, talk.moment, admin, "seat_end", "seat_end", data={"seat": seat.id}, seat_id=seat.id,
        warnings=warnings,
    )  # fmt: skip
    return Reply("question_asked")


def end(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Ya, akhiri`` or ``Batal``."""
    admin = admin_of(talk, question)
    if option is None:
        talk.say("text_not_expected")
        return None
    if option != "yes":
        return leave(talk, question)
    seat_id = question.data["seat"]
    questions.forget(talk.session, talk.moment, question)
    appointing.end(talk.session, talk.moment, admin, seat_id)
    return Reply("ok")


def person(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """Somebody was pressed, or a name typed; typing narrows the choice down."""
    admin, draft = admin_of(talk, question), draft_of(question)
    found = _persons(talk, admin)
    if option == "cancel":
        return leave(talk, question)
    if text is not None:
        words = text.casefold().split()
        named = [one for one in found if words and all(word in one.name.casefold() for word in words)]
        if not named:
            talk.say("answer_refused", admin, key="nobody_named", facts={})
        return _offer(talk, admin, draft, named or found)
    chosen = next((one for one in found if option == f"official-{one.id}"), None)
    if chosen is None:
        raise Stopped("question_gone")
    return _ask_capacity(talk, admin, {**draft, "official": chosen.id})


def capacity(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """Definitif, Plt., or Plh. of somebody named."""
    admin, draft = admin_of(talk, question), draft_of(question)
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "cancel":
        return leave(talk, question)
    kind, _, number = option.partition("-")
    if kind not in set(Capacity):
        raise Stopped("question_gone")
    away = {str(one): one for one in _away(talk, admin, draft)}
    if kind == Capacity.ACTING_ABSENT and number not in away:
        raise Stopped("nobody_to_stand_in_for")
    draft = {**draft, "capacity": kind, "principal": away.get(number)}
    return ask(talk, admin, "seat_from", draft)


def from_words(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """``Mulai sekarang``, or a date in words."""
    admin, draft = admin_of(talk, question), draft_of(question)
    if option == "cancel":
        return leave(talk, question)
    if option == "now":
        return _ask_until(talk, admin, {**draft, "from": None})
    if text is None:
        raise Stopped("question_gone")
    questions.forget(talk.session, talk.moment, question)
    when.take_when(talk, admin, FROM, text, data=draft)
    return None


def from_day(talk: Talk, official: Official, question: Question, at: datetime) -> Reply:
    """The first day is confirmed: it counts from its beginning, today at once."""
    admin = admin_of(talk, question)
    begin = _midnight(talk, official, at)
    now = begin <= talk.moment.now
    return _ask_until(talk, admin, {**draft_of(question), "from": None if now else begin.isoformat()})


def until_words(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """The last day in words; a definitive seat may go on until further notice."""
    admin, draft = admin_of(talk, question), draft_of(question)
    if option == "cancel":
        return leave(talk, question)
    if option == "open" and draft["capacity"] == Capacity.DEFINITIVE:
        return appointment_order.ask_number(talk, admin, {**draft, "until": None})
    if text is None:
        raise Stopped("question_gone")
    questions.forget(talk.session, talk.moment, question)
    when.take_when(talk, admin, UNTIL, text, data=draft)
    return None


def until_day(talk: Talk, official: Official, question: Question, at: datetime) -> Reply:
    """The last day is confirmed: it still belongs to the term."""
    admin, draft = admin_of(talk, question), draft_of(question)
    after = _midnight(talk, official, at, days=1)
    if draft["from"] and after <= datetime.fromisoformat(draft["from"]):
        talk.say("answer_refused", admin, key="ends_before_it_begins", facts={})
        return _ask_until(talk, admin, draft)
    return appointment_order.ask_number(talk, admin, {**draft, "until": after.isoformat()})


def order(talk: Talk, pressed: Press) -> Reply:
    """``Surat perintah``: its scan, for the office's head and admin; ``id`` is the seat, or what is to be decided."""
    if pressed.argument == "ask":
        approval = talk.session.get(Approval, pressed.id)
        office_id = approval.office_id if approval is not None else None
        file_id = approval.payload.get("file") if approval is not None else None
    else:
        seat = talk.session.get(Seat, pressed.id)
        office_id, file_id = (seat.office_id, seat.order_file_id) if seat is not None else (None, None)
    official = next((one for one in talk.officials if one.office_id == office_id), None)
    if official is None or not may_read_orders(talk, official):
        raise Stopped("not_allowed")
    _send_order(talk, official, file_id)
    return Reply("sent_documents")


def may_read_orders(talk: Talk, official: Official) -> bool:
    """Admin, head, and the secretary, who decides where there is no head, may read the orders."""
    leading = [
        *leaders.heads(talk.session, official.office_id),
        *leaders.secretaries(talk.session, official.office_id),
    ]
    return people.is_admin(official) or any(one.id == official.id for one in leading)


def _send_order(talk: Talk, official: Official, file_id: int | None) -> None:
    file = talk.session.get(File, file_id) if file_id is not None else None
    if file is None or file.status != "stored" or file.office_id != official.office_id:
        raise Stopped("nothing_to_show")
    talk.send_document(file.id or 0, official)


def _ask_capacity(talk: Talk, admin: Official, draft: Draft) -> Reply:
    return ask(talk, admin, "seat_capacity", draft, away=_away(talk, admin, draft))


def _ask_until(talk: Talk, admin: Official, draft: Draft) -> Reply:
    return ask(talk, admin, "seat_until", draft, start=draft["from"])


def _away(talk: Talk, admin: Official, draft: Draft) -> list[int]:
    """Return whose place a Plh. could take: who properly holds the post, or will when it matters."""
    live = posts.live_seats(talk.session, admin.office_id, talk.moment.now)
    wanted = Post(*draft["post"])
    held = [s for s in live if posts.post_of(s) == wanted and s.capacity == Capacity.DEFINITIVE]
    return list(dict.fromkeys(s.official_id for s in held if s.official_id != draft["official"]))


def _offer(talk: Talk, admin: Official, draft: Draft, found: list[Official]) -> Reply:
    if len(found) == 1:
        return _ask_capacity(talk, admin, {**draft, "official": found[0].id})
    ids = [one.id for one in found[:MOST_OFFERED]]
    return ask(talk, admin, "seat_person", draft, official_ids=ids, more=len(found) > MOST_OFFERED)


def _persons(talk: Talk, admin: Official) -> list[Official]:
    query = select(Official).where(
        Official.office_id == admin.office_id, col(Official.active).is_(True), col(Official.auditor).is_(False)
    )
    return list(talk.session.exec(query.order_by(Official.name, col(Official.id))))


def _seats(talk: Talk, admin: Official, wanted: Post) -> list[Seat]:
    live = posts.live_seats(talk.session, admin.office_id, talk.moment.now)
    return [seat for seat in live if posts.post_of(seat) == wanted]


def _numbered(listed: list[list[str]], number: str) -> list[str]:
    if not (number.isascii() and number.isdigit() and int(number) < len(listed)):
        raise Stopped("question_gone")
    return listed[int(number)]


def _midnight(talk: Talk, official: Official, at: datetime, days: int = 0) -> datetime:
    """Return when the office's day of ``at`` begins, or so many days later (aware, UTC)."""
    calendar = calendar_of(talk.session.get_one(Office, official.office_id))
    day = calendar.local_date(at) + timedelta(days=days)
    begin: datetime = datetime.combine(day, time(), calendar.zone).astimezone(talk.moment.now.tzinfo)
    return begin
