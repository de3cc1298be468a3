"""The demo begins afresh when the trainer says so, and throws away only what is its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.demo_trainer import STATE, clear
from bot.process_lock import only_process
from bot.settings import Unusable
from simulator import running
from simulator.application import application
from simulator.simulator import Simulator
from simulator.trainer import Trainer, Waiting
from tests.integration.bot.processes import start

CAMAT = 1001


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await start(tmp_path, "demo", "--port", "0", "--data-dir", "demo")
    yield process
    if process.returncode is None:
        process.terminate()
    _, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()


async def address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 90)).decode()
    return next(word for word in line.split() if word.startswith("http"))


async def test_a_reset_begins_afresh_and_leaves_other_files_alone(
    demo: asyncio.subprocess.Process, tmp_path: Path
) -> None:
    url = await address(demo)
    own = tmp_path / "demo" / "catatan pelatih.txt"
    own.write_text("jangan dihapus")
    async with httpx.AsyncClient(base_url=url) as client:
        said = await client.post("/_control/says", json={"user_id": CAMAT, "text": "sebelum diulang"})
        assert said.status_code == 200
        assert (await client.get("/_control/trainer")).json() == {"outbox": True, "reset": True, "jump": True}
        assert isinstance((await client.get("/_control/outbox")).json(), list)
        assert (await client.post("/_control/clock/jump", json={"to": "morning"})).status_code == 202
        assert (await client.post("/_control/reset", content=b"{}")).status_code == 415, "a form must not reset"
        assert (await client.post("/_control/reset", json={})).status_code == 200
    async with httpx.AsyncClient(base_url=await address(demo)) as client:
        chat = (await client.get(f"/_control/chats/{CAMAT}")).json()
        assert [one["text"] for one in chat["messages"] if not one["from_bot"]] == ["/start"]
        assert (await client.get("/_control/clock")).json()["moved"] is False
    assert own.read_text() == "jangan dihapus"


def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    clear(tmp_path)
    assert (tmp_path / "files").is_dir()


def test_what_another_process_uses_is_not_cleared(tmp_path: Path) -> None:
    (tmp_path / STATE).touch()
    with only_process(tmp_path / "pandu.db"), pytest.raises(Unusable):
        clear(tmp_path)


async def test_trainees_on_the_network_cannot_reset() -> None:
    begun: list[str] = []
    simulator = Simulator()
    simulator.trainer = Trainer(reset=lambda: begun.append("afresh"))
    served = application(simulator, pin="4711")
    transport = httpx.ASGITransport(served, client=("192.168.1.7", 5555))
    async with httpx.AsyncClient(transport=transport, base_url="http://192.168.1.2") as phone:
        assert (await phone.post("/_pin", data={"pin": "4711"})).status_code == 303
        assert (await phone.post("/_control/reset", json={})).status_code == 403
    assert begun == []


async def test_the_outbox_is_told_by_whoever_runs_the_bot() -> None:
    async def outbox() -> list[Waiting]:
        return [Waiting(user=CAMAT, what="pesan", state="sedang dikirim")]

    simulator = Simulator()
    async with running(simulator) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/_control/outbox")).status_code == 404
        assert (await client.post("/_control/reset", json={})).status_code == 409
        simulator.trainer = Trainer(outbox=outbox)
        told = (await client.get("/_control/outbox")).json()
    assert told == [{"user": CAMAT, "what": "pesan", "state": "sedang dikirim", "tries": 0}]
