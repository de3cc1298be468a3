"""The troubles, in an order that a seed decides."""

from __future__ import annotations

import asyncio
from collections import Counter
from time import monotonic

from sqlmodel import Session, col, select

from storage.tables import Inbox
from tests.chaos.installation import Installation
from tests.e2e.troubles_around import SENDS, UNKNOWN

DATABASE_RESTARTS = (0.3, 0.75)
FULL_DISKS = (0.15, 0.55)
"""When, as parts of the whole storm."""
DOWN_SECONDS = 1.0
FULL_SECONDS = 2.5


class Storm:
    """Goes on until the time is up, then lets everything be well again."""

    def __init__(self, installation: Installation, seconds: float) -> None:
        self.installation = installation
        self.random = installation.random
        self.seconds = seconds
        self.troubles: Counter[str] = Counter()

    async def rage(self) -> None:
        """Kill a replica every second or so, and let other things go wrong in between."""
        began = monotonic()
        special = sorted([(part, self._restart) for part in DATABASE_RESTARTS] + [(p, self._fill) for p in FULL_DISKS])
        try:
            while (passed := monotonic() - began) < self.seconds or special:
                if special and passed > special[0][0] * self.seconds:
                    await special.pop(0)[1]()
                elif self.random.random() < 0.5:
                    await self._kill()
                else:
                    self._stumble()
                await self.installation.pause(self.random.uniform(0.2, 0.8))
        finally:
            self.installation.simulator.faults.clear()
            self.installation.simulator.release_updates()

    async def _kill(self) -> None:
        # An update that was under way at three deaths is taken for their cause; the innocent pass first.
        if not await self.installation.read(_suspects):
            self.installation.replicas.kill_one()
            self.troubles["replica killed"] += 1

    async def _restart(self) -> None:
        self.troubles["database restarted"] += 1
        await self.installation.restart_database(DOWN_SECONDS)

    async def _fill(self) -> None:
        self.troubles["disks full"] += 1
        await self.installation.fill_disks(FULL_SECONDS)

    def _stumble(self) -> None:
        simulator, random = self.installation.simulator, self.random
        kind = random.choice(["updates twice", "updates backwards", "flood", *sorted(UNKNOWN)])
        self.troubles[kind] += 1
        match kind:
            case "updates twice":
                simulator.duplicate_next(3)
            case "updates backwards":
                simulator.hold_updates()
                asyncio.get_running_loop().call_later(0.5, lambda: simulator.release_updates(backwards=True))
            case "flood":
                simulator.fault("flood", method=random.choice(SENDS), times=random.randint(1, 2), retry_after=1)
            case _:
                method = random.choice((*SENDS, "sendMessage", "getFile", "file", "answerCallbackQuery"))
                simulator.fault(kind, method=method, times=random.randint(1, 2), seconds=0.1)  # type: ignore[arg-type]  # of UNKNOWN


def _suspects(session: Session) -> bool:
    statement = select(Inbox.id).where(Inbox.status == "pending", col(Inbox.tries) >= 2)
    return session.exec(statement.limit(1)).first() is not None
