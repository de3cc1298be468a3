"""The bot's workers on a real database, against a simulated or a scripted Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import Session

from bot import outgoing
from bot.telegram_client import TelegramClient
from messages.rendered import Rendered
from simulator import Person, Simulator, running
from storage.database import Database, open_database
from storage.tables import Card
from tests.integration.bot.delivery_desk import Desk
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
def desk(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A delivery worker by hand; what it says tells only which card or template it was."""

    def card(session: Session, card_id: int, *, default_language: str, repeated: bool, **_more: Any) -> Rendered:
        assert default_language == "id"
        mark = " (ulang)" if repeated else ""
        return Rendered(f"card {card_id} r{session.get_one(Card, card_id).wanted_revision}{mark}")

    def message(_session: Session, template: str, _params: Any, **more: Any) -> Rendered:
        if template == "broken":
            raise KeyError(template)
        return Rendered(f"<b>{template}</b>" + (" (ulang)" if more["repeated"] else ""))

    monkeypatch.setattr(outgoing, "render_card", card)
    monkeypatch.setattr(outgoing, "render", message)
    return Desk(sqlite, tmp_path / "files")


@pytest.fixture
async def office(database: Database) -> Database:
    """Either database, with an office in it."""
    await database.write(fill)
    return database
