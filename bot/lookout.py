"""Looks for work on behalf of all bots of a process at once, and wakes the workers whose it is.

Hundreds of idle workers, each looking for itself, would keep a processor busy with nothing.
Most work is told of as it comes; what this finds is what nobody was told of: another process's
hint that got lost, a time that has come, a claim whose holder died.
"""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Callable, Mapping

import structlog

from bot.clock import Clock
from bot.logging import where
from storage.database import Database, DatabaseUnavailable
from storage.due_work import Work, due_work

log = structlog.stdlib.get_logger("bot.lookout")

LOOK_SECONDS = 1.0
"""So long something may wait that nobody was told of."""
WATCHED_SECONDS = 60.0
"""A worker that is watched over looks for itself this often only."""

Wake = Callable[[], None]


class Lookout:
    """One for each process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._wakes: dict[int, Mapping[Work, Wake]] = {}

    def watch(self, bot_id: int, wakes: Mapping[Work, Wake]) -> None:
        """Wake a bot's workers from now on, each at its kind of work."""
        self._wakes[bot_id] = wakes

    async def run(self) -> None:
        """Look again and again until cancelled."""
        away = False
        while True:
            try:
                await self.look()
            except DatabaseUnavailable as error:
                if not away:
                    log.warning("the database is away", error=where(error))
                away = True
            except Exception:
                # Without it everything would still be done, but a minute late.
                log.exception("looking for work went wrong")
            else:
                away = False
            await sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Wake whoever has something to do. Raises :class:`DatabaseUnavailable`."""
        if not self._wakes:
            return
        now, lease_now = self._clock.now(), await self._database.lease_time()
        bots = tuple(self._wakes)
        for work, bot_id in await self._database.read(lambda session: due_work(session, bots, now, lease_now)):
            self._wakes[bot_id][work]()
