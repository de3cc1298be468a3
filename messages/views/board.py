"""The board of a hand-in: which units are in, which are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from messages.views.run_facts import RunFacts
from sop_definitions.model import Collect
from storage.tables import Task
from workflow.state import Part, PartStatus


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One unit. ``state``: missing, returned, in, review, accepted, nil, waived or late (came in after all)."""

    unit: str
    state: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Board:
    """Who is in. ``word`` is what the office calls its units; names are short."""

    lines: tuple[BoardLine, ...]
    word: str

    @property
    def total(self) -> int:
        """How many units owe something."""
        return len(self.lines)

    @property
    def count(self) -> int:
        """How many have sent theirs or said that there is nothing."""
        return sum(line.state in ("in", "review", "accepted", "nil") for line in self.lines)

    @property
    def missing(self) -> str:
        """The names of those that are still open, or ''."""
        return ", ".join(line.unit for line in self.lines if line.state in ("missing", "returned"))

    @property
    def waived(self) -> str:
        """The names of those the run goes on without for now, or ''."""
        return ", ".join(line.unit for line in self.lines if line.state == "waived")


def board_of(facts: RunFacts, step: int) -> Board | None:
    """Return the board of a hand-in step that was opened, else ``None``."""
    if facts.step(step).collect is not Collect.HAND_IN:
        return None
    units = facts.parts(step, Part.UNIT)
    if not units:
        return None
    reviews = {task.subject: task for task in facts.parts(step, Part.REVIEW)}
    lines = tuple(_line(facts, task, reviews.get(task.subject)) for task in units)
    return Board(lines, facts.names.unit_word(task.subject for task in units))


def _line(facts: RunFacts, task: Task, review: Task | None) -> BoardLine:
    name = facts.names.short_unit(task.subject)
    match task.status:
        case PartStatus.DONE if review is not None and review.status == PartStatus.OPEN:
            state = "review"
        case PartStatus.DONE:
            state = "accepted" if review is not None and review.status == PartStatus.DONE else "in"
        case PartStatus.NIL:
            state = "nil"
        case PartStatus.WAIVED:
            state = "waived"
        case _:
            state = "returned" if facts.returned(task) else "missing"
    return BoardLine(name, state, task.closed_at)
