"""Processes of a bot at one database, whose time and ways to fail are the test's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.delivery import DeliveryWorker
from bot.sender import LENGTH, Sender
from bot.sharing import Sharing
from bot.tenure import Tenure
from bot.timer_worker import TimerWorker
from storage import outbox
from storage.database import Database, DatabaseUnavailable
from storage.local_file_store import LocalFileStore
from storage.tables import Outbox
from tests.integration.bot.delivery_desk import Phone
from tests.integration.storage.conftest import BOT, NOW, OFFICE

T = TypeVar("T")
SECONDS = LENGTH.total_seconds()


class SharedTime(Clock):
    """One time for all processes and their database; it stands until a test moves it."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.told: list[datetime] = []

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds

    def heard(self, database_now: datetime, asked: float) -> None:
        assert asked == self.seconds
        self.told.append(database_now)


class Timed:
    """A database whose lease time is the test's, and that can be away for one process."""

    def __init__(self, database: Database, time: SharedTime) -> None:
        self._database = database
        self._time = time
        self.away = False
        self.told: list[str] = []

    async def lease_time(self) -> datetime:
        if self.away:
            raise DatabaseUnavailable("away")
        return NOW + timedelta(seconds=self._time.seconds)

    async def write(self, body: Callable[[Session], T]) -> T:
        if self.away:
            raise DatabaseUnavailable("away")
        return await self._database.write(body)

    async def write_first(self, body: Callable[[Session], T]) -> T:
        return await self.write(body)

    async def read(self, body: Callable[[Session], T]) -> T:
        return await self._database.read(body)

    def announce(self, topic: str) -> None:
        self.told.append(topic)

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        """Hear nothing: hints may be lost."""


@dataclass
class Process:
    """One of several processes of a bot, with its own stopwatch and way to the database."""

    name: str
    database: Timed
    clock: SharedTime
    tenure: Tenure
    phone: Phone
    delivery: DeliveryWorker
    timers: TimerWorker
    sender: Sender
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    work: asyncio.Task[None] | None = None


@dataclass
class House:
    """A database and the processes at it."""

    office: Database
    folder: Path
    time: SharedTime = field(default_factory=SharedTime)

    def process(
        self, name: str, *, bot_id: int = BOT, database: Timed | None = None, sharing: Sharing | None = None
    ) -> Process:
        database = database or Timed(self.office, self.time)
        phone, tenure = Phone(), Tenure(self.time.monotonic)
        delivery = DeliveryWorker(
            cast("Any", database), cast("Any", phone), LocalFileStore(self.folder), bot_id, self.time, tenure,
            default_language="id", paced=False,
        )  # fmt: skip
        timer_worker = TimerWorker(cast("Any", database), bot_id, self.time, tenure, on_effect=delivery.wake)
        sender = Sender(
            cast("Any", database), bot_id, self.time, tenure, delivery, timer_worker, sharing=sharing, holder=name
        )
        return Process(name, database, self.time, tenure, phone, delivery, timer_worker, sender)

    async def say(self, *chats: int, template: str = "home", bot_id: int = BOT) -> None:
        def body(session: Session) -> None:
            for chat in chats:
                outbox.say(
                    session, bot_id=bot_id, chat_id=chat, office_id=OFFICE, template=template, params={}, now=NOW
                )

        await self.office.write(body)

    async def rows(self) -> list[tuple[str, bool]]:
        query = select(Outbox).order_by(col(Outbox.id))
        return [(row.status, row.uncertain) for row in await self.office.read(lambda s: s.exec(query).all())]
