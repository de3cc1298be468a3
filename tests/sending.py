"""Claims as the one holder of a bot's sending makes them, for tests that are about something else."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from storage import leases, outbox
from storage.outbox import OutboxItem

HOLDER = "tests"


def claim(
    session: Session, bot_id: int, now: datetime, lease_now: datetime, lease: timedelta, limit: int
) -> list[OutboxItem]:
    """Hold the bot's sending, and claim what is due."""
    return outbox.claim(session, bot_id, hold(session, bot_id, lease_now), now, lease_now, lease, limit)


def hold(session: Session, bot_id: int, lease_now: datetime, holder: str = HOLDER) -> int:
    """Take or keep a bot's sending, whoever had it; return the fence."""
    leases.free(session, leases.sender(bot_id), lease_now)
    held = leases.acquire(session, leases.sender(bot_id), holder, lease_now, timedelta(seconds=10))
    assert held is not None
    return held.fence
