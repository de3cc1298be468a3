"""The simulator's own time: real, or moved by whoever tests with it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class Clock:
    """What time it is inside the simulator.

    Retention of updates (24 hours, 150 seconds), the 48 hours of deletion and the pauses between webhook
    deliveries all follow this clock, so a test moves it instead of waiting.
    """

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._frozen_at = frozen_at
        self._moved = timedelta(0)
        self._sleepers: set[asyncio.Event] = set()

    def now(self) -> datetime:
        """Return the simulator's time, aware, in UTC."""
        return (self._frozen_at or datetime.now(UTC)) + self._moved

    def advance(self, by: timedelta) -> None:
        """Move the time forward and wake everything that was waiting for it."""
        self._moved += by
        for sleeper in self._sleepers:
            sleeper.set()

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` of the simulator's time have passed (a frozen clock waits for `advance`)."""
        until = self.now() + timedelta(seconds=seconds)
        while (left := (until - self.now()).total_seconds()) > 0:
            moved = asyncio.Event()
            self._sleepers.add(moved)
            try:
                await asyncio.wait_for(moved.wait(), None if self._frozen_at else left)
            except TimeoutError:
                return
            finally:
                self._sleepers.discard(moved)
