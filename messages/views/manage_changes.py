"""``/kelola``: what is asked on the way to a change, the change before and after it is made, and a link's text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from messages.captions import CAPTIONS
from messages.rendered import InlineButton, pairs
from messages.text import one_line
from messages.views.asked import Asked, NothingToSay, View
from messages.views.manage import go, said
from messages.views.manage_auditors import last_day
from storage.tables import Invitation, Official
from workflow import enrolment
from workflow.job_titles import job_title
from workflow.managing import officials

MAX_NAME = 90
MAX_ORDER = 20


def manage_words(asked: Asked) -> View:
    """A name or a number, to be typed."""
    what = asked.params["what"]
    return View(
        {
            "kind": what["kind"],
            "name": one_line(what.get("name") or what.get("old") or "", MAX_NAME) if "field" not in what else "",
            "field": what.get("field") or "",
            "value": said(what.get("old")),
            "least": what.get("least"),
            "most": what.get("most"),
            "step": what.get("step") or "",
            "reason": what.get("reason") or "",
            "example": asked.example_day() if what.get("step") == "period" else "",
        },
        [[asked.answer("cancel", "cancel")]],
    )


def manage_choose(asked: Asked) -> View:
    """One of several answers."""
    what, choices = asked.params["what"], asked.params["choices"]
    periods = what.get("meant") or []
    meant = [_days(asked, since, until) for since, until in periods]
    if meant:
        choices = [(answer, _short_days(asked, *periods[int(answer)])) for answer, _ in choices]
    rows = pairs([_choice(asked, answer, words) for answer, words in choices])
    return View(
        {
            "kind": what["kind"],
            "step": what["step"],
            "name": one_line(what.get("name") or what.get("old") or "", MAX_NAME) if "field" not in what else "",
            "field": what.get("field") or "",
            "value": said(what.get("old")),
            "role": job_title(what["role"]) if what.get("role") else "",
            "meant": meant,
        },
        [*rows, [asked.answer("cancel", "cancel")]],
    )


def manage_change(asked: Asked) -> View:
    """A change before it is made (with ``question``) and after."""
    what, done = asked.params["what"], "question" not in asked.params
    view: dict[str, Any] = {
        "done": done,
        "kind": what["kind"],
        "name": one_line(what.get("name") or "", MAX_NAME),
        "old": one_line(what.get("old") or "", MAX_NAME) if "field" not in what else "",
        "person": asked.names.person(what["official"]) if what.get("official") else "",
        "salutation": one_line(what.get("salutation") or "", 20),
        "title": one_line(what.get("title") or "", MAX_NAME),
        "order": [asked.names.unit(unit) for unit in (what.get("order") or [])[:MAX_ORDER]],
        "joined": bool(what.get("joined")),
        "seats": int(what.get("seats") or 0),
        "tasks": int(what.get("tasks") or 0),
        "field": what.get("field") or "",
        "value": said(what.get("value")),
        "days": _days(asked, what["since"], what["until"]) if what.get("since") else None,
    }
    if not done:
        handover = [[go(asked, "manage_handover", "handover")]] if view["tasks"] else []
        answers = [asked.answer("calendar_apply", "yes", "success"), asked.answer("cancel", "cancel")]
        return View(view, [*handover, answers])
    rows: list[list[InlineButton]] = []
    if what["kind"] in ("person_add", "auditor_add"):
        rows.append([go(asked, "manage_link", f"link:{what['official']}")])
    return View(view, [*rows, [go(asked, "manage_back", what.get("back") or "")]])


def manage_letter(asked: Asked) -> View:
    """A link was made: the next message is to be forwarded."""
    invitation = officials.open_invitation(asked.session, asked.params["official_id"])
    invitee = asked.session.get_one(Official, asked.params["official_id"])
    screen = "auditor" if invitee.auditor else "person"
    return View(
        {
            "person": asked.names.person(asked.params["official_id"]),
            "until": _until(asked, invitation),
            "days": enrolment.LIFETIME.days,
        },
        [[go(asked, "manage_back", f"{screen}:{invitee.id}")]],
    )


def manage_letter_text(asked: Asked) -> View:
    """The text to be forwarded, and nothing else. It is forgotten once it was sent."""
    words = asked.params.get("secret")
    if not words:
        raise NothingToSay
    return View({"words": str(words)})


def _days(asked: Asked, since: str, until: str) -> tuple[str, str]:
    """Return the first and the last day of a period that is kept as whole days."""
    first, after = datetime.fromisoformat(since), datetime.fromisoformat(until)
    return asked.reader.day(first), asked.reader.day(last_day(asked, after))


def _short_days(asked: Asked, since: str, until: str) -> str:
    """Return the same for a button: 'Sen, 23 Nov 2026 – Kam, 31 Des 2026'."""
    first, last = datetime.fromisoformat(since), last_day(asked, datetime.fromisoformat(until))
    return f"{asked.reader.short_day(first)} – {asked.reader.short_day(last)}"


def _until(asked: Asked, invitation: Invitation | None) -> Any:
    return invitation.expires_at if invitation is not None else asked.now + enrolment.LIFETIME


def _choice(asked: Asked, answer: str, words: str) -> InlineButton:
    key = f"manage_choice_{answer}"
    return asked.answer(key, answer) if key in CAPTIONS else asked.named_answer(words, answer)
