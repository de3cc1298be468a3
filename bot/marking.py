"""Cards that arrive while others are being noted as arrived are noted together, in one transaction.

One card of a step is sent and two are changed, at about the same time; a transaction for each
costs more than what is written in it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.clock import Clock
from storage import showing
from storage.database import Database
from storage.showing import Shown

AT_MOST = 32


@dataclass(slots=True)
class _Waiting:
    shown: Shown
    noted: asyncio.Future[bool | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Marks:
    """Notes for one worker which cards arrived."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def note(self, shown: Shown) -> bool | None:
        """Note a card, perhaps with others; say whether more waits for its chat by now.

        ``None``: it was not noted, since something is unusual about it, or went wrong, whoever's
        fault it was. It is then noted alone, with all that may follow from it.
        """
        one = _Waiting(shown)
        self._waiting.append(one)
        if self._running is None:
            self._running = asyncio.create_task(self._work())
        return await one.noted

    async def _work(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
                noted = await self._write([one.shown for one in group])
                for one in group:
                    if not one.noted.done():  # whoever waited was cancelled meanwhile
                        one.noted.set_result(noted.get(one.shown.item_id))
        finally:
            self._running = None

    async def _write(self, shown: list[Shown]) -> dict[int, bool]:
        now = self._clock.now()
        try:
            return await self._database.write(lambda session: showing.note(session, shown, now))
        except Exception:
            return {}
