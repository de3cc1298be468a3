"""Where the process gets the time from; tests bring their own."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Business time, which officials see, and a stopwatch. Leases use the database's own time."""

    def now(self) -> datetime:
        """Return business time, aware UTC."""
        return datetime.now(UTC)

    def wall(self) -> datetime:
        """Return the time of the machine, aware UTC: business time, unless somebody moved that (the demo may)."""
        return self.now()

    def monotonic(self) -> float:
        """Return seconds from an arbitrary point, never going back."""
        return time.monotonic()

    def lease_monotonic(self) -> float:
        """Return seconds like :meth:`monotonic`, of a stopwatch that nobody moves: a lease is counted in them."""
        return self.monotonic()

    def heard(self, database_now: datetime, asked: float) -> None:
        """Be told that it was ``database_now`` at the database, some time since the stopwatch showed ``asked``."""


class SharedClock(Clock):
    """Business time of several machines at one database: that of the database, however wrong their own clocks are.

    What one puts down for now is then due at once for the others too.
    """

    QUICK_SECONDS = 1.0
    """A slower answer says too little about the time."""

    def __init__(self) -> None:
        self._at: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """Return the database's time; the machine's as long as the database has said nothing."""
        if self._at is None:
            return super().now()
        then, stopwatch = self._at
        return then + timedelta(seconds=self.monotonic() - stopwatch)

    def heard(self, database_now: datetime, asked: float) -> None:
        """See :meth:`Clock.heard`."""
        took = self.monotonic() - asked
        if self._at is None or took <= self.QUICK_SECONDS:
            self._at = (database_now, asked + took / 2)


async def first_of(*events: asyncio.Event, seconds: float) -> None:
    """Wait until one of the events is set, or so many seconds at most."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
