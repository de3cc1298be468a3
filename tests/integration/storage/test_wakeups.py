"""Hints between processes: they wake whoever listens, and their loss harms nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from storage.database import Database, open_database
from storage.postgres import PostgresDatabase


class Ear:
    """Counts the hints of one topic."""

    def __init__(self, database: Database, topic: str) -> None:
        self.heard = asyncio.Event()
        self.count = 0
        database.listen(topic, self._wake)

    def _wake(self) -> None:
        self.count += 1
        self.heard.set()

    async def next(self) -> None:
        """Wait for a hint."""
        async with asyncio.timeout(30):
            await self.heard.wait()
        self.heard.clear()


@pytest.fixture
async def pair(postgres_url: str) -> AsyncIterator[tuple[PostgresDatabase, PostgresDatabase]]:
    """Two processes at one database."""
    one, other = [await PostgresDatabase.open(postgres_url) for _ in range(2)]
    yield one, other
    await one.close()
    await other.close()


@pytest.mark.postgres
async def test_a_hint_wakes_who_listens_for_it(pair: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    one, other = pair
    ear, deaf = Ear(other, "outbox:1"), Ear(other, "outbox:2")
    await ear.next()  # as it begins to listen: something may have come before
    await deaf.next()
    one.announce("outbox:1")
    one.announce("outbox:1")
    await ear.next()
    assert deaf.count == 1


@pytest.mark.postgres
async def test_a_lost_connection_is_made_anew_and_harms_nothing(
    pair: tuple[PostgresDatabase, PostgresDatabase], postgres_url: str
) -> None:
    one, other = pair
    ear = Ear(other, "outbox:1")
    await ear.next()
    connection = await asyncpg.connect(postgres_url)
    try:
        ended = await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()
    assert len(ended) == 1
    assert await other.lease_time()  # the database itself is as before
    await ear.next()  # listens again, and looks once for what was missed
    one.announce("outbox:1")
    await ear.next()
    assert ear.count == 3


@pytest.mark.postgres
async def test_a_last_hint_is_still_sent_as_a_process_ends(postgres_url: str) -> None:
    one, other = [await PostgresDatabase.open(postgres_url) for _ in range(2)]
    ear = Ear(other, "sender:1")
    await ear.next()
    one.announce("sender:1")
    await one.close()
    await ear.next()
    await other.close()


@pytest.mark.postgres
async def test_hints_are_never_required(empty_postgres_url: str) -> None:
    database = await PostgresDatabase.open(empty_postgres_url)
    database.announce("outbox:1")
    await database.close()  # without having waited for it to be sent


async def test_one_process_alone_needs_no_hints(sqlite_url: str) -> None:
    database = await open_database(sqlite_url)
    ear = Ear(database, "outbox:1")
    database.announce("outbox:1")
    await database.close()
    assert ear.count == 0
