"""``/mulai``: choosing an SOP, naming the period, what is missing, the start."""

from __future__ import annotations

from sqlmodel import col, select

from messages.rendered import button
from messages.text import one_line
from messages.views.asked import Asked, View
from messages.views.schedules import overrun
from storage.tables import Adoption, Office
from workflow.verbs import Page, Press


def choose_sop(asked: Asked) -> View:
    """One button per SOP."""
    ids = list(asked.params.get("adoption_ids") or [])
    rows = asked.session.exec(select(Adoption).where(col(Adoption.id).in_(ids)).order_by(Adoption.title)).all()
    return View(
        {"count": len(rows)},
        [[button(row.title, Press(Page.CHOOSE_SOP, row.id or 0))] for row in rows],
    )


def ask_period(asked: Asked) -> View:
    """The period, with likely ones as buttons."""
    suggestions = [str(s) for s in asked.params.get("suggestions") or []]
    keyboard = [[asked.named_answer(words, f"period-{n}")] for n, words in enumerate(suggestions)]
    return View(
        {"title": one_line(asked.params.get("title") or "", 120), "suggestions": suggestions},
        [*keyboard, [asked.answer("cancel", "cancel")]],
    )


def start_review(asked: Asked) -> View:
    """What the starter should know before the run opens."""
    row = asked.session.get_one(Adoption, asked.params["adoption_id"])
    vacant = [
        {
            "seat": asked.names.seat([v["role"]], v.get("unit") or ""),
            "steps": ", ".join(str(n) for n in v.get("steps") or []),
        }
        for v in asked.params.get("vacant") or []
    ]
    return View(
        {
            "title": one_line(row.title, 120),
            "period": one_line(asked.params.get("period") or "", 60),
            "vacant": vacant,
            "absent": [asked.names.person(i) for i in asked.params.get("absent") or []],
            "overrun": overrun(
                asked.session.get_one(Office, row.office_id), row, asked.params.get("period") or "", asked.now
            ),
        },
        [[asked.answer("start", "start", "success"), asked.answer("cancel", "cancel")]],
    )


def start_refused(asked: Asked) -> View:
    """Why a run cannot start, and what to do."""
    return View(
        {
            "reason": asked.params.get("reason") or "not_allowed",
            "steps": ", ".join(str(n) for n in asked.params.get("steps") or []),
            "run_number": asked.params.get("run_number"),
            "title": one_line(asked.params.get("title") or "", 120),
        }
    )


def run_started(asked: Asked) -> View:
    """To the starter: the number, and who is first."""
    facts = asked.facts
    first = [task for task in facts.tasks if task.status == "open"]
    return View(
        {
            "title": one_line(facts.run.title, 120),
            "period": facts.period,
            "run": facts.run.number,
            "first": facts.names.seat(first[0].roles, first[0].unit_id) if first else "",
        },
        [[asked.button("show_run", Press(Page.RUN, facts.run.id or 0))]],
    )
