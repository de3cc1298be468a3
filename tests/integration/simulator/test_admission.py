"""This machine only; with a PIN also the trainees' own phones, but never the Bot API."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from simulator import Simulator, running
from simulator.application import application

LAN = ("192.168.1.20", 50000)


def outside(simulator: Simulator, pin: str | None) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(application(simulator, pin), client=LAN)
    return httpx.AsyncClient(transport=transport, base_url="http://192.168.1.2:8081")


async def test_without_a_pin_nobody_else_gets_in(simulator: Simulator) -> None:
    async with outside(simulator, None) as client:
        assert [(await client.get(path)).status_code for path in ("/", "/_control/state")] == [403, 403]
        assert (await client.post("/_pin", data={"pin": ""})).status_code == 403
    with pytest.raises(ValueError, match="PIN"):
        async with running(simulator, host="0.0.0.0"):
            pass


async def test_with_the_pin_the_page_opens_but_not_the_bot_api(simulator: Simulator) -> None:
    async with outside(simulator, "4711") as client:
        assert "PIN" in (await client.get("/")).text
        assert (await client.get("/_control/state")).status_code == 403
        assert (await client.post("/_pin", data={"pin": "1234"})).status_code == 403
        assert (await client.post("/_pin", data={"pin": " 4711"})).status_code == 303
        assert "Telepon para pejabat" in (await client.get("/")).text
        assert (await client.get("/_control/state")).status_code == 200
        token = simulator.world.the_bot().token
        assert (await client.get(f"/bot{token}/getMe")).status_code == 403


async def test_guessing_is_stopped(simulator: Simulator) -> None:
    async with outside(simulator, "4711") as client:
        answers = [(await client.post("/_pin", data={"pin": str(guess)})).status_code for guess in range(6)]
        assert answers == [403] * 5 + [429]
        assert (await client.post("/_pin", data={"pin": "4711"})).status_code == 429
        simulator.advance(timedelta(minutes=1))
        assert (await client.post("/_pin", data={"pin": "4711"})).status_code == 303


async def test_a_trainee_keeps_the_own_phone_past_the_pin(simulator: Simulator) -> None:
    async with outside(simulator, "4711") as client:
        assert 'action="/_pin?user=1001"' in (await client.get("/?user=1001")).text
        entered = await client.post("/_pin?user=1001", data={"pin": "4711"})
        assert entered.headers["location"] == "/?user=1001"
        forged = await client.post("/_pin", params={"user": "//evil.example"}, data={"pin": "4711"})
        assert forged.headers["location"] == "/"
