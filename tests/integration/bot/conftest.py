"""The bot's workers on a real database, against a simulated or a scripted Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.telegram_client import TelegramClient
from simulator import Person, Simulator, running
from storage.database import Database, open_database
from tests.integration.storage.conftest import fill

TOKEN = "7000000001:AAE-secret_secret-secret_secret-abc"
AHMAD = 1001


@pytest.fixture
def simulator() -> Simulator:
    """A Telegram with one bot and one person."""
    made = Simulator()
    made.add_bot(TOKEN)
    made.add_person(Person(AHMAD, "Ahmad Fauzi"))
    return made


@pytest.fixture
async def address(simulator: Simulator) -> AsyncIterator[str]:
    """Where the simulator listens."""
    async with running(simulator) as where:
        yield where


@pytest.fixture
async def client(address: str) -> AsyncIterator[TelegramClient]:
    """The bot, connected to the simulator."""
    made = TelegramClient(SecretStr(TOKEN), address)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    """An SQLite database with an office, its run and four cards in it."""
    opened = await open_database(sqlite_url)
    await opened.write(fill)
    yield opened
    await opened.close()


@pytest.fixture
async def office(database: Database) -> Database:
    """Either database, with an office in it."""
    await database.write(fill)
    return database
