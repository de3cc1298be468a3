"""Long polling that acknowledges nothing before it is committed.

Telegram forgets an update once getUpdates is called with a higher offset. So each batch is
committed to the inbox as raw JSON first, and only then is the offset moved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlmodel import Session
from telegram.error import Conflict, TelegramError

from bot import absence
from bot.clock import Clock, first_of
from bot.crash_points import crash_point
from bot.logging import where
from bot.telegram_client import Flood, RefusedToken, TelegramClient, Unsent
from bot.updates import UPDATE_KINDS, Keep, Raw, readable
from storage import inbox
from storage.database import Database, DatabaseUnavailable

log = structlog.stdlib.get_logger("bot.polling")

POLL_SECONDS = 25
LONGEST_BACKOFF_SECONDS = 30.0
OFFSET_LIVES_SECONDS = 24 * 3600.0
"""After a week of silence update ids start anew at random, so an old offset is let go of in time."""


class Poller:
    """Fetches one bot's updates into the inbox.

    ``keep`` runs the transaction that keeps them; ``on_told`` is called after a note to officials.
    """

    def __init__(
        self,
        database: Database,
        client: TelegramClient,
        bot_id: int,
        clock: Clock,
        *,
        keep: Keep,
        on_told: Callable[[], None],
    ) -> None:
        self._database = database
        self._client = client
        self._bot_id = bot_id
        self._clock = clock
        self._keep = keep
        self._on_told = on_told
        self._offset: int | None = None
        self._offset_at = 0.0
        self._failures = 0
        self.heard_at: float | None = None
        """When Telegram last answered, on the clock's stopwatch."""

    async def open(self) -> None:
        """Take back a webhook that is set: Telegram answers no poll beside it. What waits there is kept."""
        try:
            if (await self._client.bot.get_webhook_info()).url:
                await self._client.bot.delete_webhook(drop_pending_updates=False)
                log.warning("a webhook was set and is taken back", bot=self._bot_id)
        except TelegramError as error:
            log.warning("whether a webhook is set is not known", error=where(error))

    async def run(self, stopping: asyncio.Event) -> None:
        """Poll until told to stop. A poll under way is broken off: nothing of it was acknowledged."""
        while not stopping.is_set():
            turn = asyncio.ensure_future(self.poll())
            stopped = asyncio.ensure_future(stopping.wait())
            try:
                await asyncio.wait({turn, stopped}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopped.cancel()
                if not turn.done():
                    turn.cancel()
                    await asyncio.wait({turn})
            if not turn.cancelled() and (pause := turn.result()):
                await first_of(stopping, seconds=pause)

    async def poll(self) -> float:
        """Fetch and store one batch; return how many seconds to rest before the next."""
        if self._offset is not None and self._clock.monotonic() - self._offset_at > OFFSET_LIVES_SECONDS:
            self._offset = None
        # Whether Telegram was asked in time is a matter between machines: a demo's jump is no absence.
        asked_at = self._clock.wall()
        try:
            updates = await self._client.get_updates(self._offset, POLL_SECONDS, UPDATE_KINDS)
        except Flood as error:
            log.warning("Telegram asks polling to rest", seconds=error.seconds)
            return float(error.seconds)
        except Conflict as error:
            return self._back_off("another process polls for this bot, or a webhook is set", error)
        except RefusedToken as error:
            self._failures = max(self._failures, 5)
            return self._back_off("Telegram refuses the token", error)
        except Unsent as error:
            return self._back_off("Telegram cannot be reached", error)
        except TelegramError as error:
            return self._back_off("polling failed", error)
        self.heard_at = self._clock.monotonic()
        try:
            await self._store(updates, asked_at)
        except DatabaseUnavailable as error:
            return self._back_off("the database is away, updates stay with Telegram", error)
        if self._failures:
            log.info("polling works again", after_failures=self._failures)
            self._failures = 0
        return 0.0

    async def _store(self, updates: list[Any], asked_at: datetime) -> None:
        raws = [raw for raw in map(readable, updates) if raw is not None]
        if len(raws) < len(updates):
            log.error("something without an update id came instead of an update", count=len(updates) - len(raws))
        now, wall = self._clock.now(), self._clock.wall()

        def body(session: Session) -> tuple[int, bool]:
            new = inbox.store_updates(session, self._bot_id, raws, now) if raws else 0
            return new, absence.heard(session, self._bot_id, asked_at, wall)

        crash_point("before-inbox-commit")
        try:
            new, after_gap = await self._keep(body)
        except DatabaseUnavailable:
            raise
        except Exception:
            log.exception("a batch of updates could not be stored at once", count=len(raws))
            new, after_gap = await self._store_singly(raws), False
        crash_point("after-inbox-commit")
        if raws:
            self._offset = max(update_id for update_id, _, _ in raws) + 1
            self._offset_at = self._clock.monotonic()
        if new:
            log.debug("updates stored", new=new, fetched=len(updates))
        if after_gap:
            await absence.tell(self._database, self._bot_id, self._clock, asked_at)
            self._on_told()

    async def _store_singly(self, raws: list[Raw]) -> int:
        """Store what can be stored, so that one impossible update does not hold up the rest for ever."""
        new = 0
        for raw in raws:
            try:
                new += await self._store_one(raw)
            except DatabaseUnavailable:
                raise
            except Exception:
                log.exception("an update could not be stored and is given up", update_id=raw[0])
        return new

    async def _store_one(self, raw: Raw) -> int:
        now = self._clock.now()
        return await self._keep(lambda session: inbox.store_updates(session, self._bot_id, [raw], now))

    def _back_off(self, why: str, error: Exception) -> float:
        pause = min(LONGEST_BACKOFF_SECONDS, 0.5 * 2.0**self._failures)
        self._failures = min(self._failures + 1, 10)
        log.warning(why, next_try_in_seconds=pause, error=where(error))
        return pause
