"""What Telegram is asked for and how an update looks when it comes in, by polling or by webhook."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from sqlmodel import Session

from handlers.incoming import person_of

T = TypeVar("T")

UPDATE_KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]

Raw = tuple[int, int, str]
"""An update's id, whose it is (0: nobody's), and its JSON as it is kept."""


class Keep(Protocol):
    """Runs a transaction that keeps updates, as :meth:`bot.inbox_worker.InboxWorker.keep` does."""

    async def __call__(self, body: Callable[[Session], T], /) -> T:
        """Return what ``body`` returns once it is committed."""


def readable(update: Any) -> Raw | None:
    """Return an update ready to be stored, or ``None`` for what is no update at all."""
    update_id = update.get("update_id") if isinstance(update, dict) else None
    if not isinstance(update_id, int) or not _fits(update_id):
        return None
    return update_id, person_of(update), json.dumps(update, separators=(",", ":"))


def _fits(number: int) -> bool:
    return not isinstance(number, bool) and -(1 << 63) <= number < 1 << 63
