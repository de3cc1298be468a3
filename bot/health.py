"""Whether this process may be given updates: ``/readyz``. Nothing here names a person, an office or a token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.logging import where
from storage.database import Database, DatabaseUnavailable
from storage.migrations.run import standing
from storage.queue_facts import QueueFacts, queue_facts
from storage.tables import Lease

log = structlog.stdlib.get_logger("bot.health")

FRESH_SECONDS = 2.0
"""However often it is asked, the database is looked at this often at most."""
DATABASE_SECONDS = 3.0
"""How long the database may take to answer."""
TELEGRAM_SECONDS = 150.0
"""Telegram is asked every half minute at least; as long as it keeps taps it may be away."""


@dataclass(frozen=True, slots=True)
class _Stored:
    at_head: bool
    lease_ends_in: dict[str, float]
    queues: QueueFacts


class Readiness:
    """What one process knows of itself. ``heard_at`` tells when each bot heard from Telegram, on the stopwatch.

    Ready is who can take an update and commit it: the database answers with this version's
    tables, and Telegram was heard from lately by any bot. That nobody sends for a bot, or that
    messages wait, is told beside it, but turning updates away would mend neither.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        heard_at: Callable[[], Mapping[int, float | None]],
        stopping: asyncio.Event,
    ) -> None:
        self._database = database
        self._clock = clock
        self._heard_at = heard_at
        self._stopping = stopping
        self._asking = asyncio.Lock()
        self._asked_at: float | None = None
        self._stored: _Stored | None = None

    async def facts(self) -> tuple[bool, dict[str, Any]]:
        """Return whether the process is ready, and why, as JSON."""
        async with self._asking:
            now = self._clock.monotonic()
            if self._asked_at is None or now - self._asked_at >= FRESH_SECONDS:
                self._asked_at = now
                self._stored = await self._look()
        stored, heard = self._stored, self._heard_at()
        silent = {bot: round(max(0.0, now - at), 1) if at is not None else None for bot, at in heard.items()}
        checks = {
            "running": not self._stopping.is_set(),
            "database": stored is not None,
            "migrations": stored is not None and stored.at_head,
            "telegram": any(seconds is not None and seconds <= TELEGRAM_SECONDS for seconds in silent.values()),
        }
        ready = all(checks.values())
        return ready, {
            "ready": ready,
            "checks": checks,
            "bots": {str(bot): {"telegram_silent_seconds": silent[bot], **_queue(stored, bot)} for bot in heard},
        }

    async def _look(self) -> _Stored | None:
        now = self._clock.now()
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                lease_now = await self._database.lease_time()

                def body(session: Session) -> _Stored:
                    if standing(session.connection()) != "head":
                        return _Stored(at_head=False, lease_ends_in={}, queues=QueueFacts(now))
                    leases = session.exec(select(Lease).where(col(Lease.name).startswith("sender:"))).all()
                    ends_in = {lease.name: (lease.until - lease_now).total_seconds() for lease in leases}
                    return _Stored(at_head=True, lease_ends_in=ends_in, queues=queue_facts(session, now))

                return await self._database.read(body)
        except (DatabaseUnavailable, TimeoutError) as error:
            log.warning("the database is away", error=where(error))
            return None


def _queue(stored: _Stored | None, bot_id: int) -> dict[str, float | None]:
    """Return a bot's sender lease (negative: over for so long; none: nobody sent yet) and its oldest due message."""
    if stored is None or not stored.at_head:
        return {"sender_lease_ends_in_seconds": None, "oldest_due_message_seconds": None}
    ends_in, queues = stored.lease_ends_in.get(f"sender:{bot_id}"), stored.queues.bots.get(bot_id)
    oldest = stored.queues.age(queues.oldest_due) if queues is not None else None
    return {
        "sender_lease_ends_in_seconds": round(ends_in, 1) if ends_in is not None else None,
        "oldest_due_message_seconds": round(oldest.total_seconds(), 1) if oldest is not None else None,
    }
