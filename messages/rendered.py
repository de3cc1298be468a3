"""A message as Telegram is to show it, without anything of Telegram's library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from messages.text import one_line
from workflow.verbs import Press, QuestionPress

Style = Literal["success", "danger", "primary"]

MAX_CAPTION = 60
"""Characters of a button; more is cut off on a small phone anyway."""
HALF_A_ROW = 20
"""Characters that a button shows where two share a row of a phone 390 pixels wide."""


@dataclass(frozen=True, slots=True)
class InlineButton:
    """One button. ``data`` is at most 64 bytes; ``style`` is a hint older apps ignore."""

    caption: str
    data: str
    style: Style | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """Telegram HTML (at most 4096 UTF-16 units once parsed) and the rows of buttons below it."""

    text: str
    keyboard: tuple[tuple[InlineButton, ...], ...] = ()


def button(caption: str, press: Press | QuestionPress, style: Style | None = None) -> InlineButton:
    """Return a button whose caption is safe to show, whoever wrote it."""
    return InlineButton(one_line(caption, MAX_CAPTION) or "–", str(press), style)


def pairs(buttons: list[InlineButton]) -> list[list[InlineButton]]:
    """Return buttons two to a row, in their order; a caption that half a phone would cut off has a row of its own."""
    rows: list[list[InlineButton]] = []
    for one in buttons:
        last = rows[-1] if rows else []
        if len(last) == 1 and all(len(beside.caption) <= HALF_A_ROW for beside in (*last, one)):
            last.append(one)
        else:
            rows.append([one])
    return rows
