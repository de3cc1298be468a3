"""``pandu run`` and ``pandu demo`` as processes: how they start, refuse to start, and stop."""

from __future__ import annotations

import asyncio
import re
import signal
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.demo_clock import CLOCK, DemoClock
from simulator import Simulator
from tests.integration.bot.conftest import AHMAD, TOKEN
from tests.integration.bot.processes import ended, start


async def stop(process: asyncio.subprocess.Process, how: signal.Signals) -> tuple[int | None, str, str]:
    process.send_signal(how)
    return await ended(process, 10)


async def until_polled(simulator: Simulator) -> None:
    for _ in range(600):
        if simulator.journal.calls("getUpdates"):
            return
        await asyncio.sleep(0.05)
    pytest.fail("the bot did not start")


async def test_a_missing_token_is_one_line(tmp_path: Path) -> None:
    code, out, err = await ended(await start(tmp_path, "run"))
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "PANDU_TELEGRAM_TOKEN" in err


async def test_a_refused_token_is_one_line_without_the_token(tmp_path: Path, address: str) -> None:
    refused = TOKEN.replace("abc", "xyz")
    code, _, err = await ended(await start(tmp_path, "run", telegram_token=refused, telegram_api_url=address))
    assert code == 1
    assert err.splitlines()[-1] == "pandu: Token ditolak Telegram; periksa PANDU_TELEGRAM_TOKEN."
    assert "secret_secret" not in err


async def test_a_database_that_cannot_be_reached_is_one_line(tmp_path: Path, address: str) -> None:
    url = "postgresql://nobody@127.0.0.1:1/pandu"
    process = await start(tmp_path, "run", telegram_token=TOKEN, telegram_api_url=address, database_url=url)
    code, _, err = await ended(process)
    assert code == 1
    assert err.count("\n") == 1
    assert err.startswith("pandu: Basis data")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_it_runs_alone_and_stops_cleanly(
    tmp_path: Path, address: str, simulator: Simulator, how: signal.Signals
) -> None:
    first = await start(tmp_path, "run", telegram_token=TOKEN, telegram_api_url=address, data_dir="data")
    await until_polled(simulator)
    second = await start(tmp_path, "run", telegram_token=TOKEN, telegram_api_url=address, data_dir="data")
    code, _, err = await ended(second)
    assert code == 1
    assert "pandu run lain" in err
    simulator.opens_link(AHMAD)
    for _ in range(200):
        if len(simulator.chat(AHMAD)) == 2:
            break
        await asyncio.sleep(0.05)
    assert len(simulator.chat(AHMAD)) == 2
    code, _, err = await stop(first, how)
    assert code == 0
    assert "Traceback" not in err
    assert simulator.pending() == 0


async def test_only_the_demo_has_a_clock_that_can_be_moved(tmp_path: Path, address: str, simulator: Simulator) -> None:
    data = tmp_path / "data"
    data.mkdir()
    DemoClock(data / CLOCK).forward(timedelta(days=30))
    process = await start(tmp_path, "run", telegram_token=TOKEN, telegram_api_url=address, data_dir="data")
    await until_polled(simulator)
    simulator.opens_link(AHMAD)
    assert await simulator.world.until(lambda: len(simulator.chat(AHMAD)) == 2, 10)
    async with aiohttp.ClientSession() as session:
        for way in ("jump", "stop"):
            async with session.post(f"{address}/_control/clock/{way}", json={"to": "morning"}) as answer:
                assert answer.status == 409
    code, _, err = await stop(process, signal.SIGTERM)
    assert code == 0, err
    with sqlite3.connect(data / "pandu.db") as rows:
        ((received,),) = rows.execute("SELECT received_at FROM inbox").fetchall()
    assert abs(datetime.fromisoformat(received).replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=5)


async def test_the_demo_starts_goes_on_and_ends_cleanly(tmp_path: Path) -> None:
    for _ in range(2):
        process = await start(tmp_path, "demo", "--port", "0", "--data-dir", "demo")
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 90)).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        async with aiohttp.ClientSession() as session, session.get(found[0]) as answer:
            assert answer.status in (200, 404)
        code, rest, err = await stop(process, signal.SIGINT)
        assert (code, rest) == (0, "")
        assert err == ""
