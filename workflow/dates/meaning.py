"""What words about time turn out to mean: one moment, a choice of some, or nothing that is understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Reason = Literal[
    "not_a_date", "past", "no_such_day", "wrong_weekday", "vague", "empty", "too_long", "no_end", "backwards"
]  # fmt: skip
NoteKind = Literal["weekend", "holiday", "collective", "night", "estimated"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a moment that whoever confirms it should know; ``name`` is the holiday's, '' for a night."""

    kind: NoteKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """A moment (aware, UTC). Without ``has_time`` only its date was said."""

    at: datetime
    has_time: bool
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Words with two to four meanings, the likeliest first: the official chooses by button."""

    choices: tuple[Understood, ...]


class NotUnderstood(Exception):
    """Words that are no moment to come.

    ``at`` is what they named nevertheless: a moment in the past, or the date that another
    weekday was said of. ``has_time`` tells whether its clock was said too.
    """

    def __init__(self, reason: Reason, at: datetime | None = None, *, has_time: bool = False) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.at = at
        self.has_time = has_time
