"""What was sent while the database was away is noted when it is back, and not sent a second time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import Session, select

from bot.delivery import LEASE
from storage import leases
from storage.database import Database, DatabaseUnavailable
from storage.tables import Lease, Outbox
from tests import sending
from tests.integration.bot.delivery_desk import Desk
from tests.integration.storage.conftest import BOT, NOW

T = TypeVar("T")


class Leaving(Database):
    """A database that goes away, and whose lease time is the test's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.away = False
        self.time = NOW

    async def write(self, body: Callable[[Session], T]) -> T:
        if self.away:
            raise DatabaseUnavailable("away")
        return await self._database.write(body)

    async def read(self, body: Callable[[Session], T]) -> T:
        return await self._database.read(body)

    async def lease_time(self) -> datetime:
        return self.time

    async def close(self) -> None:
        await self._database.close()


@pytest.mark.usefixtures("desk")  # whose words tell only which card it is
async def test_what_was_sent_meanwhile_is_not_sent_again(sqlite: Database, tmp_path: Path) -> None:
    database = Leaving(sqlite)
    desk = Desk(database, tmp_path)

    def begin(session: Session) -> int:
        fence = sending.hold(session, BOT, NOW)
        session.get_one(Lease, leases.sender(BOT)).until = NOW + timedelta(days=1)
        return fence

    async def leave() -> None:
        database.away = True

    desk.phone.on_call = leave
    desk.tenure.begin(await sqlite.write(begin), math.inf)
    await desk.show()
    stopping = asyncio.Event()
    working = asyncio.create_task(desk.worker.run(stopping))
    async with asyncio.timeout(10):
        while not desk.phone.calls:  # noqa: ASYNC110 - the phone only counts
            await asyncio.sleep(0.01)
    database.time += LEASE + timedelta(minutes=1)
    desk.phone.on_call, database.away = None, False
    desk.worker.wake()
    async with asyncio.timeout(10):
        while await sqlite.read(lambda session: session.exec(select(Outbox.status)).one()) != "sent":  # noqa: ASYNC110 - of a row
            await asyncio.sleep(0.01)
    stopping.set()
    desk.worker.wake()
    await working
    assert desk.phone.done() == ["send card 1 r2"]
    row = await sqlite.read(lambda session: session.exec(select(Outbox)).one())
    assert (row.tries, row.uncertain) == (1, False)
