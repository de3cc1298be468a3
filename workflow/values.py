"""From what an official types to the value a field keeps.

Never a wrong value: what is not understood is said so, and what can mean several is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sop_definitions.model import FieldKind
from workflow import dates
from workflow.calendar.working_time import WorkingTime
from workflow.texts import MAX_TEXT

MAX_NUMBER = 1_000_000
_REASONS = {"past": "past_date"}


@dataclass(frozen=True, slots=True)
class Read:
    """A field's value; ``clock`` is the ``HH:MM`` that was said beside a date."""

    value: Any
    clock: str | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """An answer with several meanings, likeliest first: the official chooses."""

    choices: tuple[Read, ...]


class BadValue(Exception):
    """An answer that cannot be taken. ``reason`` is a stable word for the message that says so.

    Reasons: ``empty``, ``too_long``, ``not_a_number``, ``not_a_time``, ``not_a_date``,
    ``past_date``, ``wrong_weekday``, ``no_such_day``, ``vague``, ``date_only``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read(
    kind: FieldKind, text: str, now: datetime, calendar: WorkingTime, *, not_past: bool = False, clock_too: bool = False
) -> Read | Unclear:
    """Return the value of an answer: str, int, ISO date, ``HH:MM`` or list of lines.

    ``now`` is business time (aware), ``calendar`` the office's; ``not_past`` refuses a date
    that has gone by. ``clock_too``: the clock may be said beside the date. Raises
    :class:`BadValue`.
    """
    text = text.strip()
    if not text:
        raise BadValue("empty")
    if len(text) > MAX_TEXT:
        raise BadValue("too_long")
    match kind:
        case FieldKind.NUMBER:
            return Read(_number(text))
        case FieldKind.TIME:
            return _clock(text, calendar)
        case FieldKind.DATE:
            return _date(text, now, calendar, not_past=not_past, clock_too=clock_too)
        case FieldKind.LIST:
            return Read([line.strip(" -•\t") for line in text.splitlines() if line.strip(" -•\t")] or _empty())
        case _:
            return Read(text)


def _empty() -> list[str]:
    raise BadValue("empty")


def _number(text: str) -> int:
    found = re.fullmatch(
        r"(\d{1,3}(?:\.\d{3})+|\d{1,7})(?:\s*(?:rangkap|lembar|eks|eksemplar|buah|copies))?", text, re.IGNORECASE
    )
    if found is None:
        raise BadValue("not_a_number")
    value = int(found.group(1).replace(".", ""))
    if value > MAX_NUMBER:
        raise BadValue("not_a_number")
    return value


def _clock(text: str, calendar: WorkingTime) -> Read | Unclear:
    try:
        times = dates.understand_clock(text, calendar=calendar)
    except dates.NotUnderstood as refused:
        raise BadValue("not_a_time") from refused
    found = tuple(Read(f"{one:%H:%M}") for one in times)
    return found[0] if len(found) == 1 else Unclear(found)


def _date(text: str, now: datetime, calendar: WorkingTime, *, not_past: bool, clock_too: bool) -> Read | Unclear:
    try:
        meant = dates.understand_day(text, now=now, calendar=calendar, not_past=not_past)
    except dates.NotUnderstood as refused:
        raise BadValue(_REASONS.get(refused.reason, refused.reason)) from refused
    choices = meant.choices if isinstance(meant, dates.Ambiguous) else (meant,)
    if not clock_too and any(one.has_time for one in choices):
        raise BadValue("date_only")
    found = []
    for one in choices:
        local = one.at.astimezone(calendar.zone)
        found.append(Read(local.date().isoformat(), f"{local:%H:%M}" if one.has_time else None))
    return found[0] if len(found) == 1 else Unclear(tuple(found))
