"""The order an appointment rests on: its number, its date, its scan; then the last question, and it counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers import when
from handlers.talk import Talk
from storage.tables import Approval, File, Office, Official, Question
from workflow import files, people, questions
from workflow.calendar.of_office import calendar_of
from workflow.deed import Stopped
from workflow.files import ReceivedFile
from workflow.reply import Reply
from workflow.seats import appointing, overlaps, posts
from workflow.seats.appointing import Appointment
from workflow.seats.posts import Post
from workflow.seats.terms import Capacity

PURPOSE = "seat_order_date"
Draft = dict[str, Any]
"""What was chosen so far: post, official, capacity, principal, from, until, number, date, files."""


def admin_of(talk: Talk, question: Question) -> Official:
    """Return whom a question was asked: they must still be the office's admin. Raises :class:`Stopped`."""
    official = next((one for one in talk.officials if one.id == question.official_id), None)
    if official is None or not people.is_admin(official):
        raise Stopped("not_allowed")
    return official


def leave(talk: Talk, question: Question) -> Reply:
    """``Batal``."""
    questions.forget(talk.session, talk.moment, question)
    talk.say("question_left")
    return Reply("ok")


def draft_of(question: Question) -> Draft:
    """Return what was chosen so far, without what a question about a time keeps beside it."""
    return {key: value for key, value in question.data.items() if key != when.OWN}


def ask(talk: Talk, admin: Official, kind: str, draft: Draft, **params: Any) -> Reply:
    """Put the next question of an appointment; its template has the question's name."""
    questions.ask(talk.session, talk.moment, admin, kind, kind, data=draft, **_shown(draft), **params)
    return Reply("question_asked")


def _shown(draft: Draft) -> dict[str, Any]:
    """Return what every question of an appointment shows of what was chosen."""
    return {
        "post": draft["post"], "appointee": draft.get("official"), "capacity": draft.get("capacity"),
        "principal": draft.get("principal"),
    }  # fmt: skip


def ask_number(talk: Talk, admin: Official, draft: Draft) -> Reply:
    """Ask for the order's number, unless the seat cannot be given in any case. A definitive one can do without."""
    wanted = _wanted(draft, _before(talk, admin, draft))
    appointing.check(talk.session, talk.moment.now, admin.office_id, wanted, order=False)
    return ask(talk, admin, "seat_number", draft)


def number(talk: Talk, question: Question, text: str | None, option: str | None) -> Reply | None:
    """The order's number was typed; ``Lewati`` where there need be none."""
    admin, draft = admin_of(talk, question), draft_of(question)
    if option == "cancel":
        return leave(talk, question)
    if option == "skip" and draft["capacity"] == Capacity.DEFINITIVE:
        return review(talk, admin, draft)
    if option is not None:
        raise Stopped("question_gone")
    words = " ".join((text or "").split())
    if not words or len(words) > appointing.MAX_NUMBER:
        talk.say("bad_answer", reason="too_long" if words else "empty")
        return None
    return _ask_date(talk, admin, {**draft, "number": words})


def _ask_date(talk: Talk, admin: Official, draft: Draft) -> Reply:
    shown = _shown(draft)
    when.ask_when(talk, admin, PURPOSE, "seat_order_date", data=draft, number=draft["number"], **shown)
    return Reply("question_asked")


def dated(talk: Talk, official: Official, question: Question, at: datetime) -> Reply:
    """The order's date is confirmed; the scan comes next."""
    admin = admin_of(talk, question)
    calendar = calendar_of(talk.session.get_one(Office, official.office_id))
    day = calendar.local_date(at)
    if day > calendar.local_date(talk.moment.now):
        talk.say("answer_refused", admin, key="order_not_yet", facts={})
        return _ask_date(talk, admin, draft_of(question))
    return ask(talk, admin, "seat_scan", {**draft_of(question), "date": day.isoformat()})


def scan(talk: Talk, question: Question, received: ReceivedFile) -> None:
    """The order's scan came in: the whole appointment is shown."""
    admin, draft = admin_of(talk, question), draft_of(question)
    file = files.keep(talk.session, talk.moment, admin, received, files.ORDER)
    if file is not None:
        review(talk, admin, {**draft, "files": [file.id]})


def without_scan(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """Something else than a file: ``Lewati`` counts where the seat is definitive."""
    admin, draft = admin_of(talk, question), draft_of(question)
    if option == "cancel":
        return leave(talk, question)
    if option == "skip" and draft["capacity"] == Capacity.DEFINITIVE:
        return review(talk, admin, draft)
    if option is not None:
        raise Stopped("question_gone")
    talk.say("answer_refused", admin, key="order_missing", facts={})
    return None


def review(talk: Talk, admin: Official, draft: Draft) -> Reply:
    """Show the whole appointment with what to know before it, and ask whether it is meant."""
    now = talk.moment.now
    before = _before(talk, admin, draft)
    wanted = _wanted(draft, before)
    appointing.check(talk.session, now, admin.office_id, wanted)
    warnings = overlaps.of_appointment(talk.session, wanted.seat(admin.office_id, now), before, now)
    draft = {**draft, "before": before}
    return ask(
        talk, admin, "seat_confirm", draft, start=draft["from"], until=draft["until"], number=draft.get("number"),
        date=draft.get("date"), scan=bool(draft.get("files")), before=before, warnings=warnings,
        own=wanted.official_id == admin.id,
    )  # fmt: skip


def confirm(talk: Talk, question: Question, _text: str | None, option: str | None) -> Reply | None:
    """``Ya, tetapkan`` (and whoever held it ends), ``Berdampingan`` (both hold it), or ``Batal``."""
    admin, draft = admin_of(talk, question), draft_of(question)
    if option is None:
        talk.say("text_not_expected")
        return None
    if option == "cancel":
        return leave(talk, question)
    if option not in ("yes", "beside"):
        raise Stopped("question_gone")
    for file_id in draft.get("files", []):
        file = talk.session.get_one(File, file_id)
        if file.status == "received":
            raise Stopped("scan_storing")
        if file.status == "refused":
            return ask(talk, admin, "seat_scan", {**draft, "files": []})
    wanted = _wanted(draft, draft["before"] if option == "yes" else ())
    question.data = {**question.data, "files": []}  # the scan belongs to the seat from here on
    questions.forget(talk.session, talk.moment, question)
    given = appointing.appoint(talk.session, talk.moment, admin, wanted)
    if isinstance(given, Approval) and given.status == "asked":
        talk.say("approval_waits", admin, approval_id=given.id)
        return Reply("ok")
    return Reply("appointed")


def _before(talk: Talk, admin: Official, draft: Draft) -> list[int]:
    """Return the seats that would end: a Plt. needs the post to be vacant; whom a Plh. stands in for keeps it."""
    wanted, now = _wanted(draft, ()), talk.moment.now
    if wanted.capacity == Capacity.ACTING_ABSENT:
        return []
    live = posts.live_seats(talk.session, admin.office_id, now)
    held = posts.definitive(live, wanted.post, max(wanted.starts_at or now, now))
    return [seat.id or 0 for seat in held if seat.official_id != wanted.official_id]


def _wanted(draft: Draft, replaces: list[int] | tuple[int, ...]) -> Appointment:
    def at(words: str | None) -> datetime | None:
        return datetime.fromisoformat(words) if words else None

    kept = draft.get("files") or [None]
    return Appointment(
        Post(*draft["post"]), draft["official"], Capacity(draft["capacity"]), at(draft["from"]), at(draft["until"]),
        draft["principal"], draft.get("number") or "", draft.get("date") or "", kept[0], tuple(replaces),
    )  # fmt: skip
