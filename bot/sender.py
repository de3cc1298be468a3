"""Sees to it that one process at a time delivers a bot's outbox and fires its offices' timers.

Every process that knows the bot asks for the lease; who is given it renews it well before it
ends. What is sent and fired is the workers' business; they ask the :class:`bot.tenure.Tenure`.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.clock import Clock, first_of
from bot.delivery import DeliveryWorker
from bot.logging import where
from bot.metrics import show_sender
from bot.tenure import Tenure
from bot.timer_worker import TimerWorker
from storage import leases, outbox
from storage.database import Database, DatabaseUnavailable
from storage.leases import Held

log = structlog.stdlib.get_logger("bot.sender")

LENGTH = timedelta(seconds=10)
RENEW_SECONDS = 3.0
MARGIN_SECONDS = 1.0
"""So long before its lease ends a process stops sending: what it sent last shall arrive before another begins."""
ANSWER_SECONDS = 5.0
TRY_AGAIN_SECONDS = 1.0
LET_GO_SECONDS = 1.5


class Sender:
    """Holds one bot's sending as often as this process is given it, and lets its workers work meanwhile.

    ``holder`` names this run of this process; no two have the same.
    """

    def __init__(
        self,
        database: Database,
        bot_id: int,
        clock: Clock,
        tenure: Tenure,
        delivery: DeliveryWorker,
        timers: TimerWorker,
        *,
        holder: str | None = None,
    ) -> None:
        self._database = database
        self._bot_id = bot_id
        self._clock = clock
        self._tenure = tenure
        self._delivery = delivery
        self._timers = timers
        self.holder = holder or f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(8)}"
        self.name = leases.sender(bot_id)
        self._fence: int | None = None
        self._look = asyncio.Event()
        show_sender(bot_id, lambda: tenure.fence is not None)

    def wake(self) -> None:
        """Say that the lease may be free."""
        self._look.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Ask for the lease, keep it and work until told to stop.

        What is on its way is finished first; then the lease is let go, and another process
        need not wait for its end.
        """
        try:
            async with asyncio.TaskGroup() as group:
                keeping = group.create_task(self._keep())
                workers = [group.create_task(worker.run(stopping)) for worker in (self._delivery, self._timers)]
                await asyncio.wait(workers)
                keeping.cancel()
        finally:
            await self.let_go()

    async def _keep(self) -> None:
        while True:
            self._look.clear()
            await first_of(self._look, seconds=await self.look())

    async def look(self) -> float:
        """Take or renew the lease; return in how many seconds to look again."""
        # From before the asking: the lease that is counted from later ends later.
        asked = self._clock.lease_monotonic()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                lease_now = await self._database.lease_time()
                self._clock.heard(lease_now, asked)
                now = self._clock.now()
                held = await self._database.write_first(lambda session: self._ask(session, lease_now, now))
        except (DatabaseUnavailable, TimeoutError) as error:
            log.warning("the sender's lease cannot be asked for", bot_id=self._bot_id, error=where(error))
            return TRY_AGAIN_SECONDS
        except Exception:
            # The workers who need no lease must not suffer for it.
            log.exception("asking for the sender's lease went wrong", bot_id=self._bot_id)
            return TRY_AGAIN_SECONDS
        if held is None or held.holder != self.holder:
            self._step_down()
            free_in = TRY_AGAIN_SECONDS if held is None else (held.until - lease_now).total_seconds()
            return min(LENGTH.total_seconds(), max(0.0, free_in))
        was_held = self._tenure.fence == held.fence
        self._tenure.begin(held.fence, asked + LENGTH.total_seconds() - MARGIN_SECONDS)
        if not was_held:
            log.info("this process sends", bot_id=self._bot_id, fence=held.fence)
            self._fence = held.fence
            self._delivery.wake()
            self._timers.wake()
        return RENEW_SECONDS

    def _ask(self, session: Session, lease_now: datetime, now: datetime) -> Held | None:
        """Take or renew the lease if that may be; return who holds it then."""
        held = leases.acquire(session, self.name, self.holder, lease_now, LENGTH)
        if held is None:
            return leases.read(session, self.name)
        if held.fence != self._fence:
            # What the last holder was sending may have arrived or not.
            outbox.recover(session, self._bot_id, held.fence, now)
        return held

    def _step_down(self) -> None:
        if self._fence is not None:
            log.warning("another process sends now", bot_id=self._bot_id)
        self._tenure.end()
        self._fence = None

    async def let_go(self) -> None:
        """Stop sending and free the lease, where the database can be told so; else it ends by itself."""
        if self._fence is None:
            return
        self._tenure.end()
        self._fence = None
        try:
            async with asyncio.timeout(LET_GO_SECONDS):
                lease_now = await self._database.lease_time()
                await self._database.write_first(
                    lambda session: leases.release(session, self.name, self.holder, lease_now)
                )
        except (DatabaseUnavailable, TimeoutError) as error:
            log.warning("the sender's lease could not be let go", bot_id=self._bot_id, error=where(error))
            return
        self._database.announce(self.name)
