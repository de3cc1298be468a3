"""What loading an office file would change: said in Indonesian, done later, put on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from sop_definitions.errors import Problem
from workflow.calendar.settings import CalendarSettings

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``kind`` names its audit event; ``make`` does it and returns the event's payload.

    ``chat`` says that it would overwrite what somebody set in chat.
    """

    kind: str
    text: str
    make: Callable[[Session], Payload]
    chat: bool = False


@dataclass(frozen=True, slots=True)
class NewCalendar:
    """The calendar an office is to have, and how that reads line by line: one change, one event.

    ``chat`` are the lines that would overwrite what somebody set in chat.
    """

    settings: CalendarSettings
    lines: tuple[str, ...]
    chat: tuple[str, ...]


@dataclass(slots=True)
class Plan:
    """Every change, in an order in which they can be made; the calendar last.

    ``left`` names what the file does not list and what therefore stays; ``warnings`` what
    is allowed but probably not meant; ``problems`` what does not fit the database.
    """

    changes: list[Change] = field(default_factory=list)
    calendar: NewCalendar | None = None
    left: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, kind: str, text: str, make: Callable[[Session], Payload], *, chat: bool = False) -> None:
        """Add a change."""
        self.changes.append(Change(kind, text, make, chat))


def difference(old: dict[str, Any], new: dict[str, Any], labels: dict[str, str]) -> tuple[dict[str, Any], str]:
    """Return the new values that differ, and how that reads: 'nama “a” menjadi “b”'."""
    changed = {name: value for name, value in new.items() if old[name] != value}
    said = (f"{labels[name]} {_said(old[name])} menjadi {_said(value)}" for name, value in changed.items())
    return changed, ", ".join(said)


def _said(value: Any) -> str:
    match value:
        case None:
            return "(kosong)"
        case bool():
            return "ya" if value else "tidak"
        case int():
            return str(value)
        case _:
            return f"“{value}”"
