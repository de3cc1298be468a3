"""Where the process gets the time from; tests bring their own."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


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


async def first_of(*events: asyncio.Event, seconds: float) -> None:
    """Wait until one of the events is set, or so many seconds at most."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()
