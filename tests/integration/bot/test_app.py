"""The bot as a whole, on both databases, with everything that runs side by side in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr
from sqlmodel import select

from bot.app import Pandu, assembled
from bot.settings import Settings
from simulator import Simulator
from storage.database import open_database
from storage.tables import Inbox, Run
from tests.e2e.offices import PEOPLE, office_file
from tests.e2e.phone import Town
from tests.integration.bot.conftest import TOKEN
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text


@asynccontextmanager
async def running_bot(address: str, database_url: str, folder: Path) -> AsyncIterator[Pandu]:
    settings = Settings(
        telegram_token=SecretStr(TOKEN),
        telegram_api_url=address,
        database_url=database_url,
        data_dir=folder,
    )
    stopping = asyncio.Event()
    async with assembled(settings, paced=False) as pandu:
        running = asyncio.create_task(pandu.run(stopping))
        try:
            yield pandu
        finally:
            stopping.set()
            await asyncio.wait_for(running, 10)


async def test_a_run_starts_and_goes_on_after_a_restart(
    simulator: Simulator, address: str, database_url: str, tmp_path: Path
) -> None:
    for name, user_id in PEOPLE.items():
        simulator.add_user(user_id, name.capitalize())
    town = Town(simulator, **PEOPLE)
    database = await open_database(database_url)
    source = load_text(office_file("sumbang-pengukuran-kinerja"), "office.yaml")
    await database.write(lambda session: apply(session, source, datetime.now(UTC)))
    async with running_bot(address, database_url, tmp_path):
        await town.everybody_starts()
        await town.sekcam.sees("Selamat datang")
        await town.camat.sees("Selamat datang")
        await town.camat.says("/mulai")
        await town.camat.taps("TW IV 2026")
        await town.camat.taps("Mulai")
        await town.camat.offered("Perintahkan")
    query = await town.camat.taps("Perintahkan")
    async with running_bot(address, database_url, tmp_path) as pandu:
        await town.camat.told(query)
        await town.camat.taps("Lewati")
        await town.sekcam.sees("langkah 2 dari 14")
        waiting = await pandu.database.read(lambda s: s.exec(select(Inbox.id).where(Inbox.status != "done")).all())
        assert list(waiting) == []
    assert await database.read(lambda s: s.exec(select(Run.status)).all()) == ["open"]
    await database.close()


async def test_many_people_at_once_are_all_answered(
    simulator: Simulator, address: str, database_url: str, tmp_path: Path
) -> None:
    people = range(3001, 3041)
    for user_id in people:
        simulator.add_user(user_id, f"Pejabat {user_id}")
    town = Town(simulator, **{f"p{user_id}": user_id for user_id in people})
    async with running_bot(address, database_url, tmp_path):
        await asyncio.gather(*(town[user_id].says("/start") for user_id in people))
        for user_id in people:
            await town[user_id].sees("Pandu", 30)
    assert all(len(town[user_id].received) == 1 for user_id in people)
