"""What Telegram is asked for and how an update looks when it comes in, by polling or by webhook."""

from __future__ import annotations

import json
from typing import Any

from handlers.incoming import person_of

UPDATE_KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]

Raw = tuple[int, int, str]
"""An update's id, whose it is (0: nobody's), and its JSON as it is kept."""


def readable(update: Any) -> Raw | None:
    """Return an update ready to be stored, or ``None`` for what is no update at all."""
    update_id = update.get("update_id") if isinstance(update, dict) else None
    if not isinstance(update_id, int) or not _fits(update_id):
        return None
    return update_id, person_of(update), json.dumps(update, separators=(",", ":"))


def _fits(number: int) -> bool:
    return not isinstance(number, bool) and -(1 << 63) <= number < 1 << 63
