"""A time in words: what was understood of it, to be confirmed, chosen or said anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_date

from messages.text import Reader, one_line
from messages.views.asked import Asked, View

MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class ShownMoment:
    """A moment that words may mean.

    ``day`` and ``clock``: what of it counts; ``said``: the hour was said. ``notes`` are (kind, name).
    """

    at: datetime
    day: bool
    clock: bool
    said: bool
    notes: list[tuple[str, str]]


def when_confirm(asked: Asked) -> View:
    """What was understood, in full, with what is odd about it."""
    return View(
        {"meant": _moments(asked)[0]},
        [
            [asked.answer("when_yes", "yes", "primary")],
            [asked.answer("edit", "edit"), asked.answer("cancel", "cancel")],
        ],
    )


def when_choose(asked: Asked) -> View:
    """Several moments that were meant perhaps; one button each."""
    meant = _moments(asked)
    years = len({asked.reader.local(one.at).year for one in meant}) > 1
    rows = [
        [asked.named_answer(_brief(asked.reader, one, with_year=years), f"choice-{number}")]
        for number, one in enumerate(meant)
    ]
    return View({"meant": meant}, [*rows, [asked.answer("edit", "edit"), asked.answer("cancel", "cancel")]])


def when_not_understood(asked: Asked) -> View:
    """What is wrong with the words, and how to say it instead."""
    at = asked.params.get("at")
    return View(
        {
            "reason": asked.params["reason"],
            "example": asked.example_day(),
            "at": datetime.fromisoformat(at) if at else None,
            "has_time": bool(asked.params.get("has_time")),
        },
        [[asked.answer("cancel", "cancel")]],
    )


def _moments(asked: Asked) -> list[ShownMoment]:
    return [_shown(one) for one in asked.params["meant"]]


def _shown(one: dict[str, Any]) -> ShownMoment:
    notes = [(str(kind), one_line(str(name), MAX_NAME)) for kind, name in one["notes"]]
    day, clock = bool(one.get("day", True)), bool(one["clock"])
    return ShownMoment(datetime.fromisoformat(one["at"]), day, clock, bool(one["said"]), notes)


def _brief(reader: Reader, one: ShownMoment, *, with_year: bool) -> str:
    """Return 'Jum, 27 Nov 09.00' for a button; the message says it in full."""
    if not one.day:
        return reader.hour(one.at)
    day = format_date(
        reader.local(one.at).date(), "EEE, d MMM y" if with_year else "EEE, d MMM", locale=reader.language
    )
    return f"{day} {reader.hour(one.at).partition(' ')[0]}" if one.clock else day
