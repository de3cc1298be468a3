"""The webhook at Telegram: set by the bot, set again where somebody changed it, taken back by polling."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram.error import NetworkError

from bot import webhook
from bot.absence import TAPS_LIVE
from bot.clock import Clock
from bot.polling import Poller
from bot.settings import Unusable
from bot.telegram_client import TelegramClient
from bot.updates import UPDATE_KINDS
from bot.webhook import LOOK_AGAIN_SECONDS, Webhook
from simulator import Simulator
from simulator.records import Webhook as Hook
from storage.database import Database, open_database
from storage.tables import Bot
from tests.integration.bot.conftest import AHMAD, TOKEN
from workflow import gap

BOT = int(TOKEN.partition(":")[0])
PUBLIC = "http://127.0.0.1:1"


class MovedClock(Clock):
    """Time that the test moves."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


class Kept:
    """A bot whose webhook is looked after."""

    def __init__(self, database: Database, client: TelegramClient, simulator: Simulator) -> None:
        self.database = database
        self.client = client
        self.simulator = simulator
        self.clock = MovedClock()
        self.told = 0
        self.webhook = Webhook(database, client, PUBLIC, self.clock, on_told=self._told)

    def _told(self) -> None:
        self.told += 1

    @property
    def hook(self) -> Hook:
        return self.simulator.world.the_bot().webhook

    @property
    def times_set(self) -> int:
        return len(self.simulator.journal.calls("setWebhook"))

    async def heard(self) -> datetime | None:
        return await self.database.read(lambda s: s.get_one(Bot, BOT).last_poll_at)


@pytest.fixture
async def kept(sqlite_url: str, client: TelegramClient, simulator: Simulator) -> AsyncIterator[Kept]:
    database = await open_database(sqlite_url)
    await database.write(lambda s: s.add(Bot(id=BOT, username="pandu_bot")))
    yield Kept(database, client, simulator)
    await database.close()


async def test_the_webhook_is_set_once_with_a_secret_of_its_own(kept: Kept) -> None:
    simulator = kept.simulator
    simulator.says(AHMAD, "sebelum")
    for _ in range(3):
        await kept.webhook.open()
        await kept.webhook.look()
    assert kept.times_set == 1, "it stood already"
    assert kept.hook.url == f"{PUBLIC}/telegram/{BOT}"
    assert kept.hook.max_connections == 100
    assert kept.hook.secret_token == kept.webhook.secret
    assert re.fullmatch(r"[0-9a-f]{64}", kept.webhook.secret)
    assert simulator.world.the_bot().allowed_updates == UPDATE_KINDS
    assert simulator.pending() == 1, "nothing that waited is dropped"


def test_every_process_knows_the_secret_and_each_bot_has_another() -> None:
    assert webhook.secret(TOKEN) == webhook.secret(TOKEN)
    assert webhook.secret(TOKEN) != webhook.secret(TOKEN[:-1] + "d")
    assert TOKEN.partition(":")[2] not in webhook.secret(TOKEN)


@pytest.mark.parametrize("change", [{"url": ""}, {"url": "http://127.0.0.1:2/old"}, {"max_connections": 3}])
async def test_what_somebody_changed_is_put_right(kept: Kept, change: dict[str, Any]) -> None:
    await kept.webhook.open()
    for name, value in change.items():
        setattr(kept.hook, name, value)
    await kept.webhook.look()
    assert kept.times_set == 2
    assert (kept.hook.url, kept.hook.max_connections) == (f"{PUBLIC}/telegram/{BOT}", 100)


async def test_a_secret_that_somebody_changed_is_put_right_once(kept: Kept) -> None:
    await kept.webhook.open()
    kept.simulator.says(AHMAD, "halo")
    kept.hook.secret_token = "theirs"
    kept.hook.last_error_message = "Wrong response from the webhook: 403 Forbidden"
    kept.hook.last_error_date = int(datetime.now(UTC).timestamp())
    await kept.webhook.look()
    assert kept.times_set == 2
    assert kept.hook.secret_token == kept.webhook.secret
    kept.hook.last_error_message = "Wrong response from the webhook: 403 Forbidden"
    kept.hook.last_error_date = int(datetime.now(UTC).timestamp())
    await kept.webhook.look()
    assert kept.times_set == 2, "if that did not help, something else is wrong"


async def test_an_address_that_telegram_refuses_is_told_at_the_start(kept: Kept) -> None:
    refused = Webhook(kept.database, kept.client, "https://pandu.example", kept.clock, on_told=lambda: None)
    with pytest.raises(Unusable, match="PANDU_WEBHOOK_URL"):
        await refused.open()


async def test_a_telegram_that_is_away_does_not_stop_the_start(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise NetworkError("away")

    with monkeypatch.context() as patched:
        patched.setattr(type(kept.client.bot), "get_webhook_info", away)
        await kept.webhook.open()
        await kept.webhook.look()
        assert kept.webhook.heard_at is None
    await kept.webhook.look()
    assert kept.hook.url
    assert kept.webhook.heard_at is not None


async def test_officials_are_told_after_a_silence_longer_than_taps_live(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[datetime] = []
    monkeypatch.setattr(gap, "gap_notice", lambda _session, _bot, now, _wall: notes.append(now))
    await kept.webhook.look()
    kept.clock.by = timedelta(seconds=LOOK_AGAIN_SECONDS)
    await kept.webhook.look()
    assert notes == []
    kept.clock.by += TAPS_LIVE + timedelta(seconds=1)
    await kept.webhook.look()
    await kept.webhook.look()
    assert (len(notes), kept.told) == (1, 1)


async def test_while_telegram_does_not_get_through_it_is_not_heard(kept: Kept) -> None:
    await kept.webhook.look()
    before = await kept.heard()
    kept.simulator.says(AHMAD, "halo")
    kept.hook.last_error_message = "Connection refused"
    kept.hook.last_error_date = int(datetime.now(UTC).timestamp())
    await kept.webhook.look()
    assert await kept.heard() == before
    kept.simulator.world.clock.advance(timedelta(days=2))  # Telegram gives the message up
    await kept.webhook.look()
    assert await kept.heard() != before


async def test_polling_takes_the_webhook_back_and_loses_nothing(kept: Kept) -> None:
    await kept.webhook.open()
    kept.simulator.says(AHMAD, "halo")
    stored: list[None] = []

    async def keep(body: Any) -> Any:
        stored.append(None)
        return await kept.database.write(body)

    poller = Poller(kept.database, kept.client, BOT, kept.clock, keep=keep, on_told=lambda: None)
    await poller.open()
    assert kept.hook.url == ""
    assert await poller.poll() == 0
    assert len(stored) == 1
    await poller.open()
    assert len(kept.simulator.journal.calls("deleteWebhook")) == 1
