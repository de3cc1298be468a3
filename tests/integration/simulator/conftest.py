from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from simulator import Clock, Person, Simulator
from simulator.application import application
from simulator.records import Bot

NOON = datetime(2027, 1, 7, 5, 0, tzinfo=UTC)
AHMAD, SITI = 1001, 1002
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    + (1000).to_bytes(4, "big")
    + (750).to_bytes(4, "big")
    + b"\x08\x02"
    + b"\0" * 30
)


class Api:
    """Calls the Bot API as a client without any library would."""

    def __init__(self, client: httpx.AsyncClient, bot: Bot) -> None:
        self.client = client
        self.bot = bot

    async def raw(self, method: str, *, token: str | None = None, **request: Any) -> httpx.Response:
        return await self.client.post(f"/bot{token or self.bot.token}/{method}", **request)

    async def __call__(self, method: str, **params: Any) -> Any:
        """Call with JSON; returns the result, fails on a refusal."""
        body = (await self.raw(method, json=params)).json()
        assert body["ok"], body
        return body["result"]

    async def refused(self, method: str, **params: Any) -> tuple[int, str]:
        """Call with JSON; returns code and description of the refusal."""
        answer = await self.raw(method, json=params)
        body = answer.json()
        assert body["ok"] is False, body
        assert body["error_code"] == answer.status_code
        return body["error_code"], body["description"]

    async def upload(self, method: str, files: dict[str, Any], **params: Any) -> Any:
        """Call with a multipart form."""
        data = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
        body = (await self.raw(method, data=data, files=files)).json()
        assert body["ok"], body
        return body["result"]


@pytest.fixture
def clock() -> Clock:
    return Clock(frozen_at=NOON)


@pytest.fixture
def simulator(clock: Clock) -> Simulator:
    simulator = Simulator(clock)
    simulator.add_bot()
    simulator.add_person(Person(AHMAD, "Ahmad Fauzi", "Camat", "ahmad"))
    simulator.add_user(SITI, "Siti", last_name="Rahayu", language_code=None, seat="Sekcam")
    return simulator


@pytest.fixture
def bot(simulator: Simulator) -> Bot:
    return simulator.world.the_bot()


@pytest.fixture
async def api(simulator: Simulator, bot: Bot) -> AsyncIterator[Api]:
    transport = httpx.ASGITransport(application(simulator))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield Api(client, bot)
    await simulator.close()


@pytest.fixture
async def started(simulator: Simulator, api: Api) -> Api:
    """The API, after Ahmad pressed START and the bot saw it."""
    simulator.says(AHMAD, "/start")
    (update,) = await api("getUpdates")
    await api("getUpdates", offset=update["update_id"] + 1)
    return api
