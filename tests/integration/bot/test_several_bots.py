"""Several bots in one process: each with its own officials, and none held up by another's token."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlmodel import Session

from bot.app import Pandu, all_assembled
from bot.sender import LENGTH
from bot.settings import Settings, Unusable, load_settings
from simulator import Person, Simulator
from storage.database import open_database
from storage.tables import Bot
from tests.integration.bot.conftest import TOKEN
from tests.integration.bot.processes import ended, start
from tests.integration.workflow.offices import SUMBANG
from tests.postgres import free_port
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text

SECOND = TOKEN.replace("7000000001", "7000000002")
ONE, TWO = 7000000001, 7000000002
SITI, BUDI = 1002, 1003
"""Siti sits in both offices, Budi in the first only."""


@pytest.fixture
def two(simulator: Simulator) -> Simulator:
    """A Telegram with two bots."""
    simulator.add_bot(SECOND, name="Pandu Dua", username="dua_bot")
    simulator.add_person(Person(SITI, "Siti Rahayu"))
    simulator.add_person(Person(BUDI, "Budi Santoso"))
    return simulator


@asynccontextmanager
async def working(settings: Settings, *, pushed: bool = False) -> AsyncIterator[list[Pandu]]:
    stopping = asyncio.Event()
    async with all_assembled(settings, paced=False, pushed=pushed) as bots, asyncio.TaskGroup() as group:
        for pandu in bots:
            group.create_task(pandu.run(stopping))
        try:
            yield bots
        finally:
            stopping.set()


def said(simulator: Simulator, person: int, bot: int) -> str:
    return " | ".join(message.content for message in simulator.chat(person, bot=bot) if message.sender != person)


async def test_two_bots_serve_two_offices_side_by_side(
    two: Simulator, address: str, database_url: str, tmp_path: Path
) -> None:
    database = await open_database(database_url)
    first = SUMBANG.replace("timezone: Asia/Jakarta", "timezone: Asia/Jakarta, bot: pandu_latihan_bot")
    second = first.replace("id: sumbang,", "id: tambak,").replace("Kecamatan Sumbang", "Kecamatan Tambak")
    second = second.replace("pandu_latihan_bot", "dua_bot").replace("telegram_id: 1003", "telegram_id: 2003")

    def load(session: Session) -> None:
        session.add_all([Bot(id=ONE, username="pandu_latihan_bot"), Bot(id=TWO, username="dua_bot")])
        for text in (first, second):
            apply(session, load_text(text, "office.yaml"), datetime.now(UTC))

    await database.write(load)
    await database.close()
    settings = load_settings(
        telegram_tokens=f"{TOKEN},{SECOND}", telegram_api_url=address, database_url=database_url, data_dir=tmp_path,
        _env_file=None,
    )  # fmt: skip
    async with working(settings) as bots:
        assert [pandu.client.bot.id for pandu in bots] == [ONE, TWO]
        for person in (SITI, BUDI):
            for bot in (ONE, TWO):
                two.opens_link(person, bot=bot)
        until = two.world.until
        assert await until(lambda: "Kecamatan Sumbang" in said(two, SITI, ONE), 20), said(two, SITI, ONE)
        assert await until(lambda: "Kecamatan Tambak" in said(two, SITI, TWO), 20), said(two, SITI, TWO)
        assert await until(lambda: "Kecamatan Sumbang" in said(two, BUDI, ONE), 20), said(two, BUDI, ONE)
        assert await until(lambda: said(two, BUDI, TWO), 20)
        two.says(SITI, "/profil", bot=ONE)
        two.says(SITI, "/profil", bot=TWO)
        assert await until(lambda: len(two.chat(SITI, bot=ONE)) > 3 and len(two.chat(SITI, bot=TWO)) > 3, 20)
    assert "Tambak" not in said(two, SITI, ONE)
    assert "Sumbang" not in said(two, SITI, TWO)
    assert "Kecamatan" not in said(two, BUDI, TWO), "a stranger to the other bot"


async def test_a_bot_whose_token_is_refused_is_left_out(
    two: Simulator, address: str, sqlite_url: str, tmp_path: Path
) -> None:
    refused = SECOND.replace("abc", "xyz")
    how: dict[str, object] = {
        "telegram_api_url": address,
        "database_url": sqlite_url,
        "data_dir": tmp_path,
        "_env_file": None,
    }
    async with all_assembled(load_settings(telegram_tokens=f"{TOKEN} {refused}", **how)) as bots:
        assert [pandu.client.bot.id for pandu in bots] == [ONE]
    with pytest.raises(Unusable, match="Token ditolak"):
        async with all_assembled(load_settings(telegram_tokens=refused, **how)):
            pass


@pytest.mark.postgres
async def test_two_processes_share_two_bots(
    two: Simulator, address: str, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sharing.LOOK_SECONDS", 0.1)
    monkeypatch.setattr("bot.sharing.THERE", timedelta(minutes=1))  # who stops has to say so
    settings = load_settings(
        telegram_tokens=f"{TOKEN},{SECOND}", telegram_api_url=address, database_url=postgres_url, data_dir=tmp_path,
        webhook_url="https://pandu.invalid", _env_file=None,
    )  # fmt: skip

    def sends_for(process: list[Pandu]) -> int:
        return sum(pandu.tenure.fence is not None for pandu in process)

    async def until(*shares: tuple[list[Pandu], int]) -> None:
        async with asyncio.timeout(20):
            while any(sends_for(process) != count for process, count in shares):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)

    async with working(settings, pushed=True) as first:
        await until((first, 2))
        async with working(settings, pushed=True) as second:
            await until((first, 1), (second, 1))
        began = asyncio.get_running_loop().time()
        await until((first, 2))
        took = asyncio.get_running_loop().time() - began
    assert took < LENGTH.total_seconds() / 2, "it was let go, and did not have to run out"


async def test_serving_needs_an_address(tmp_path: Path, address: str) -> None:
    code, out, err = await ended(await start(tmp_path, "serve", telegram_token=TOKEN, telegram_api_url=address))
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "PANDU_WEBHOOK_URL" in err


async def test_a_port_that_is_taken_is_one_line(tmp_path: Path, address: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        process = await start(
            tmp_path, "serve", telegram_token=TOKEN, telegram_api_url=address, data_dir="data", listen=listen,
            webhook_url="http://127.0.0.1:1",
        )  # fmt: skip
        code, _, err = await ended(process)
    assert code == 1
    assert err.splitlines()[-1].startswith("pandu: PANDU_LISTEN: 127.0.0.1:")


async def test_polling_may_be_looked_after_over_http_too(two: Simulator, address: str, tmp_path: Path) -> None:
    port = free_port()
    process = await start(
        tmp_path, "run", telegram_tokens=f"{TOKEN},{SECOND}", telegram_api_url=address, data_dir="data",
        listen=f"127.0.0.1:{port}",
    )  # fmt: skip
    polled = two.world.until
    assert await polled(lambda: {call.bot_id for call in two.journal.calls("getUpdates")} == {ONE, TWO}, 60)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            assert set((await answer.json())["bots"]) == {str(ONE), str(TWO)}
        async with session.post(f"http://127.0.0.1:{port}/telegram/{ONE}", data=b"{}") as answer:
            assert answer.status == 403, "nothing is pushed to who polls"
    process.send_signal(signal.SIGTERM)
    code, out, err = await ended(process, 20)
    assert code == 0, err
    assert "t.me/dua_bot?start=setup_" in out
