"""One storm from beginning to end."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.chaos.installation import BLOCKS, Installation
from tests.chaos.reckoning import Account, settle
from tests.chaos.storm import Storm
from tests.e2e import busy_day

SECONDS_FOR_EACH_OFFICE = 30


def offices_for(seconds: float) -> int:
    """Return how many offices have enough to do for a storm of so many seconds."""
    return max(2, int(seconds / SECONDS_FOR_EACH_OFFICE))


async def play(folder: Path, *, seconds: float, seed: int, offices: int, last: int = busy_day.LAST) -> Account:
    """Let offices work while it storms for so many seconds, let them finish in calm, and settle the account.

    ``last``: up to which step of the day, 3 or 11.
    """
    installation = Installation(folder, offices, seed)
    try:
        await installation.open()
        storm = Storm(installation, seconds)
        async with asyncio.TaskGroup() as group:
            group.create_task(storm.rage())
            for office in installation.offices:
                group.create_task(office.play(last))
        for office in installation.offices:
            phone = office.phones.phones[BLOCKS]
            await phone.unblocks()
            await phone.says("/start")
        for office in installation.offices:
            await office.quiet()
        account = await settle(installation, last)
        account.troubles = storm.troubles
        return account
    finally:
        await installation.close()
