"""A webhook at Telegram: set by the bot itself, and looked after while it serves.

Every process of a bot does the same, so that it does not matter which of them does it first.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta

import structlog
from telegram import WebhookInfo
from telegram.error import BadRequest, TelegramError

from bot import absence
from bot.clock import Clock, first_of
from bot.logging import where
from bot.settings import Unusable
from bot.telegram_client import TelegramClient
from bot.updates import UPDATE_KINDS
from storage.database import Database, DatabaseUnavailable

log = structlog.stdlib.get_logger("bot.webhook")

CONNECTIONS = 100
"""How many updates Telegram may bring at once: its own limit."""
LOOK_AGAIN_SECONDS = 45.0
"""Well within the time that Telegram keeps taps, so that a silence is noticed."""
FRESH = timedelta(seconds=3 * LOOK_AGAIN_SECONDS)
"""For how long a failed delivery says that Telegram does not get through."""


def path(bot_id: int) -> str:
    """Return where a bot's updates come in."""
    return f"/telegram/{bot_id}"


def secret(token: str) -> str:
    """Return what Telegram says with each update; every process knows it, and nobody without the token."""
    return hmac.new(token.encode(), b"pandu webhook", hashlib.sha256).hexdigest()


class Webhook:
    """Registers one bot's webhook and notes that Telegram gets through. ``on_told`` follows a note to officials."""

    def __init__(
        self,
        database: Database,
        client: TelegramClient,
        public_url: str,
        clock: Clock,
        on_told: Callable[[], None],
    ) -> None:
        self._database = database
        self._client = client
        self._clock = clock
        self._on_told = on_told
        self.bot_id = client.bot.id
        self.secret = secret(client.bot.token)
        self.heard_at: float | None = None
        """When Telegram was last heard from, on the clock's stopwatch."""
        self._url = public_url + path(self.bot_id)
        self._refused_before = False

    async def open(self) -> None:
        """Register the webhook unless it stands already; raise :class:`Unusable` where Telegram refuses it."""
        try:
            await self._keep(await self._client.bot.get_webhook_info())
        except BadRequest as error:
            raise Unusable(f"Telegram menolak PANDU_WEBHOOK_URL: {error}.") from None
        except TelegramError as error:
            log.warning("the webhook could not be set yet", bot=self.bot_id, error=where(error))

    async def run(self, stopping: asyncio.Event) -> None:
        """Look after the webhook until told to stop."""
        while not stopping.is_set():
            await self.look()
            await first_of(stopping, seconds=LOOK_AGAIN_SECONDS)

    async def look(self) -> None:
        """Set the webhook again if somebody took it away, and note whether updates get through."""
        asked_at = self._clock.wall()
        try:
            info = await self._client.bot.get_webhook_info()
            self.heard_at = self._clock.monotonic()
            gets_through = await self._keep(info)
        except TelegramError as error:
            log.warning("the webhook cannot be looked after", bot=self.bot_id, error=where(error))
            return
        if not gets_through:
            return
        try:
            wall = self._clock.wall()
            if await self._database.write(lambda session: absence.heard(session, self.bot_id, asked_at, wall)):
                await absence.tell(self._database, self.bot_id, self._clock, asked_at)
                self._on_told()
        except DatabaseUnavailable as error:
            log.warning("the database is away", error=where(error))

    async def _keep(self, info: WebhookInfo) -> bool:
        """Set the webhook where it is another one, and say whether Telegram gets through to it."""
        lately = info.last_error_date is not None and self._clock.wall() - info.last_error_date < FRESH
        troubled = lately and bool(info.pending_update_count)
        # The secret cannot be asked for. Where every process refuses what comes, it is another one.
        refused = troubled and "403" in (info.last_error_message or "")
        if self._differs(info) or (refused and not self._refused_before):
            log.info("setting the webhook", bot=self.bot_id, waiting=info.pending_update_count)
            await self._client.bot.set_webhook(
                self._url,
                max_connections=CONNECTIONS,
                allowed_updates=UPDATE_KINDS,
                secret_token=self.secret,
                drop_pending_updates=False,
            )
        elif troubled:
            log.warning(
                "Telegram does not get through", bot=self.bot_id, waiting=info.pending_update_count,
                error=info.last_error_message,
            )  # fmt: skip
        self._refused_before = refused
        return not troubled

    def _differs(self, info: WebhookInfo) -> bool:
        return (
            info.url != self._url
            or info.max_connections != CONNECTIONS
            or sorted(info.allowed_updates or ()) != sorted(UPDATE_KINDS)
        )
