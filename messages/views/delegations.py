"""Delegations: those there are, each question on the way to one, and what both sides are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from messages.rendered import InlineButton, button
from messages.text import one_line
from messages.views.asked import Asked, NothingToSay, View
from messages.views.names import names_of
from storage.tables import Delegation, Office, Official, Seat
from workflow import delegating, desk, leaders, people
from workflow.seats.terms import Capacity
from workflow.verbs import QuestionPress

MAX_SOP = 80


def delegations(asked: Asked) -> View:
    """Every delegation that concerns the reader, with a button to end it where they may."""
    own = [asked.session.get_one(Official, one) for one in asked.params.get("official_ids") or []]
    rows = [asked.session.get_one(Delegation, one) for one in asked.params.get("delegation_ids") or []]
    keyboard: list[list[InlineButton]] = []
    for official in own:
        words = asked.words("delegate")
        if len(own) > 1:
            words = one_line(f"{words} · {asked.session.get_one(Office, official.office_id).name}", 60)
        keyboard.append([button(words, QuestionPress(asked.params["question"], f"new-{official.id}"))])
    may_end = {row.id for row in rows for one in own if one.id == row.from_id or _administers(one, row)}
    entries = [_facts(asked, row) for row in rows]
    for row, entry in zip(rows, entries, strict=True):
        if row.id in may_end:
            keyboard.append([asked.answer("end_delegation_of", f"end-{row.id}", who=entry["receiver"])])
    return View({"entries": entries}, [*keyboard, [asked.answer("cancel", "cancel")]])


def delegation_end(asked: Asked) -> View:
    """Whether it is to end now."""
    row = asked.session.get_one(Delegation, asked.params["delegation_id"])
    return View(_facts(asked, row), [[asked.answer("yes_end", "yes", "danger"), asked.answer("cancel", "cancel")]])


def delegate_to(asked: Asked) -> View:
    """To whom; the list is turned over page by page."""
    params, page = asked.params, int(asked.params.get("page") or 0)
    rows = [[asked.named_answer(_called(asked, one), f"official-{one}")] for one in params.get("official_ids") or []]
    turning = [asked.answer("manage_previous", f"page-{page - 1}")] if page else []
    turning += [asked.answer("manage_next", f"page-{page + 1}")] if params.get("more") else []
    return View({}, [*rows, *([turning] if turning else []), [asked.answer("cancel", "cancel")]])


def delegate_when(asked: Asked) -> View:
    """From when until when, in words; with what was wrong with those before, or what they may mean."""
    meant = [_span(asked, begin, until) for begin, until in asked.params.get("meant") or []]
    rows = [
        [asked.named_answer(_short(asked, begin, until), f"choice-{number}")]
        for number, (begin, until) in enumerate(asked.params.get("meant") or [])
    ]
    return View(
        {"receiver": _called(asked, asked.params["to"]), "reason": asked.params.get("reason") or "", "meant": meant},
        [*rows, [asked.answer("cancel", "cancel")]],
    )


def delegate_sops(asked: Asked) -> View:
    """All SOPs, or those ticked."""
    known = delegating.sops_of(asked.session, asked.office_id or "")
    chosen = asked.params.get("chosen") or []
    rows = [[asked.answer("delegate_all", "all", "primary")]]
    for number, (sop_id, title) in enumerate(known.items()):
        mark = "☑" if sop_id in chosen else "☐"
        rows.append([asked.named_answer(f"{mark} {one_line(title, 50)}", f"sop-{number}")])
    rows += [[asked.answer("next", "next")]] if chosen else []
    return View(
        {"receiver": _called(asked, asked.params["to"]), "chosen": [one_line(known.get(x, x), MAX_SOP) for x in chosen],
         **_span(asked, asked.params["start"], asked.params["until"])},
        [*rows, [asked.answer("cancel", "cancel")]],
    )  # fmt: skip


def delegate_confirm(asked: Asked) -> View:
    """The whole delegation, with what to know before it."""
    params, session = asked.params, asked.session
    giver, receiver = (session.get_one(Official, params[key]) for key in ("giver", "to"))
    known = delegating.sops_of(session, giver.office_id)
    seats = people.seats_of(session, giver.id or 0)
    return View(
        {
            "receiver": _called(asked, receiver.id),
            "sops": [one_line(known.get(sop, sop), MAX_SOP) for sop in params.get("sops") or []],
            "tasks": len(desk.open_tasks(session, giver)),
            "head": any(one.id == giver.id for one in leaders.heads(session, giver.office_id)),
            "acting": [_acting(asked, seat) for seat in seats if seat.capacity != Capacity.DEFINITIVE],
            "unreachable": not people.joined(session, receiver),
            **_span(asked, params["start"], params["until"]),
        },
        [[asked.answer("yes_delegate", "yes", "primary")], [asked.answer("cancel", "cancel")]],
    )


def delegation_told(asked: Asked) -> View:
    """To both sides: given, begun, run out, ended early, called off before it began."""
    row, event = asked.session.get_one(Delegation, asked.params["delegation_id"]), asked.params["event"]
    if event == "began" and (row.ended_at is not None or row.ends_at <= asked.now):
        raise NothingToSay
    reader = asked.official.id if asked.official is not None else None
    by = asked.params.get("by")
    return View(
        {
            **_facts(asked, row),
            "event": event,
            "now": row.starts_at <= row.created_at,
            "side": {row.from_id: "giver", row.to_id: "receiver"}.get(reader or 0, "other"),
            "by": "" if by is None or by == reader else asked.names.person(by),
            "at": row.ended_at,
        }
    )


def _facts(asked: Asked, row: Delegation) -> dict[str, Any]:
    names = asked.names if row.office_id == asked.office_id else names_of(asked.session, row.office_id, asked.reader)
    known = delegating.sops_of(asked.session, row.office_id)
    return {
        "giver": names.person(row.from_id),
        "receiver": names.person(row.to_id),
        "sops": [one_line(known.get(sop, sop), MAX_SOP) for sop in row.sop_ids],
        "coming": row.starts_at > asked.now,
        **_span(asked, row.starts_at, row.ends_at),
    }


def _span(asked: Asked, begin: datetime | str, until: datetime | str) -> dict[str, str]:
    """Return a period in words: its days, and the hours only where it does not begin or end at midnight."""
    first, after = (datetime.fromisoformat(one) if isinstance(one, str) else one for one in (begin, until))
    reader = asked.reader
    whole = reader.local(after).time() == datetime.min.time()
    begins_at_midnight = reader.local(first).time() == datetime.min.time()
    return {
        "start": reader.day(first) if begins_at_midnight else reader.moment(first),
        "until": reader.day(after - timedelta(microseconds=1)) if whole else reader.moment(after),
    }


def _short(asked: Asked, begin: str, until: str) -> str:
    """Return a period for a button: 'Sel, 5 Jan 2027 – Jum, 8 Jan 2027', or '4 Jan 08.05 – 4 Jan 13.05'."""
    reader = asked.reader
    first, after = datetime.fromisoformat(begin), datetime.fromisoformat(until)
    if all(reader.local(one).time() == datetime.min.time() for one in (first, after)):
        return f"{reader.short_day(first)} – {reader.short_day(after - timedelta(microseconds=1))}"
    return f"{reader.tight(first)} – {reader.tight(after)}"


def _called(asked: Asked, official_id: int | None) -> str:
    official = asked.session.get(Official, official_id) if official_id is not None else None
    if official is None:
        return asked.names.person(official_id)
    return asked.names.with_title(official.id, people.title(asked.session, official))


def _acting(asked: Asked, seat: Seat) -> str:
    return one_line(asked.names.acting_title(seat), 50)


def _administers(official: Official, row: Delegation) -> bool:
    return official.admin and official.office_id == row.office_id
