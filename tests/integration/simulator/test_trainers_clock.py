"""The trainer's clock over HTTP: whoever starts the simulator lends it, and only the trainer's machine moves it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import httpx
import pytest

from simulator import ClockFace, Simulator, Trainer, running
from simulator.application import application
from simulator.errors import Impossible
from tests.integration.simulator.conftest import AHMAD, Api

NOON = datetime(2027, 1, 7, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Lent:
    """A clock that notes where it is asked to go."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, datetime | None]] = []
        self.stopped = 0

    def face(self) -> ClockFace:
        return ClockFace(now=NOON + len(self.asked) * DAY, zone="Asia/Jakarta", zone_name="WIB", moved=bool(self.asked))

    async def jump(self, to: str, at: datetime | None) -> None:
        if at is not None and at.year < 2027:
            raise Impossible("Waktu latihan hanya dapat maju.")
        self.asked.append((to, at))

    def stop(self) -> None:
        self.stopped += 1


@pytest.fixture
def lent(simulator: Simulator) -> Lent:
    lent = Lent()
    simulator.trainer = Trainer(clock=lent.face, jump=lent.jump, stop_jump=lent.stop)
    return lent


async def test_without_a_lender_there_is_no_clock(simulator: Simulator, api: Api) -> None:
    assert (await api.client.get("/_control/clock")).status_code == 404
    assert (await api.client.post("/_control/clock/jump", json={"to": "morning"})).status_code == 409
    assert (await api.client.post("/_control/clock/stop", json={})).status_code == 409
    assert (await api.client.get("/_control/state")).json()["clock"] is None
    assert (await api.client.get("/_control/trainer")).json()["jump"] is False
    simulator.clock_changed()


async def test_the_ways_forward(lent: Lent, api: Api) -> None:
    for wanted in ({"to": "reminder"}, {"to": "morning"}, {"to": "date", "at": "2027-03-15T09:00"}):
        assert (await api.client.post("/_control/clock/jump", json=wanted)).status_code == 202
    at = datetime(2027, 3, 15, 9, 0)  # noqa: DTZ001 - a local time of whoever lends the clock
    assert lent.asked == [("reminder", None), ("morning", None), ("date", at)]
    face = (await api.client.get("/_control/clock")).json()
    assert face == (await api.client.get("/_control/state")).json()["clock"]
    assert (face["now"], face["zone"], face["moved"]) == ("2027-01-10T05:00:00Z", "Asia/Jakarta", True)
    assert (await api.client.post("/_control/clock/stop", json={})).status_code == 200
    assert lent.stopped == 1


@pytest.mark.parametrize(
    ("wanted", "status", "words"),
    [
        ({"to": "date", "at": "2020-01-01T09:00"}, 409, "Waktu latihan hanya dapat maju."),
        ({"to": "date", "at": ""}, 422, "Tanggal dan jamnya belum lengkap."),
        ({"to": "date"}, 422, "Tanggal dan jamnya belum lengkap."),
        ({"to": "yesterday"}, 422, "Tanggal dan jamnya belum lengkap."),
        ({"to": "date", "at": "2027-03-15T09:00+07:00"}, 422, "Tanggal dan jamnya belum lengkap."),
    ],
)
async def test_what_is_refused_in_words(lent: Lent, api: Api, wanted: dict[str, str], status: int, words: str) -> None:
    answer = await api.client.post("/_control/clock/jump", json=wanted)
    assert (answer.status_code, answer.json()) == (status, {"error": words})
    assert lent.asked == []


async def test_other_machines_and_other_sites_move_nothing(simulator: Simulator, lent: Lent, api: Api) -> None:
    form = await api.client.post("/_control/clock/jump", content=b'{"to": "morning"}')
    assert form.status_code == 415
    transport = httpx.ASGITransport(application(simulator, pin="4711"), client=("192.168.1.7", 5555))
    async with httpx.AsyncClient(transport=transport, base_url="http://192.168.1.2") as phone:
        assert (await phone.post("/_pin", data={"pin": "4711"})).status_code == 303
        for way in ("jump", "stop"):
            assert (await phone.post(f"/_control/clock/{way}", json={"to": "morning"})).status_code == 403
        assert (await phone.get("/_control/trainer")).json() == {"outbox": False, "reset": False, "jump": False}
        assert (await phone.get("/_control/clock")).status_code == 200, "a trainee sees what day it is"
    assert (lent.asked, lent.stopped) == ([], 0)


async def test_the_pages_are_told(simulator: Simulator, lent: Lent) -> None:
    async with (
        running(simulator) as url,
        aiohttp.ClientSession() as session,
        session.get(f"{url}/_control/events") as stream,
    ):
        seen: list[Any] = []
        async for line in stream.content:
            word, _, value = line.decode().strip().partition(": ")
            if word == "event" and value == "hello":
                lent.asked.append(("morning", None))
                simulator.clock_changed()
            elif word == "event":
                assert value == "clock"
            elif word == "data" and value != "{}":
                seen.append(json.loads(value))
                break
    assert seen[0]["now"] == "2027-01-08T05:00:00Z"


async def test_setting_the_clock_lets_nothing_be_forgotten(simulator: Simulator, started: Api) -> None:
    markup = {"inline_keyboard": [[{"text": "Setujui", "callback_data": "x"}]]}
    card = await started("sendMessage", chat_id=AHMAD, text="kartu", reply_markup=markup)
    simulator.taps(AHMAD, card["message_id"], caption="Setujui")
    simulator.hold_updates()
    simulator.says(AHMAD, "ditahan")
    simulator.advance(3 * DAY, keep_updates=True)
    simulator.release_updates()
    updates = await started("getUpdates")
    assert ["callback_query" in one for one in updates] == [True, False]
    simulator.advance(timedelta(seconds=151))
    assert ["callback_query" in one for one in await started("getUpdates")] == [False], "real waiting still counts"
