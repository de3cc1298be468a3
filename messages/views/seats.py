"""Posts and who holds them: the admin's page, and each question on the way to an appointment."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from messages.rendered import InlineButton
from messages.text import one_line
from messages.views.asked import Asked, View
from storage.tables import Seat
from workflow.seats import posts, terms
from workflow.seats.posts import Post
from workflow.seats.terms import Capacity

MAX_NUMBER = 80


def seats(asked: Asked) -> View:
    """Every post with who holds it, one button each."""
    listed = [Post(*one) for one in asked.params["posts"]]
    live = posts.live_seats(asked.session, asked.office_id or "", asked.now)
    entries = [_entry(asked, post, live) for post in listed]
    rows = [[asked.named_answer(entry["title"], f"post-{number}")] for number, entry in enumerate(entries)]
    office = one_line(asked.office.name, 60) if asked.office is not None else ""
    return View({"office": office, "entries": entries}, [*rows, [asked.answer("cancel", "cancel")]])


def seat_post(asked: Asked) -> View:
    """One post: who holds it, since when, on which order; and what an admin can do."""
    post = Post(*asked.params["post"])
    live = posts.live_seats(asked.session, asked.office_id or "", asked.now)
    entry = _entry(asked, post, live)
    rows: list[list[InlineButton]] = [[asked.answer("appoint", "appoint", "primary")]]
    for seat in (one for one in live if posts.post_of(one) == post):
        who = f"{prefix(seat)}{asked.names.person(seat.official_id)}"
        if seat.order_file_id is not None:
            rows.append([asked.answer("order_of", f"order-{seat.id}", who=who)])
        rows.append([asked.answer("end_seat_of", f"end-{seat.id}", who=who)])
    return View(entry, [*rows, [asked.answer("cancel", "cancel")]])


def seat_person(asked: Asked) -> View:
    """Who is to hold the post."""
    ids = asked.params.get("official_ids") or []
    rows = [[asked.named_answer(asked.names.person(one), f"official-{one}")] for one in ids]
    return View(
        {"title": _title(asked), "more": bool(asked.params.get("more"))}, [*rows, [asked.answer("cancel", "cancel")]]
    )


def seat_capacity(asked: Asked) -> View:
    """As what: definitif, Plt., or Plh. of somebody who holds it."""
    away = asked.params.get("away") or []
    rows = [[asked.answer("capacity_plh", f"plh-{one}", who=asked.names.person(one))] for one in away]
    rows += [[asked.answer("capacity_plt", "plt")], [asked.answer("capacity_definitif", "definitif")]]
    return View(
        {**_chosen(asked), "away": [asked.names.person(one) for one in away]},
        [*rows, [asked.answer("cancel", "cancel")]],
    )


def seat_from(asked: Asked) -> View:
    """From when."""
    return View(_chosen(asked), [[asked.answer("from_now", "now")], [asked.answer("cancel", "cancel")]])


def seat_until(asked: Asked) -> View:
    """Until when; only a definitive seat may have no end."""
    endless = asked.params.get("capacity") == Capacity.DEFINITIVE
    rows = [[asked.answer("until_further", "open")]] if endless else []
    return View(
        {**_chosen(asked), "start": _at(asked.params.get("start")), "endless": endless},
        [*rows, [asked.answer("cancel", "cancel")]],
    )


def seat_number(asked: Asked) -> View:
    """The number of the order."""
    return _order_question(asked)


def seat_order_date(asked: Asked) -> View:
    """The date of the order."""
    view = _order_question(asked)
    return View(
        {**view.values, "number": one_line(asked.params.get("number") or "", MAX_NUMBER)},
        [[asked.answer("cancel", "cancel")]],
    )


def seat_scan(asked: Asked) -> View:
    """The scan of the order."""
    return _order_question(asked)


def seat_confirm(asked: Asked) -> View:
    """The whole appointment, with what to know before it."""
    params = asked.params
    before = [asked.session.get_one(Seat, one) for one in params.get("before") or []]
    beside = bool(before) and params["capacity"] == Capacity.DEFINITIVE
    rows = [[asked.answer("yes_appoint", "yes", "primary")]]
    rows += [[asked.answer("appoint_beside", "beside")]] if beside else []
    return View(
        {
            **_chosen(asked),
            "start": _at(params.get("start")),
            "until": last_day(asked, params.get("until")),
            "number": one_line(params.get("number") or "", MAX_NUMBER),
            "date": _day(params.get("date")),
            "scan": bool(params.get("scan")),
            "before": [asked.names.person(seat.official_id) for seat in before],
            "beside": beside,
            "own": bool(params.get("own")),
            "warnings": warnings_of(asked),
        },
        [*rows, [asked.answer("cancel", "cancel")]],
    )


def seat_end(asked: Asked) -> View:
    """Whether a seat is really to end now."""
    seat = asked.session.get_one(Seat, asked.params["seat_id"])
    return View(
        {**of_seat(asked, seat), "begun": terms.in_term(seat, asked.now), "warnings": warnings_of(asked)},
        [[asked.answer("yes_end", "yes", "danger"), asked.answer("cancel", "cancel")]],
    )


def of_seat(asked: Asked, seat: Seat) -> dict[str, Any]:
    """Return a seat's facts as every message about it tells them."""
    return {
        "title": post_title(asked, posts.post_of(seat)),
        "prefix": prefix(seat),
        "official": asked.names.person(seat.official_id),
        "principal": asked.names.person(seat.principal_id) if seat.principal_id is not None else "",
        "start": seat.starts_at,
        "until": last_day(asked, seat.ends_at),
        "number": one_line(seat.order_number or "", MAX_NUMBER),
        "date": _day(seat.order_date),
    }


def prefix(seat: Seat) -> str:
    """Return 'Plh. ', 'Plt. ' or nothing."""
    return Capacity(seat.capacity).prefix


def post_title(asked: Asked, post: Post) -> str:
    """Return how a post is called."""
    return one_line(posts.title_of(asked.session, asked.office_id or "", post), 50)


def last_day(asked: Asked, until: datetime | str | None) -> date | None:
    """Return the last day of a term whose end is the midnight after it; of another end, its own day."""
    at = _at(until)
    return asked.reader.local(at - timedelta(microseconds=1)).date() if at is not None else None


def warnings_of(asked: Asked) -> list[dict[str, Any]]:
    """Return what an admin should know, in the facts that the templates put into words."""
    found = []
    for one in asked.params.get("warnings") or []:
        shown = dict(one)
        if "official" in one:
            shown["official"] = asked.names.person(one["official"])
        if one["kind"] == "shared":
            shown["prefix"] = Capacity(one["capacity"]).prefix
            shown["until"] = last_day(asked, one.get("until"))
        if one["kind"] == "gap":
            shown["at"] = _at(one["at"])
            shown["needed"] = needed(one.get("runs") or {})
        if one["kind"] == "plt_twice":
            shown["start"] = _at(one["from"])
        found.append(shown)
    return found


def needed(runs: dict[str, list[int]]) -> list[dict[str, str]]:
    """Return, by run, the steps that need a post: '3, 5 and 9' as '3, 5, 9'."""
    ordered = sorted(runs.items(), key=lambda item: int(item[0]))
    return [{"run": run, "steps": ", ".join(str(step) for step in sorted(steps))} for run, steps in ordered]


def _entry(asked: Asked, post: Post, live: list[Seat]) -> dict[str, Any]:
    held = terms.held_at(live, asked.now)
    lines = []
    for seat in (one for one in live if posts.post_of(one) == post):
        coming = seat.starts_at is not None and seat.starts_at > asked.now
        state = "coming" if coming else "held" if seat.id in held else "resting"
        lines.append({**of_seat(asked, seat), "state": state})
    vacant = not any(line["state"] == "held" for line in lines)
    return {
        "title": post_title(asked, post),
        "lines": lines,
        "vacant": vacant,
        "vacant_from": None if vacant else posts.vacant_from(live, post, asked.now),
    }


def _title(asked: Asked) -> str:
    return post_title(asked, Post(*asked.params["post"]))


def _chosen(asked: Asked) -> dict[str, Any]:
    """Return what was chosen so far: the post, the person, as what, in whose place."""
    params = asked.params
    principal = params.get("principal")
    return {
        "title": _title(asked),
        "official": asked.names.person(params.get("appointee")),
        "prefix": Capacity(params["capacity"]).prefix if params.get("capacity") else "",
        "principal": asked.names.person(principal) if principal is not None else "",
    }


def _order_question(asked: Asked) -> View:
    optional = asked.params.get("capacity") == Capacity.DEFINITIVE
    rows = [[asked.answer("skip", "skip")]] if optional else []
    return View({**_chosen(asked), "optional": optional}, [*rows, [asked.answer("cancel", "cancel")]])


def _at(words: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(words) if isinstance(words, str) else words


def _day(words: str | None) -> date | None:
    return date.fromisoformat(words) if words else None
