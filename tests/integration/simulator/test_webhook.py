"""Updates pushed to a bot's own server: the secret, the order, the ladder of retries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from aiohttp import web

from simulator import Simulator
from simulator.webhooks import pause
from tests.integration.simulator.conftest import AHMAD, SITI, Api


class Receiver:
    """A bot's server that answers as told, 200 when nothing is told."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.answers: list[web.Response] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.seen.append(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def test_updates_are_pushed_with_the_secret(simulator: Simulator, api: Api, receiver: Receiver) -> None:
    simulator.says(AHMAD, "sebelum")
    await api("setWebhook", url=receiver.url, secret_token="rahasia")
    simulator.says(AHMAD, "sesudah")
    assert await simulator.world.until(lambda: simulator.pending() == 0, 5)
    assert [u["message"]["text"] for u in receiver.seen] == ["sebelum", "sesudah"]
    assert receiver.secrets == ["rahasia", "rahasia"]
    info = await api("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == (receiver.url, 0)


async def test_a_refused_update_is_tried_again_and_blocks_only_its_own_line(
    simulator: Simulator, api: Api, receiver: Receiver
) -> None:
    receiver.answers = [web.Response(status=503), web.Response(status=503)]
    await api("setWebhook", url=receiver.url, max_connections=1)
    simulator.says(AHMAD, "a")
    assert await simulator.world.until(lambda: len(receiver.seen) == 2, 5), "the first retry is at once"
    assert "503" in (await api("getWebhookInfo"))["last_error_message"]
    await api("setWebhook", url=receiver.url, max_connections=2)
    simulator.says(AHMAD, "b")
    simulator.says(SITI, "c")
    assert await simulator.world.until(lambda: len(receiver.seen) == 3, 5)
    assert receiver.seen[-1]["message"]["text"] == "c"
    while simulator.pending():
        simulator.advance(timedelta(seconds=2))
        await asyncio.wait_for(simulator.world.next_change(), 5)
    assert [u["message"]["text"] for u in receiver.seen] == ["a", "a", "c", "a", "b"]


async def test_retry_after_is_honoured(simulator: Simulator, api: Api, receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=429, headers={"Retry-After": "100"})]
    await api("setWebhook", url=receiver.url)
    simulator.says(AHMAD, "a")
    assert await simulator.world.until(lambda: simulator.world.the_bot().webhook.last_error_message, 5)
    simulator.advance(timedelta(seconds=99))
    assert simulator.pending() == 1
    simulator.advance(timedelta(seconds=1))
    assert await simulator.world.until(lambda: simulator.pending() == 0, 5)
    assert len(receiver.seen) == 2


async def test_a_server_that_is_gone_for_23_hours_loses_its_webhook(
    simulator: Simulator, api: Api, receiver: Receiver
) -> None:
    receiver.answers = [web.Response(status=410) for _ in range(9)]
    await api("setWebhook", url=receiver.url)
    simulator.says(AHMAD, "halo")
    hook = simulator.world.the_bot().webhook
    assert await simulator.world.until(lambda: len(receiver.seen) >= 2 and hook.last_error_message, 5)
    simulator.advance(timedelta(hours=22, minutes=59))
    assert await simulator.world.until(lambda: len(receiver.seen) >= 3, 5)
    assert hook.url
    simulator.advance(timedelta(minutes=2))
    assert await simulator.world.until(lambda: not hook.url, 5)
    assert (await api("getWebhookInfo"))["url"] == ""
    assert [one["message"]["text"] for one in await api("getUpdates")] == ["halo"]


def test_the_ladder() -> None:
    assert [pause(tries) for tries in range(1, 9)] == [0, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url": "https://example.org/hook"}, "bad webhook: the simulator calls only this machine"),
        ({"url": "kantor"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "http://127.0.0.1/", "secret_token": "a b"}, "secret token contains unallowed characters"),
    ],
)
async def test_a_webhook_that_is_refused(api: Api, params: dict[str, str], words: str) -> None:
    assert await api.refused("setWebhook", **params) == (400, "Bad Request: " + words)


async def test_setting_the_clock_loses_nothing_and_retries_once_for_each_setting(
    simulator: Simulator, api: Api, receiver: Receiver
) -> None:
    receiver.answers = [web.Response(status=503) for _ in range(5)]
    await api("setWebhook", url=receiver.url)
    simulator.says(AHMAD, "a")
    refused: list[str] = []
    simulator.world.listeners.append(lambda kind, _: refused.append(kind) if kind == "bot" else None)

    def told(times: int) -> bool:
        return len(refused) == times

    for tries in (2, 3, 4, 5):  # the first retry is at once, before the clock is set
        assert await simulator.world.until(partial(told, tries), 5)
        if tries < 5:
            simulator.advance(timedelta(days=2), keep_updates=True)
    assert len(receiver.seen) == 5
    assert simulator.pending() == 1, "six days later it is still there"
    simulator.advance(timedelta(days=2), keep_updates=True)
    assert await simulator.world.until(lambda: simulator.pending() == 0, 5)
    assert [u["message"]["text"] for u in receiver.seen] == ["a"] * 6
