"""What people are told of seats: to decide an appointment, given, ended, or vacant while work waits."""

from __future__ import annotations

from messages.rendered import InlineButton
from messages.text import one_line
from messages.views.asked import Asked, NothingToSay, View
from messages.views.seats import last_day, needed, of_seat, post_title
from storage.tables import Adoption, Approval, ErasableText, Seat
from workflow import leaders, people
from workflow.seats import appointing, posts, terms
from workflow.seats.posts import Post
from workflow.verbs import Page, Press, Verb

MAX_REASON = 700


def approval_appointment(asked: Asked) -> View:
    """To the head (else the secretary): an admin's own appointment, with its order; the buttons while undecided."""
    row = asked.session.get_one(Approval, asked.params["approval_id"])
    keyboard: list[list[InlineButton]] = []
    if row.status == "asked":
        keyboard.append(
            [
                asked.button("approve", Press(Verb.APPROVE, row.id or 0), "success"),
                asked.button("deny", Press(Verb.DISAPPROVE, row.id or 0), "danger"),
            ]
        )
    if row.payload.get("file") is not None:
        keyboard.append([asked.button("show_order", Press(Page.ORDER, row.id or 0, 0, "ask"))])
    wanted = appointing.of_approval(asked.session, row)
    before = [asked.session.get_one(Seat, one) for one in wanted.replaces]
    return View(
        {
            **_asked_for(asked, row),
            "before": [asked.names.person(seat.official_id) for seat in before],
        },
        keyboard,
    )


def approval_waits(asked: Asked) -> View:
    """To who asked: it lies with whoever decides."""
    row = asked.session.get_one(Approval, asked.params["approval_id"])
    return View({"kind": row.kind})


def approval_decided(asked: Asked) -> View:
    """To both: agreed or not, and why not."""
    row = asked.session.get_one(Approval, asked.params["approval_id"])
    official = asked.official
    return View(
        {
            "kind": row.kind,
            "granted": row.status == "granted",
            "asker": asked.names.person(row.asked_by),
            "by": asked.names.person(row.decided_by),
            "mine": official is not None and official.id == row.asked_by,
            "refusal": _text(asked, row.reason_id),
            "seat": _seat_of(asked, row) if row.kind == appointing.APPROVAL else "",
            "subject": _sop_of(asked, row),
        }
    )


def _sop_of(asked: Asked, row: Approval) -> str:
    """Return the title of the SOP that is to be adopted; '' for anything else."""
    adoption = asked.session.get(Adoption, row.payload.get("row") or 0)
    return one_line(f"{adoption.title} ({adoption.version})", 80) if adoption is not None else ""


def ask_approval_reason(asked: Asked) -> View:
    """Why something is not agreed to."""
    row = asked.session.get_one(Approval, asked.params["approval_id"])
    text = asked.params.get("text")
    send = [[asked.answer("send_reason", "send", "primary")]] if text else []
    return View(
        {"kind": row.kind, "text": one_line(text, MAX_REASON) if text else ""},
        [*send, [asked.answer("cancel", "cancel")]],
    )


def seat_appointed(asked: Asked) -> View:
    """To everybody it concerns: who holds which post from now or then, as what, on which order."""
    seat = asked.session.get_one(Seat, asked.params["seat_id"])
    me = asked.official.id if asked.official is not None else None
    replaced = asked.params.get("replaced") or []
    return View(
        {
            **of_seat(asked, seat),
            "later": seat.starts_at is not None and seat.starts_at > asked.now,
            "mine": me == seat.official_id,
            "away": me == seat.principal_id,
            "followed": me in replaced,
            "before": [asked.names.person(one) for one in replaced],
        },
        _order_button(asked, seat),
    )


def seat_ended(asked: Asked) -> View:
    """To everybody it concerns: a seat ends, and who holds the post then."""
    seat = asked.session.get_one(Seat, asked.params["seat_id"])
    after = seat.ends_at or asked.now
    live = posts.live_seats(asked.session, seat.office_id, asked.now)
    post = posts.post_of(seat)
    held = posts.seats_at([one for one in live if one.id != seat.id], post, max(after, asked.now))
    return View(
        {
            **of_seat(asked, seat),
            "by": asked.names.person(asked.params.get("by")),
            "at": after,
            "mine": asked.official is not None and asked.official.id == seat.official_id,
            "never": seat.starts_at is not None and after <= seat.starts_at,
            "then": [asked.names.person(one.official_id) for one in held],
        }
    )


def seat_term(asked: Asked) -> View:
    """To who holds a seat and whom they stand in for: a term dated ahead has begun, or one has run out."""
    seat = asked.session.get_one(Seat, asked.params["seat_id"])
    began = asked.params["event"] == "began"
    if began and not terms.in_term(seat, asked.now):
        raise NothingToSay
    live = posts.live_seats(asked.session, seat.office_id, asked.now)
    held = [one.official_id for one in posts.seats_at(live, posts.post_of(seat), asked.now)]
    start = seat.starts_at or asked.now
    return View(
        {
            **of_seat(asked, seat),
            "began": began,
            "today": asked.reader.local(start).date() == asked.reader.local(asked.now).date(),
            "mine": asked.official is not None and asked.official.id == seat.official_id,
            "back": seat.principal_id in held,
            "then": [asked.names.person(one) for one in held if one != seat.principal_id],
        }
    )


def post_vacant(asked: Asked) -> View:
    """To the admins: nobody holds a post that steps need."""
    post = Post(asked.params["role"], asked.params.get("unit") or "")
    return View({"title": post_title(asked, post), "needed": needed(asked.params.get("runs") or {})})


def _asked_for(asked: Asked, row: Approval) -> dict[str, object]:
    wanted = appointing.of_approval(asked.session, row)
    facts = of_seat(asked, wanted.seat(row.office_id, row.asked_at))
    return {**facts, "asker": asked.names.person(row.asked_by), "until": last_day(asked, wanted.ends_at)}


def _seat_of(asked: Asked, row: Approval) -> str:
    wanted = appointing.of_approval(asked.session, row)
    return f"{wanted.capacity.prefix}{post_title(asked, wanted.post)}"


def _order_button(asked: Asked, seat: Seat) -> list[list[InlineButton]]:
    """The scan, for those who may read it."""
    official = asked.official
    if official is None or seat.order_file_id is None:
        return []
    leading = [*leaders.heads(asked.session, seat.office_id), *leaders.secretaries(asked.session, seat.office_id)]
    if not people.is_admin(official) and all(one.id != official.id for one in leading):
        return []
    return [[asked.button("show_order", Press(Page.ORDER, seat.id or 0))]]


def _text(asked: Asked, text_id: int | None) -> str:
    row = asked.session.get(ErasableText, text_id) if text_id is not None else None
    if row is None:
        return ""
    erased = "(erased)" if asked.reader.language == "en" else "(dihapus)"
    return one_line(row.text, MAX_REASON) if row.text is not None else erased
