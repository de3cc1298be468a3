"""Every call that a bot made."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from simulator.parameters import Upload

LENGTH = 20_000


class Entry(BaseModel):
    """One call of the Bot API."""

    at: datetime
    bot_id: int
    method: str
    params: dict[str, Any]
    """As received; uploads as name and size."""
    status: int | None = None
    """HTTP status of the answer; None while it runs, or if the client got none."""
    answer: dict[str, Any] | None = None
    """The answer, whether or not the client got it."""
    fault: str | None = None


class Journal:
    """The last calls, oldest first."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=LENGTH)

    def enter(self, at: datetime, bot_id: int, method: str, raw: dict[str, Any]) -> Entry:
        """Begin an entry."""
        params = {
            name: {"file_name": value.name, "size": len(value.content)} if isinstance(value, Upload) else value
            for name, value in raw.items()
        }
        entry = Entry(at=at, bot_id=bot_id, method=method, params=params)
        self.entries.append(entry)
        return entry

    def calls(self, method: str | None = None, *, chat_id: int | None = None) -> list[Entry]:
        """Return the calls of one method (any case), to one chat."""
        return [
            entry
            for entry in self.entries
            if (method is None or entry.method.lower() == method.lower())
            and (chat_id is None or str(entry.params.get("chat_id")) == str(chat_id))
        ]
