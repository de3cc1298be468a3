"""Telegram and the people behind it: whoever gets a card presses its main button, some of them days later."""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.local_api import CLOUD

MAIN = re.compile(r"do:\d+:\d+")
ZONE = ZoneInfo("Asia/Jakarta")
LATE = 0.15
"""So many of a hundred taps come after a day or more: the reminders are for them."""


class Phones:
    """All phones of one bot: what was sent, and the taps that are to come, as ``(when, chat, data)``."""

    def __init__(self, bot_id: int, now: Callable[[], datetime], random: Random) -> None:
        self.bot_id, self.username, self.id, self.limits = bot_id, f"pandu_soak_{bot_id}_bot", bot_id, CLOUD
        self.bot = self
        self.taps: list[tuple[datetime, int, str]] = []
        self.messages = self.edits = self.answers = 0
        self._now, self._random, self._updates = now, random, 0
        self._message_id = 0
        self._pressed: set[str] = set()

    def expect(self, chat: int, data: str) -> None:
        """Let a button be pressed once, at some time from now on, in working hours."""
        if data not in self._pressed:
            self._pressed.add(data)
            heapq.heappush(self.taps, (self._some_time(), chat, data))

    def due(self) -> list[tuple[int, int, str]]:
        """Return the updates that have come by now, as the inbox takes them."""
        updates = []
        while self.taps and self.taps[0][0] <= self._now():
            _, chat, data = heapq.heappop(self.taps)
            self._pressed.discard(data)
            self._updates += 1
            number = int(self._now().timestamp()) * 1000 + self._updates % 1000
            updates.append((number, chat, json.dumps(_tap(number, chat, data))))
        return updates

    def _some_time(self) -> datetime:
        minutes = self._random.randint(5, 240)
        if self._random.random() < LATE:
            minutes += 24 * 60 * self._random.randint(1, 3)
        local = (self._now() + timedelta(minutes=minutes)).astimezone(ZONE)
        while local.weekday() > 4 or not 8 <= local.hour < 16:
            morning = local.replace(hour=8, minute=self._random.randrange(60))
            local = morning if local.weekday() < 5 and local.hour < 8 else morning + timedelta(days=1)
        return local.astimezone(UTC)

    # What Pandu calls

    async def call(self, method: str, told: dict[str, Any]) -> Any:
        """Show a message, whose main button will be pressed, or change one."""
        if method != "sendMessage":
            self.edits += 1
            return True
        self.messages += 1
        self._message_id += 1
        for row in (told.get("reply_markup") or {"inline_keyboard": ()})["inline_keyboard"]:
            for button in row:
                if MAIN.fullmatch(button["callback_data"]):
                    self.expect(told["chat_id"], button["callback_data"])
        return {"message_id": int(self._now().timestamp()) * 1000 + self._message_id % 1000}

    async def answer_callback_query(self, *_: Any, **__: Any) -> Any:
        """Answer a tap."""
        self.answers += 1


def _tap(number: int, chat: int, data: str) -> dict[str, Any]:
    sender = {"id": chat, "is_bot": False, "first_name": "Siti", "last_name": "Rahayu", "language_code": "id"}
    return {
        "update_id": number,
        "callback_query": {
            "id": str(number), "from": sender, "chat_instance": "1", "data": data,
            "message": {"message_id": 7, "date": 1700000000, "chat": {"id": chat, "type": "private"}, "text": "Kartu"},
        },
    }  # fmt: skip
