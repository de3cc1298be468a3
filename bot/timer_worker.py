"""Lets what was put down for a time happen at that time: reminders, mornings, scheduled starts.

What a timer does and its disappearance are one transaction, so it happens once, whichever of
several processes comes first and whenever one dies. The only time here is the injected clock's.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlmodel import Session

from bot.clock import Clock, first_of
from bot.crash_points import crash_point
from bot.deeds import tell
from bot.logging import on_behalf, where
from bot.lookout import WATCHED_SECONDS
from bot.metrics import TIMER_LAG, TIMERS
from bot.tenure import Tenure
from storage import timers
from storage.causes import Deed, because, cause_of_timer, deeds
from storage.database import Database, DatabaseUnavailable
from storage.tables import Timer
from workflow import notices
from workflow import timers as rules
from workflow.moment import Moment

log = structlog.stdlib.get_logger("bot.timers")

AT_ONCE = 100
LOOK_AGAIN_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 15.0
TRIES = 3
"""After so many failures a timer is given up; faults of the database do not count."""
TRY_AGAIN = timedelta(minutes=1)
REST_SECONDS = 1.0
"""After a failure that could not even be noted."""


class TimerWorker:
    """Fires the timers of one bot's offices. ``on_effect`` is called after each that may have said something.

    Two processes that fire at once do no harm, but do the work twice: it works only during its
    ``tenure``. Where it is ``watched`` over, a :class:`bot.lookout.Lookout` wakes it when something is due.
    """

    def __init__(
        self,
        database: Database,
        bot_id: int,
        clock: Clock,
        tenure: Tenure,
        *,
        on_effect: Callable[[], None],
        watched: bool = False,
    ) -> None:
        self._database = database
        self._bot_id = bot_id
        self._clock = clock
        self._tenure = tenure
        self._on_effect = on_effect
        self._watched = watched
        self._failures = 0
        self._work = asyncio.Event()

    def wake(self) -> None:
        """Say that there may be something due."""
        self._work.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Fire what becomes due until told to stop; a timer under way is finished first."""
        while not stopping.is_set():
            self._work.clear()
            try:
                found = await self.fire_due(stopping)
                self._failures = 0
            except DatabaseUnavailable as error:
                pause = min(LONGEST_BACKOFF_SECONDS, 0.5 * 2.0**self._failures)
                self._failures = min(self._failures + 1, 10)
                log.warning("the database is away", next_try_in_seconds=pause, error=where(error))
                await first_of(stopping, seconds=pause)
                continue
            if not found:
                await first_of(self._work, stopping, seconds=WATCHED_SECONDS if self._watched else LOOK_AGAIN_SECONDS)

    async def fire_due(self, stopping: asyncio.Event | None = None) -> int:
        """Fire what is due now, the longest due first; return how many were found.

        Raises :class:`DatabaseUnavailable`; what was not fired then stays due.
        """
        if self._tenure.fence is None:
            return 0
        now = self._clock.now()
        ids = await self._database.read(lambda session: timers.due_ids(session, self._bot_id, now, AT_ONCE))
        for timer_id in ids:
            if self._tenure.fence is None or (stopping is not None and stopping.is_set()):
                break
            await self._fire(timer_id)
        return len(ids)

    async def _fire(self, timer_id: int) -> None:
        with on_behalf(cause_of_timer(timer_id), timer_id=timer_id):
            await self._fire_it(timer_id)

    async def _fire_it(self, timer_id: int) -> None:
        moment = Moment(self._bot_id, self._clock.now(), secrets.token_hex(8))

        def body(session: Session) -> tuple[Timer | None, tuple[Deed, ...]]:
            because(session, cause_of_timer(timer_id))
            return rules.fire(session, moment, timer_id), deeds(session)

        crash_point("before-timer-commit")
        try:
            fired, done = await self._database.write(body)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            TIMERS.labels("failed").inc()
            log.exception("a timer could not fire", timer_id=timer_id)
            await self._note_failure(timer_id, where(error))
            return
        crash_point("after-timer-commit")
        if fired is not None:
            TIMERS.labels("fired").inc()
            TIMER_LAG.observe(max(0.0, (moment.now - fired.fire_at).total_seconds()))
            ids = {"office_id": fired.office_id, "run_id": fired.run_id, "task_id": fired.task_id}
            log.info("a timer fired", kind=fired.kind, put_by=fired.cause, **ids)
            tell(done)
            self._on_effect()

    async def _note_failure(self, timer_id: int, error: str) -> None:
        try:
            await self._failed(timer_id, error)
        except DatabaseUnavailable:
            raise
        except Exception:
            # It stays due and will be found again; neither the others nor the process may suffer for it.
            log.exception("a timer's failure could not be noted", timer_id=timer_id)
            await asyncio.sleep(REST_SECONDS)

    async def _failed(self, timer_id: int, error: str) -> None:
        now = self._clock.now()

        def body(session: Session) -> str | None:
            if timers.put_off(session, timer_id, now + TRY_AGAIN) < TRIES:
                return None
            timer = timers.give_up(session, timer_id)
            if timer is None:
                return None
            notices.timer_given_up(session, Moment(self._bot_id, now, ""), timer)
            return timer.key

        given_up = await self._database.write(body)
        if given_up is not None:
            TIMERS.labels("given_up").inc()
            log.error("a timer is given up", timer_id=timer_id, key=given_up, error=error)
            self._on_effect()
