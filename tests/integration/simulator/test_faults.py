"""Ordered trouble over real HTTP: what the client sees, and whether it happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from simulator import Simulator, running
from tests.integration.simulator.conftest import AHMAD


class Client:
    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base

    async def send(self) -> tuple[int, Any]:
        params = {"chat_id": AHMAD, "text": "halo"}
        async with self.session.post(f"{self.base}/sendMessage", json=params) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[Client]:
    simulator.says(AHMAD, "/start")
    async with running(simulator) as url, aiohttp.ClientSession() as session:
        yield Client(session, f"{url}/bot{simulator.world.the_bot().token}")


def arrived(simulator: Simulator) -> int:
    return len(simulator.chat(AHMAD)) - 1


async def test_flood_control(simulator: Simulator, client: Client) -> None:
    simulator.fault("flood", method="sendMessage", chat_id=AHMAD, retry_after=7, times=2)
    for _ in range(2):
        status, body = await client.send()
        assert (status, body["description"]) == (429, "Too Many Requests: retry after 7")
        assert body["parameters"] == {"retry_after": 7}
    assert (await client.send())[0] == 200
    assert arrived(simulator) == 1


async def test_server_error(simulator: Simulator, client: Client) -> None:
    simulator.fault("server_error", status=502, skip=1)
    assert [(await client.send())[0] for _ in range(3)] == [200, 502, 200]


@pytest.mark.parametrize(("kind", "count"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_connection(simulator: Simulator, client: Client, kind: Any, count: int) -> None:
    simulator.fault(kind)
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.send()
    assert arrived(simulator) == count
    assert simulator.journal.entries[-1].fault == kind
    assert (await client.send())[0] == 200


@pytest.mark.parametrize(("kind", "count"), [("timeout_before", 0), ("timeout_after", 1)])
async def test_a_timeout(simulator: Simulator, client: Client, kind: Any, count: int) -> None:
    simulator.fault(kind, seconds=60)
    sending = asyncio.create_task(client.send())
    assert await simulator.world.until(lambda: simulator.in_flight == 0 and bool(simulator.journal.entries), 10)
    assert arrived(simulator) == count
    assert not sending.done(), "the client got an answer"
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    simulator.fault(kind, seconds=0.01)
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.send()


async def test_a_slow_network_delays_what_it_delivers(simulator: Simulator, client: Client) -> None:
    simulator.fault("slow", seconds=20)
    sending = asyncio.create_task(client.send())
    assert await simulator.world.until(lambda: simulator.in_flight, 5)
    assert arrived(simulator) == 0
    simulator.advance(timedelta(seconds=20))
    assert (await sending)[0] == 200


async def test_faults_strike_only_what_they_name(simulator: Simulator, client: Client) -> None:
    simulator.fault("server_error", method="sendDocument", times=None)
    simulator.fault("server_error", chat_id=4711, times=None)
    simulator.fault("server_error", bot_id=1, times=None)
    assert (await client.send())[0] == 200
    simulator.faults.clear()
    assert simulator.faults.ordered == []


async def test_a_download_can_fail(simulator: Simulator, client: Client) -> None:
    message = simulator.sends_document(AHMAD, "a.txt", b"isi")
    bot = simulator.world.the_bot()
    file_id = simulator.shown(message)["document"]["file_id"]
    path = (await simulator.call(bot.token, "getFile", {"file_id": file_id})).body["result"]["file_path"]
    link = client.base.replace("/bot", "/file/bot") + "/" + path
    simulator.fault("server_error", method="file")
    simulator.fault("drop_before", method="file", times=2)  # aiohttp repeats a GET by itself, once
    async with client.session.get(link) as answer:
        assert answer.status == 502
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.session.get(link)
    async with client.session.get(link) as answer:
        assert await answer.read() == b"isi"
