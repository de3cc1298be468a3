"""``pandu doctor`` as it is run: one line for each finding, and an exit code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator import Simulator, running
from storage.database import migrate
from tests.integration.bot import processes

TOKEN = "7000000001:AAE-secret_secret-secret_secret-abc"


@pytest.fixture
async def address() -> AsyncIterator[str]:
    simulator = Simulator()
    simulator.add_bot(TOKEN)
    async with running(simulator) as where:
        yield where


async def doctor(folder: Path, **settings: str) -> tuple[int | None, list[str]]:
    code, out, err = await processes.ended(await processes.start(folder, "doctor", **settings))
    assert "Traceback" not in err
    assert "secret" not in out + err
    return code, out.splitlines()


async def test_a_sound_installation_is_said_to_be(tmp_path: Path, address: str) -> None:
    data = tmp_path / ".data"
    data.mkdir(mode=0o700)
    await asyncio.to_thread(migrate, f"sqlite:///{data / 'pandu.db'}")
    code, lines = await doctor(tmp_path, telegram_token=TOKEN, telegram_api_url=address)
    assert not [line for line in lines if line.startswith("perbaiki")], lines
    assert code == 0
    told = "\n".join(lines)
    for subject in ("Zona waktu", "Folder data", "Ruang disk", "Bot 7000000001", "Jam komputer", "Basis data",
                    "Ketahanan", "Migrasi", "Antrean", "Kantor", "Berkas"):  # fmt: skip
        assert f"{subject}: " in told
    assert list((data / "files").rglob("*.part")) == []


async def test_a_new_installation_is_told_what_will_come_by_itself(tmp_path: Path, address: str) -> None:
    code, lines = await doctor(tmp_path, telegram_token=TOKEN, telegram_api_url=address)
    assert code == 0
    assert any(line.startswith("perhatikan  Basis data: ") for line in lines)
    assert not (tmp_path / ".data" / "pandu.db").exists(), "the doctor makes no database"


async def test_without_a_token_that_is_the_only_line(tmp_path: Path) -> None:
    code, lines = await doctor(tmp_path)
    assert code == 1
    assert len(lines) == 2
    assert lines[0].startswith("perbaiki    Setelan: PANDU_TELEGRAM_TOKEN belum diisi")


async def test_a_database_that_is_away_is_told_without_its_password(tmp_path: Path, address: str) -> None:
    code, lines = await doctor(
        tmp_path, telegram_token=TOKEN, telegram_api_url=address,
        database_url="postgresql://pandu:very-secret-word@127.0.0.1:9/pandu",
    )  # fmt: skip
    assert code == 1
    assert [line for line in lines if line.startswith("perbaiki    Basis data: tidak dapat dibuka")]


@pytest.mark.parametrize("url", ["mysql://localhost/pandu", "sqlite:///:memory:"])
async def test_a_database_of_another_kind_is_told(tmp_path: Path, address: str, url: str) -> None:
    code, lines = await doctor(tmp_path, telegram_token=TOKEN, telegram_api_url=address, database_url=url)
    assert code == 1
    assert any("PANDU_DATABASE_URL" in line for line in lines) or any("Basis data" in line for line in lines)


@pytest.mark.postgres
async def test_postgresql_is_asked_too(tmp_path: Path, address: str, postgres_url: str) -> None:
    code, lines = await doctor(tmp_path, telegram_token=TOKEN, telegram_api_url=address, database_url=postgres_url)
    told = "\n".join(lines)
    assert "Basis data: PostgreSQL" in told
    assert "Jam komputer: sesuai dengan jam server basis data" in told
    assert "Sambungan: max_connections" in told
    # The tests' server does not wait for the disk, and the doctor says so.
    assert "perbaiki    Ketahanan" in told
    assert code == 1
