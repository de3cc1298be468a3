"""A replica's workers on a pool of its own, driven by hand; its Telegram and its stopwatch are the test's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar, cast

from sqlmodel import Session
from telegram.error import TelegramError, TimedOut

from bot.clock import Clock
from bot.delivery import DeliveryWorker
from bot.inbox_worker import InboxWorker
from bot.sender import Sender
from bot.telegram_client import TelegramClient
from bot.tenure import Tenure
from bot.timer_worker import TimerWorker
from storage.database import Database
from storage.local_file_store import LocalFileStore
from tests.integration.bot.delivery_desk import Phone, Sent
from tests.integration.replicas.interleaving import step
from tests.integration.workflow.town import BOT, MORNING

T = TypeVar("T")


class SharedTime(Clock):
    """One time for all: it stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return MORNING + timedelta(minutes=1, seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Timed(Database):
    """A replica's database, whose leases are counted in the test's time."""

    def __init__(self, database: Database, time: SharedTime) -> None:
        self._database = database
        self._time = time

    async def write(self, body: Callable[[Session], T]) -> T:
        return await self._database.write(body)

    async def read(self, body: Callable[[Session], T]) -> T:
        return await self._database.read(body)

    async def lease_time(self) -> datetime:
        return self._time.now()

    async def close(self) -> None:
        await self._database.close()


@dataclass
class Telegram:
    """What all replicas' calls came to. ``unknown`` counts the answers that got lost on the way."""

    calls: list[tuple[str, int, str]] = field(default_factory=list)
    unknown: int = 0
    lose_next: bool = False


class Line(Phone):
    """One replica's line to Telegram: every call is a step, and one before it comes back."""

    def __init__(self, telegram: Telegram, may_send: Callable[[], None]) -> None:
        super().__init__()
        self._telegram = telegram
        self._may_send = may_send

    async def _do(self, method: str, **details: object) -> Sent:
        self._may_send()
        await step()
        chat, text = cast("int", details.get("chat_id") or 0), str(details.get("text") or details.get("message_id"))
        self._telegram.calls.append((method, chat, text))
        number = 100 + len(self._telegram.calls)
        lost, self._telegram.lose_next = self._telegram.lose_next, False
        await step()
        if lost:
            self._telegram.unknown += 1
            error: TelegramError = TimedOut()
            raise error
        return Sent(number)

    async def answer_callback_query(self, *_: object, **__: object) -> bool:
        await step()
        return True


class Replica:
    """One process of the bot."""

    def __init__(self, name: str, database: Database, time: SharedTime, telegram: Telegram, folder: Path) -> None:
        self.name = name
        self.time = time
        self.database = Timed(database, time)
        self.tenure = Tenure(time.monotonic)
        self.line = Line(telegram, self._may_send)
        client = cast("TelegramClient", self.line)
        self.delivery = DeliveryWorker(
            self.database, client, LocalFileStore(folder), BOT, time, self.tenure, default_language="id", paced=False
        )
        self.inbox = InboxWorker(
            self.database, client, BOT, "pandu_bot", time, default_language="id", on_effect=lambda: None, paced=False
        )
        self.timers = TimerWorker(self.database, BOT, time, self.tenure, on_effect=lambda: None)
        self.sender = Sender(self.database, BOT, time, self.tenure, self.delivery, self.timers, holder=name)

    async def hear(self) -> int:
        """Handle what may be handled now, one update after the other."""
        items = await self.inbox.claim()
        for item in items:
            await self.inbox.handle(item)
        return len(items)

    async def send(self) -> int:
        """Ask for the lease, and deliver what is due if it is given."""
        await self.sender.look()
        items = await self.delivery.claim()
        for item in items:
            await self.delivery.deliver(item)
        return len(items)

    async def fire(self) -> int:
        """Fire what is due, if the lease is held."""
        return await self.timers.fire_due()

    def _may_send(self) -> None:
        assert self.tenure.fence is not None, f"{self.name} sends without holding the lease"


def tap(number: int, person: int, data: str) -> tuple[int, int, str]:
    """An official's tap, as Telegram brings it."""
    message = {"message_id": 1, "chat": {"id": person, "type": "private"}}
    query = {"id": f"q{number}", "from": {"id": person}, "data": data, "message": message}
    return number, person, json.dumps({"update_id": number, "callback_query": query})


def text(number: int, person: int, words: str) -> tuple[int, int, str]:
    """An official's words, as Telegram brings them."""
    content = {"message_id": number, "from": {"id": person}, "chat": {"id": person, "type": "private"}, "text": words}
    return number, person, json.dumps({"update_id": number, "message": content})
