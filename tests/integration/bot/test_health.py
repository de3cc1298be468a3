"""``/readyz``: who may be given updates, and what is wrong where nobody may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.clock import Clock
from bot.health import FRESH_SECONDS, TELEGRAM_SECONDS, Readiness
from storage import leases, outbox
from storage.database import Database, open_database
from storage.tables import Bot
from tests.integration.bot.test_serving import BOT, OTHER, Shaky

NOW = datetime(2027, 1, 4, 1, tzinfo=UTC)


class Stopwatch(Clock):
    """Time that only the test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 1000)

    def monotonic(self) -> float:
        return self.seconds


class Asked:
    """A process that is asked whether it is ready."""

    def __init__(self, database: Database) -> None:
        self.database = Shaky(database)
        self.clock = Stopwatch()
        self.stopping = asyncio.Event()
        self.heard: dict[int, float | None] = {BOT: 1000.0, OTHER: None}
        self._readiness = Readiness(self.database, self.clock, lambda: self.heard, self.stopping)

    async def facts(self) -> tuple[bool, dict[str, Any]]:
        self.clock.seconds += FRESH_SECONDS
        return await self._readiness.facts()

    async def wrong(self) -> list[str]:
        """Return the checks that fail."""
        ready, facts = await self.facts()
        assert ready == facts["ready"] == all(facts["checks"].values())
        return [name for name, right in facts["checks"].items() if not right]


@pytest.fixture
async def asked(database_url: str) -> AsyncIterator[Asked]:
    database = await open_database(database_url)
    await database.write(lambda s: s.add_all([Bot(id=BOT, username="satu_bot"), Bot(id=OTHER, username="dua_bot")]))
    yield Asked(database)
    await database.close()


async def test_ready_with_database_schema_and_telegram(asked: Asked) -> None:
    assert await asked.wrong() == []


async def test_not_ready_while_the_database_is_away(asked: Asked) -> None:
    asked.database.away = True
    assert await asked.wrong() == ["database", "migrations"]
    asked.database.away = False
    assert await asked.wrong() == []


async def test_not_ready_on_another_schema(asked: Asked) -> None:
    older = text("UPDATE alembic_version SET version_num = '0001'")
    await asked.database.inner.write(lambda s: s.connection().execute(older))
    assert await asked.wrong() == ["migrations"]


async def test_not_ready_once_telegram_is_silent_to_every_bot(asked: Asked) -> None:
    asked.clock.seconds += TELEGRAM_SECONDS
    assert await asked.wrong() == ["telegram"]
    asked.heard[OTHER] = asked.clock.seconds
    assert await asked.wrong() == []


async def test_not_ready_while_it_stops(asked: Asked) -> None:
    asked.stopping.set()
    assert await asked.wrong() == ["running"]


async def test_the_database_is_not_asked_more_often_than_needed(asked: Asked) -> None:
    assert (await asked.facts())[0]
    asked.database.away = True
    assert (await asked._readiness.facts())[0], "as it was a moment ago"
    assert not (await asked.facts())[0]


async def test_leases_and_waiting_messages_are_told_per_bot(asked: Asked) -> None:
    _, facts = await asked.facts()
    nothing = {"sender_lease_ends_in_seconds": None, "oldest_due_message_seconds": 0.0}
    assert facts["bots"] == {
        str(BOT): {"telegram_silent_seconds": 2.0, **nothing},
        str(OTHER): {"telegram_silent_seconds": None, **nothing},
    }
    now, lease_now = asked.clock.now(), await asked.database.lease_time()

    def body(session: Any) -> None:
        leases.acquire(session, leases.sender(BOT), "somebody", lease_now, timedelta(seconds=10))
        outbox.say(session, bot_id=BOT, chat_id=1001, office_id=None, template="stranger", params={}, now=now)

    await asked.database.inner.write(body)
    asked.clock.seconds += 60
    ready, facts = await asked.facts()
    assert 0 < facts["bots"][str(BOT)]["sender_lease_ends_in_seconds"] <= 10
    assert facts["bots"][str(BOT)]["oldest_due_message_seconds"] == 62.0
    assert facts["bots"][str(OTHER)]["oldest_due_message_seconds"] == 0.0
    assert ready, "turning updates away would mend neither"
    assert "satu_bot" not in str(facts)
