"""Every message but the card: from a template's name and a few ids to what Telegram is to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from messages.environment import fill
from messages.limits import MAX_TEXT, fit
from messages.rendered import InlineButton, Rendered
from messages.text import Reader
from messages.views.asked import Asked
from messages.views.asked import NothingToSay as NothingToSay
from messages.views.registry import MESSAGES

REPEATED = {"id": "(ulang)", "en": "(repeated)"}


def render(
    session: Session,
    template: str,
    params: dict[str, Any],
    *,
    office_id: str | None,
    chat_id: int,
    bot_id: int,
    default_language: str,
    now: datetime,
    repeated: bool = False,
) -> Rendered:
    """Return a queued message as its reader is to see it at ``now`` (business time, aware UTC).

    ``params`` are those it was queued with; everything else is read here. ``repeated`` marks
    a message that may have been delivered before. Raises :class:`KeyError` for a template
    that does not exist, :class:`NothingToSay` where what it was queued for is gone.
    """
    asked = Asked(session, template, params, office_id, chat_id, bot_id, default_language, now)
    view = MESSAGES[template](asked)
    return compose(template, asked.reader, view.values, view.keyboard, more=view.more, repeated=repeated)


def compose(
    template: str,
    reader: Reader,
    values: Mapping[str, Any],
    keyboard: Sequence[Sequence[InlineButton]] = (),
    *,
    more: str = "",
    repeated: bool = False,
) -> Rendered:
    """Fill in a template and keep it within Telegram's limits.

    ``more`` is the command that shows the rest of a text that had to be cut.
    """
    text = fill(template, reader, values)
    if repeated:
        first, line_break, rest = text.partition("\n")
        text = f"{first}\n<i>{REPEATED[reader.language]}</i>{line_break}{rest}"
    rest_is_at = ""
    if more:
        rest_is_at = f"more: {more}" if reader.language == "en" else f"selengkapnya {more}"
    return Rendered(fit(text, rest_is_at, MAX_TEXT), tuple(tuple(row) for row in keyboard if row))
