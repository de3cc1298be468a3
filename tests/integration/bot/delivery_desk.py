"""A delivery worker driven by hand, and the Telegram it speaks to, which does what it is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

from sqlmodel import Session, col, select
from telegram import InputFile
from telegram.error import TelegramError

from bot.clock import Clock
from bot.delivery import LEASE, DeliveryWorker
from bot.local_api import LOCAL
from bot.telegram_client import TelegramClient
from bot.tenure import Tenure
from storage import outbox
from storage.database import Database
from storage.local_file_store import LocalFileStore
from storage.tables import Card, Outbox
from tests import sending
from tests.integration.storage.conftest import ANA, BOT, NOW, OFFICE


class TestClock(Clock):
    __test__ = False

    def __init__(self) -> None:
        self.time = NOW
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.seconds += seconds


class Sent(NamedTuple):
    message_id: int


class Phone:
    """A Telegram that does what it is told and notes what it was asked."""

    def __init__(self) -> None:
        self.bot = self
        self.limits = LOCAL
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.errors: list[TelegramError | None] = []
        self.on_call: Callable[[], Any] | None = None

    async def _do(self, method: str, **details: Any) -> Sent:
        if self.on_call:
            await self.on_call()
        self.calls.append((method, details))
        if self.errors and (error := self.errors.pop(0)):
            raise error
        return Sent(100 + len(self.calls))

    async def call(self, method: str, told: dict[str, Any]) -> dict[str, int]:
        match method:
            case "sendMessage":
                words = {"text": told["text"], "mode": told["parse_mode"]}
                sent = await self._do("send", chat_id=told["chat_id"], **words, **_silence(told))
            case "editMessageText":
                sent = await self._do("edit", message_id=told["message_id"], text=told["text"])
            case "editMessageReplyMarkup":
                assert told.get("reply_markup") is None
                sent = await self._do("strip", message_id=told["message_id"])
            case "deleteMessage":
                sent = await self._do("remove", chat_id=told["chat_id"], message_id=told["message_id"])
            case _:
                raise NotImplementedError(method)
        return {"message_id": sent.message_id}

    async def send_document(self, chat_id: int, content: Any, **more: Any) -> Sent:
        return await self._do("document", chat_id=chat_id, content=_bytes(content), **_named(more))

    async def send_photo(self, chat_id: int, content: Any, **more: Any) -> Sent:
        return await self._do("photo", chat_id=chat_id, content=_bytes(content), **_named(more))

    def done(self) -> list[str]:
        return [f"{method} {details.get('message_id') or details.get('text') or ''}" for method, details in self.calls]


def _bytes(content: Any) -> Any:
    """What arrives of an upload, which must still be open now; an id stays what it is."""
    if not isinstance(content, InputFile):
        return content
    assert not isinstance(content.input_file_content, bytes)
    return content.input_file_content.read()


def _silence(more: dict[str, Any]) -> dict[str, Any]:
    return {"silent": more["disable_notification"]}


def _named(more: dict[str, Any]) -> dict[str, Any]:
    return {"caption": more["caption"], "filename": more["filename"], **_silence(more)}


class Desk:
    """A delivery worker to be driven by hand."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.phone, self.clock = database, Phone(), TestClock()
        self.store = LocalFileStore(folder)
        self.tenure = Tenure(self.clock.monotonic)
        self.worker = DeliveryWorker(
            database,
            cast("TelegramClient", self.phone),
            self.store,
            BOT,
            self.clock,
            self.tenure,
            default_language="id",
            paced=False,
        )

    async def deliver(self, rounds: int = 1) -> int:
        """Claim what is due and deliver it, so many times; return how many rows that was."""
        count = 0
        for _ in range(rounds):
            lease_now = await self.database.lease_time()
            claim = partial(sending.claim, bot_id=BOT, now=self.clock.now(), lease_now=lease_now, lease=LEASE, limit=10)
            items = await self.database.write(claim)
            for item in items:
                self.tenure.begin(item.fence, math.inf)
                await self.worker.deliver(item)
            count += len(items)
        return count

    async def show(self, card_id: int = 1, *, anew: bool = False) -> None:
        def body(session: Session) -> None:
            card = session.get_one(Card, card_id)
            card.wanted_revision += 1
            card.anew = card.anew or anew
            outbox.show_card(session, card, self.clock.now(), anew=anew)

        await self.database.write(body)

    async def say(self, template: str = "home", chat_id: int = ANA) -> None:
        await self.database.write(
            lambda s: outbox.say(
                s, bot_id=BOT, chat_id=chat_id, office_id=OFFICE, template=template, params={}, now=self.clock.now()
            )
        )

    async def card(self, card_id: int = 1) -> Card:
        return await self.database.read(lambda s: s.get_one(Card, card_id))

    async def rows(self) -> list[tuple[str, str, bool]]:
        def body(session: Session) -> list[tuple[str, str, bool]]:
            return [(r.kind, r.status, r.uncertain) for r in session.exec(select(Outbox).order_by(col(Outbox.id)))]

        return await self.database.read(body)
