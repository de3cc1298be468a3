"""Founding an office: what its first admin is asked, and what a setup code that does not work is answered."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from messages.rendered import InlineButton
from messages.text import INDONESIAN_ZONES, one_line
from messages.views.asked import Asked, NothingToSay, View
from storage.tables import SetupCode
from workflow.founding_posts import OFFERED, offered
from workflow.office_file.model import TIME_ZONES
from workflow.verbs import Page, Press

MAX_NAME = 100
TOWNS = {"WIB": "Jakarta", "WITA": "Makassar", "WIT": "Jayapura"}


def found_ask(asked: Asked) -> View:
    """One question to whoever founds an office; the last shows everything that was answered."""
    draft = _draft(asked)
    step, answers = draft["step"], draft["answers"]
    post = answers.get("post") or {}
    zone = answers.get("timezone")
    return View(
        {
            "step": step,
            "office": _line(answers.get("office")),
            "regency": _line(answers.get("regency")),
            "zone": INDONESIAN_ZONES.get(zone, zone) if zone else "",
            "name": _line(answers.get("name")),
            "salutation": _line(answers.get("salutation")),
            "post": _line(post.get("title")),
            "unit": _line(post.get("unit_name")) if post.get("unit_id") != "sekretariat" else "",
        },
        _buttons(asked, step, answers),
    )


def found_done(asked: Asked) -> View:
    """The office stands; what its admin does next."""
    official = asked.official
    if official is None:
        raise NothingToSay
    return View(
        {"office": _line(asked.office.name if asked.office else ""), "name": asked.names.person(official.id)},
        [[asked.button("manage", Press(Page.MANAGE, official.id or 0), "primary")]],
    )


def _draft(asked: Asked) -> dict[str, Any]:
    query = select(SetupCode).where(SetupCode.used_by == asked.chat_id, col(SetupCode.used_at).is_(None))
    for code in asked.session.exec(query):
        if code.draft.get("question") == asked.params["question"]:
            return code.draft
    raise NothingToSay


def _buttons(asked: Asked, step: str, answers: dict[str, Any]) -> list[list[InlineButton]]:
    match step:
        case "timezone":
            return [[asked.named_answer(f"{zone} ({TOWNS[zone]})", zone)] for zone in TIME_ZONES]
        case "salutation":
            return [[asked.named_answer("Bapak", "bapak"), asked.named_answer("Ibu", "ibu")]]
        case "post":
            posts = [asked.named_answer(OFFERED[key].title, key) for key in offered(answers["office"])]
            return [*([one] for one in posts), [asked.answer("found_no_post", "none")]]
        case "confirm":
            return [[asked.answer("enrol_yes", "yes", "success")], [asked.answer("found_again", "again")]]
    return []


def _line(words: str | None) -> str:
    return one_line(words or "", MAX_NAME)
