"""A transferred official's desk: whose, to whom, with or without the posts; and what is told of it."""

from __future__ import annotations

from collections import Counter

from sqlmodel import col, select

from messages.rendered import InlineButton
from messages.text import one_line
from messages.views.asked import Asked, View
from storage.tables import Official, Run, Seat, Task
from workflow import people
from workflow.seats import posts
from workflow.seats.terms import Capacity

MOST_NAMED = 6


def handover_from(asked: Asked) -> View:
    """Whose desk it is."""
    return View({}, _offered(asked))


def handover_to(asked: Asked) -> View:
    """Who takes it over."""
    return View({"old": _called(asked, asked.params["old"])}, _offered(asked))


def handover_confirm(asked: Asked) -> View:
    """What lies on the desk; which of the two ways it goes."""
    params = asked.params
    ids = params.get("tasks") or []
    query = select(Task, Run).join(Run, col(Run.id) == Task.run_id).where(col(Task.id).in_(ids))
    rows = asked.session.exec(query.order_by(col(Run.number), col(Task.step), col(Task.id))).all()
    # Units of one hand-in are one line.
    steps = Counter((run.number, task.step) for task, run in rows)
    runs = {run.number: run for _, run in rows}
    listed = [
        {"title": one_line(runs[number].title, 60), "period": one_line(runs[number].period, 40), "step": step,
         "run": number, "times": times}
        for (number, step), times in steps.items()
    ]  # fmt: skip
    keyboard = [[asked.answer("handover_seats", "seats", "primary")]] if params.get("with_seats") else []
    keyboard += [[asked.answer("handover_tasks", "tasks")]] if ids else []
    return View(
        {
            "old": _called(asked, params["old"]),
            "to": _called(asked, params["to"]),
            "count": len(ids),
            "tasks": listed[:MOST_NAMED],
            "others": sum(one["times"] for one in listed[MOST_NAMED:]),
            "posts": _posts(asked),
            "with_seats": bool(params.get("with_seats")),
        },
        [*keyboard, [asked.answer("cancel", "cancel")]],
    )


def handover_told(asked: Asked) -> View:
    """To old and new holder, whoever did it, and who shared a task: once each."""
    params, official = asked.params, asked.official
    reader = official.id if official is not None else None
    sides = {params["old"]: "old", params["to"]: "new"}
    return View(
        {
            "old": asked.names.person(params["old"]),
            "to": asked.names.person(params["to"]),
            "by": asked.names.person(params["by"]) if params["by"] != reader else "",
            "side": sides.get(reader or 0, "by" if params["by"] == reader else "other"),
            "count": int(params.get("tasks") or 0),
            "posts": _posts(asked),
        }
    )


def _posts(asked: Asked) -> list[str]:
    seats = [asked.session.get_one(Seat, one) for one in asked.params.get("seat_ids") or []]
    return [
        Capacity(seat.capacity).prefix
        + one_line(seat.title or posts.title_of(asked.session, seat.office_id, posts.post_of(seat)), 50)
        for seat in seats
    ]


def _offered(asked: Asked) -> list[list[InlineButton]]:
    page = int(asked.params.get("page") or 0)
    ids = asked.params.get("official_ids") or []
    rows = [[asked.named_answer(_called(asked, one), f"official-{one}")] for one in ids]
    turning = [asked.answer("manage_previous", f"page-{page - 1}")] if page else []
    turning += [asked.answer("manage_next", f"page-{page + 1}")] if asked.params.get("more") else []
    return [*rows, *([turning] if turning else []), [asked.answer("cancel", "cancel")]]


def _called(asked: Asked, official_id: int) -> str:
    official = asked.session.get(Official, official_id)
    if official is None:
        return asked.names.person(official_id)
    return asked.names.with_title(official_id, people.title(asked.session, official))
