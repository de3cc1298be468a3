"""How the bots of several processes are shared: none sends for two more of them than another.

Without it whoever starts first takes every bot's sending and keeps it, and the processes beside
it only handle updates. What is given back is given back between two messages, see
:class:`bot.sender.Sender`; that only one process sends for a bot is the lease's business as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import timedelta

import structlog
from sqlmodel import Session

from bot.clock import Clock, first_of
from bot.logging import where
from storage import fellows, leases
from storage.database import Database, DatabaseUnavailable
from storage.fellows import Fellows

log = structlog.stdlib.get_logger("bot.sharing")

THERE = timedelta(seconds=5)
"""So long a process counts as there after it last said so: less than a sender's lease lasts, so that the others know
that a process has died before what it sent for comes free.
"""
LOOK_SECONDS = 1.5
ANSWER_SECONDS = 2.0


class Sharing:
    """One for each process that serves several bots beside others. ``holder`` names this run of this process."""

    def __init__(
        self, database: Database, clock: Clock, bot_ids: Collection[int], *, holder: str | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._bot_ids = tuple(bot_ids)
        self._group = fellows.group_of(bot_ids)
        self.holder = holder or leases.this_process()
        self.topic = f"process:{self._group}"
        self._fellows = Fellows()
        self._wakes: dict[int, Callable[[], None]] = {}
        self._leaving = False
        self._look = asyncio.Event()

    def watch(self, bot_id: int, wake: Callable[[], None]) -> None:
        """Have a bot's sender woken whenever other processes are there, or others send, than before."""
        self._wakes[bot_id] = wake

    def gives_back(self, bot_id: int) -> bool:
        """Say whether this process, which sends for a bot, had better leave it to another."""
        return bot_id in self._fellows.surplus(self.holder)

    def leaves_to_others(self) -> bool:
        """Say whether a bot that comes free is rather another process's; if nobody takes it, it is anybody's."""
        return self._fellows.leaves_to_others(self.holder)

    async def run(self) -> None:
        """Say that this process is there, and look who else is, until cancelled."""
        self._database.listen(self.topic, self._look.set)
        while True:
            self._look.clear()
            await self.look()
            await first_of(self._look, seconds=LOOK_SECONDS)

    async def look(self) -> None:
        """Say that this process is there, and look who else is; without the database all stays as it was."""
        if self._leaving:
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                lease_now = await self._database.lease_time()

                def body(session: Session) -> Fellows:
                    fellows.be_there(session, self._group, self.holder, lease_now, THERE)
                    return fellows.look(session, self._group, self._bot_ids, lease_now)

                found = await self._database.write_first(body)
        except (DatabaseUnavailable, TimeoutError) as error:
            log.warning("who else serves these bots is not known", error=where(error))
            return
        except Exception:
            # Without it every bot is still sent for, by whoever is first.
            log.exception("looking who else serves these bots went wrong")
            return
        before, self._fellows = self._fellows, found
        if found.there != before.there:
            log.info("processes that serve the same bots", count=len(found.there))
        if found != before:
            for wake in self._wakes.values():
                wake()

    async def leave(self) -> None:
        """Tell the others, before what this process sends for comes free, that it is theirs; only once."""
        if self._leaving:
            return
        self._leaving = True
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                lease_now = await self._database.lease_time()
                await self._database.write_first(
                    lambda session: fellows.leave(session, self._group, self.holder, lease_now)
                )
        except (DatabaseUnavailable, TimeoutError) as error:
            log.warning("the others could not be told of the end", error=where(error))
            return
        self._database.announce(self.topic)
