"""``/metrics``: the counters of this process, and the queues as the database knows them."""

from __future__ import annotations

import asyncio

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot import metrics
from bot.clock import Clock
from bot.logging import where
from storage.database import Database, DatabaseUnavailable
from storage.queue_facts import QueueFacts, queue_facts

log = structlog.stdlib.get_logger("bot.metrics")

FRESH_SECONDS = 5.0
"""However often the page is asked for, the database is asked at most this often."""
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class MetricsPage:
    """The page of one process."""

    def __init__(self, database: Database, clock: Clock, registry: CollectorRegistry = metrics.REGISTRY) -> None:
        self._database = database
        self._clock = clock
        self._registry = registry
        self._asked_at: float | None = None
        self._asking = asyncio.Lock()

    async def text(self) -> bytes:
        """Return the page, of :data:`CONTENT_TYPE`; also while the database is away."""
        async with self._asking:
            now = self._clock.monotonic()
            if self._asked_at is None or now - self._asked_at >= FRESH_SECONDS:
                self._asked_at = now
                await self._refresh()
        return generate_latest(self._registry)

    async def _refresh(self) -> None:
        at = self._clock.now()
        try:
            facts = await self._database.read(lambda session: queue_facts(session, at))
        except DatabaseUnavailable as error:
            log.warning("the database is away", error=where(error))
            metrics.DATABASE_UP.set(0)
        else:
            metrics.DATABASE_UP.set(1)
            _show(facts)


def _show(facts: QueueFacts) -> None:
    for bot_id, queues in facts.bots.items():
        bot = str(bot_id)
        metrics.OUTBOX_DUE.labels(bot).set(queues.due)
        metrics.OUTBOX_OLDEST.labels(bot).set(facts.age(queues.oldest_due).total_seconds())
        metrics.OUTBOX_HELD.labels(bot).set(queues.held)
        metrics.OUTBOX_DEAD.labels(bot).set(queues.dead)
        metrics.INBOX_PENDING.labels(bot).set(queues.pending)
        metrics.INBOX_OLDEST.labels(bot).set(facts.age(queues.oldest_pending).total_seconds())
        metrics.INBOX_PARKED.labels(bot).set(queues.parked)
    metrics.TIMER_OVERDUE.set(facts.age(facts.oldest_timer).total_seconds())
