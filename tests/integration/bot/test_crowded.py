"""A process that has more to do than its connections carry keeps what it holds: each lease has a way of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any, cast

import pytest
from sqlalchemy.util import await_only
from sqlmodel import Session

from bot.clock import Clock
from bot.file_worker import FileWorker
from bot.sharing import Sharing
from storage import file_rows, postgres
from storage.database import Database
from storage.tables import Bot, File
from tests.integration.bot.sender_house import SharedTime
from tests.integration.bot.test_inbox_worker import Answers, keep, worker_on
from tests.integration.bot.test_inbox_worker import text as words
from tests.integration.storage.conftest import ANA, BOT, NOW, OFFICE

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("database_url", ["postgres"], indirect=True)]

Keeping = Callable[[], Awaitable[Any]]
ANSWERS_WITHIN_SECONDS = 5.0
"""Far below the ten seconds for which a transaction waits for one of the other connections."""


@asynccontextmanager
async def crowded(database: Database) -> AsyncIterator[None]:
    """Give every connection for ordinary work something to do meanwhile, and one transaction more that waits."""
    begun, go_on = asyncio.Semaphore(0), asyncio.Event()

    def busy(session: Session) -> None:
        session.get(Bot, BOT)
        begun.release()
        await_only(go_on.wait())

    working = [asyncio.create_task(database.write(busy)) for _ in range(postgres.CONNECTIONS + 1)]
    for _ in range(postgres.CONNECTIONS):
        await begun.acquire()
    try:
        yield
    finally:
        go_on.set()
        await asyncio.gather(*working)


async def update_lease(database: Database) -> Keeping:
    await keep(database, words(1, ANA, "a"))
    worker = worker_on(database, Answers())
    (item,) = await worker.claim()
    return partial(worker.renew, item)


async def file_lease(database: Database) -> Keeping:
    def body(session: Session) -> list[file_rows.FileItem]:
        session.add(
            File(
                id=1, office_id=OFFICE, official_id=1, received_at=NOW, bot_id=BOT, chat_id=ANA, message_id=1,
                telegram_file_id="remote", form="document", name="x.pdf", due_at=NOW,
            )
        )  # fmt: skip
        session.flush()
        return file_rows.claim_files(session, NOW, lease_now=NOW, lease=timedelta(minutes=1), limit=1)

    (item,) = await database.write(body)
    client: Any = Answers()
    worker = FileWorker(database, client, cast("Any", None), BOT, Clock(), on_effect=lambda: None)
    return partial(worker._renew_once, item)


async def presence(database: Database) -> Keeping:
    sharing = Sharing(database, SharedTime(), [BOT, BOT + 1], holder="one")

    async def looks() -> None:
        await sharing.look()
        assert sharing._fellows.there == {"one"}

    return looks


@pytest.mark.parametrize("held", [update_lease, file_lease, presence], ids=lambda one: one.__name__)
async def test_what_is_held_is_kept(office: Database, held: Callable[[Database], Awaitable[Keeping]]) -> None:
    renew = await held(office)
    async with crowded(office), asyncio.timeout(ANSWERS_WITHIN_SECONDS):
        await renew()
