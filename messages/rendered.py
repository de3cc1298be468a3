"""A message as Telegram is to show it, without anything of Telegram's library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from messages.text import one_line
from workflow.verbs import Press, QuestionPress

Style = Literal["success", "danger", "primary"]

MAX_CAPTION = 60
"""Characters of a button; more is cut off on a small phone anyway."""


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
