"""Sees to it that one process at a time delivers a bot's outbox and fires its offices' timers.

Every process that knows the bot asks for the lease; who is given it renews it well before it
ends. What is sent and fired is the workers' business; they ask the :class:`bot.tenure.Tenure`.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.clock import Clock, first_of
from bot.delivery import DeliveryWorker
from bot.logging import where
from bot.metrics import show_sender
from bot.sharing import Sharing
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
FINISHING_SECONDS = 0.2
"""Before a bot is given back it is looked so often whether what was on its way has ended."""


class Sender:
    """Holds one bot's sending as often as this process is given it, and lets its workers work meanwhile.

    ``holder`` names this run of this process; no two have the same. Where several bots are shared with
    other processes, ``sharing`` says which of them are rather theirs.
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
        sharing: Sharing | None = None,
        holder: str | None = None,
    ) -> None:
        self._database = database
        self._bot_id = bot_id
        self._clock = clock
        self._tenure = tenure
        self._delivery = delivery
        self._timers = timers
        self._sharing = sharing
        self.holder = holder or (leases.this_process() if sharing is None else sharing.holder)
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
                now, patient = self._clock.now(), self._is_patient()
                held = await self._database.write_first(lambda session: self._ask(session, lease_now, now, patient))
        except (DatabaseUnavailable, TimeoutError) as error:
            log.warning("the sender's lease cannot be asked for", bot_id=self._bot_id, error=where(error))
            return TRY_AGAIN_SECONDS
        except Exception:
            # The workers who need no lease must not suffer for it.
            log.exception("asking for the sender's lease went wrong", bot_id=self._bot_id)
            return TRY_AGAIN_SECONDS
        if held is None or held.holder != self.holder or held.until <= lease_now:
            self._step_down()
            if held is None:
                return TRY_AGAIN_SECONDS
            free_at = held.until + LENGTH if patient else held.until
            return min(LENGTH.total_seconds(), max(0.0, (free_at - lease_now).total_seconds()))
        if self._sharing is not None and self._sharing.gives_back(self._bot_id):
            return await self._give_back(held)
        was_held = self._tenure.fence == held.fence
        self._tenure.begin(held.fence, asked + LENGTH.total_seconds() - MARGIN_SECONDS)
        if not was_held:
            log.info("this process sends", bot_id=self._bot_id, fence=held.fence)
            self._fence = held.fence
            self._delivery.wake()
            self._timers.wake()
        return RENEW_SECONDS

    def _is_patient(self) -> bool:
        """Say whether a free lease is left to other processes for a while."""
        return self._fence is None and self._sharing is not None and self._sharing.leaves_to_others()

    async def _give_back(self, held: Held) -> float:
        """Begin to send nothing more, and let the lease go once what is on its way has ended."""
        self._tenure.end()
        self._fence = held.fence
        if not self._delivery.is_idle:
            return FINISHING_SECONDS
        log.info("this bot is left to another process", bot_id=self._bot_id)
        await self.let_go()
        return LENGTH.total_seconds()

    def _ask(self, session: Session, lease_now: datetime, now: datetime, patient: bool) -> Held | None:
        """Take or renew the lease if that may be; return who holds it then, or held it last.

        One who is ``patient`` takes it only if nobody else has for as long as it lasts.
        """
        if patient:
            held = leases.read(session, self.name)
            if held is not None and lease_now < held.until + LENGTH:
                return held
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
