"""Telegram's flood control: how much a bot may send, to one chat, to one group, altogether.

Telegram does not publish exact limits; these are the ones its FAQ names, with the bursts that bots see in practice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from simulator.clock import Clock

SENDING = ("send", "copy", "forward")
EDITING = "editmessage"


@dataclass(slots=True)
class _Bucket:
    capacity: float
    per_second: float
    level: float
    at: datetime

    def refill(self, now: datetime) -> None:
        self.level = min(self.capacity, self.level + (now - self.at).total_seconds() * self.per_second)
        self.at = now


LIMITS = {"chat": (8.0, 1.0), "group": (20.0, 20 / 60), "bot": (40.0, 30.0)}
"""Burst, and messages per second in the long run."""


class FloodControl:
    """Counts what each bot sends; edits count in groups only."""

    def __init__(self, clock: Clock, *, on: bool) -> None:
        self.on = on
        self._clock = clock
        self._buckets: dict[tuple[str, int, str], _Bucket] = {}

    def wait(self, bot_id: int, method: str, chat_id: object, messages: int = 1) -> int | None:
        """Count a call; return the seconds that the bot must wait if it is one too many."""
        method = method.lower()
        group = str(chat_id).startswith(("-", "@"))
        sends = method.startswith(SENDING) and method != "sendchataction"
        if not self.on or not (sends or (group and method.startswith(EDITING))):
            return None
        now = self._clock.now()
        buckets = [
            self._bucket("bot", bot_id, "", now),
            self._bucket("group" if group else "chat", bot_id, str(chat_id), now),
        ]
        missing = [(messages - bucket.level) / bucket.per_second for bucket in buckets if bucket.level < messages]
        if missing:
            return max(1, math.ceil(max(missing)))
        for bucket in buckets:
            bucket.level -= messages
        return None

    def _bucket(self, kind: str, bot_id: int, chat_id: str, now: datetime) -> _Bucket:
        capacity, per_second = LIMITS[kind]
        bucket = self._buckets.setdefault((kind, bot_id, chat_id), _Bucket(capacity, per_second, capacity, now))
        bucket.refill(now)
        return bucket
