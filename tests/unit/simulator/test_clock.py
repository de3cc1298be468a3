from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from simulator import Clock

NOON = datetime(2027, 1, 7, 5, 0, tzinfo=UTC)


async def test_a_frozen_clock_sleeps_until_it_is_moved() -> None:
    clock = Clock(frozen_at=NOON)
    asleep = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0)
    clock.advance(timedelta(seconds=59))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not asleep.done()
    clock.advance(timedelta(seconds=1))
    await asyncio.wait_for(asleep, 1)
    assert clock.now() == NOON + timedelta(seconds=60)


async def test_a_running_clock_can_be_moved_ahead() -> None:
    clock = Clock()
    before = clock.now()
    asleep = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.advance(timedelta(hours=1))
    await asyncio.wait_for(asleep, 1)
    assert clock.now() - before >= timedelta(hours=1)
