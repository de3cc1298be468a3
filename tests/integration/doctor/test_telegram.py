"""What the doctor finds out from Telegram, here the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from telegram import WebhookInfo

from bot.doctor import telegram
from bot.doctor.finding import Finding, Level
from bot.settings import Settings
from bot.telegram_client import TelegramClient
from simulator import Simulator, running

TOKEN = "7000000001:AAE-secret_secret-secret_secret-abc"
OTHER = "7000000002:AAE-secret_secret-secret_secret-abd"
PUBLIC = "http://127.0.0.1:9"
"""The simulator calls no other machine."""


@pytest.fixture
async def address() -> AsyncIterator[str]:
    simulator = Simulator()
    simulator.add_bot(TOKEN)
    async with running(simulator) as where:
        yield where


def settings(address: str, **more: Any) -> Settings:
    return Settings(_env_file=None, telegram_api_url=address, **more)


async def examined(one: Settings, token: str = TOKEN) -> list[Finding]:
    return [finding async for finding in telegram.bots(one, (SecretStr(token),), datetime.now(UTC))]


async def set_webhook(address: str, url: str) -> None:
    client = TelegramClient(SecretStr(TOKEN), address)
    try:
        await client.open()
        await client.bot.set_webhook(url)
    finally:
        await client.close()


async def test_a_good_token_is_told_with_the_bots_name(address: str) -> None:
    token, fetching = await examined(settings(address))
    assert token.level is fetching.level is Level.GOOD
    assert "@" in token.what
    assert "7000000001" in token.subject


async def test_a_refused_token_is_told_without_the_token(address: str) -> None:
    (finding,) = await examined(settings(address), OTHER)
    assert finding.level is Level.MEND
    assert "ditolak" in finding.what
    assert "secret" not in finding.line()


async def test_a_telegram_that_does_not_answer_is_told() -> None:
    (finding,) = await examined(settings("http://127.0.0.1:9"))
    assert finding.level is Level.MEND
    assert "tidak dapat dihubungi di http://127.0.0.1:9" in finding.what
    assert "secret" not in finding.line()


async def test_a_webhook_left_over_is_told_where_polling_is_meant(address: str) -> None:
    await set_webhook(address, f"{PUBLIC}/telegram/7000000001")
    _, fetching = await examined(settings(address))
    assert fetching.level is Level.NOTE
    assert "pandu run" in fetching.how


async def test_a_webhook_must_lead_to_the_public_address(address: str) -> None:
    _, missing = await examined(settings(address, webhook_url=PUBLIC))
    assert missing.level is Level.MEND
    await set_webhook(address, "http://127.0.0.1:10/telegram/7000000001")
    _, elsewhere = await examined(settings(address, webhook_url=PUBLIC))
    assert elsewhere.level is Level.MEND
    await set_webhook(address, f"{PUBLIC}/telegram/7000000001")
    _, right = await examined(settings(address, webhook_url=PUBLIC))
    assert right.level is Level.GOOD


@pytest.mark.parametrize(
    ("failed_ago", "waiting", "level"),
    [
        (timedelta(minutes=1), 3, Level.MEND),
        (timedelta(minutes=1), 0, Level.GOOD),
        (timedelta(hours=1), 3, Level.GOOD),
        (None, 500, Level.NOTE),
    ],
)
def test_a_webhook_that_telegram_does_not_reach_is_told(
    failed_ago: timedelta | None, waiting: int, level: Level
) -> None:
    now = datetime.now(UTC)
    info = WebhookInfo(
        f"{PUBLIC}/telegram/1", False, waiting,
        last_error_date=now - failed_ago if failed_ago else None, last_error_message="Connection timed out",
    )  # fmt: skip
    finding = telegram._fetching("Bot 1", info, settings("http://127.0.0.1:9", webhook_url=PUBLIC), 1, now)
    assert finding.level is level
    assert ("Connection timed out" in finding.what) == (level is Level.MEND)


async def test_the_clock_is_compared_with_telegrams(address: str) -> None:
    assert (await telegram.clock(settings(address), lambda: datetime.now(UTC))).level is Level.GOOD
    fast = await telegram.clock(settings(address), lambda: datetime.now(UTC) + timedelta(minutes=5))
    assert fast.level is Level.MEND
    assert "lebih cepat" in fast.what
    unknown = await telegram.clock(settings("http://127.0.0.1:9"), lambda: datetime.now(UTC))
    assert unknown.level is Level.NOTE
