"""A database that a newer Pandu has migrated is left alone, and whoever runs this one is told in one line."""

from __future__ import annotations

import asyncio
import sys

import pytest
from sqlalchemy import text

from bot import cli
from storage.database import migrate, open_database
from storage.errors import NewerSchema


async def change_revision(url: str) -> None:
    database = await open_database(url)
    try:
        later = text("UPDATE alembic_version SET version_num = '9999'")
        await database.write(lambda session: session.connection().execute(later) and None)
    finally:
        await database.close()


async def test_a_newer_database_is_not_migrated(database_url: str) -> None:
    await change_revision(database_url)
    with pytest.raises(NewerSchema, match="9999"):
        migrate(database_url)


@pytest.mark.parametrize("command", [["run"], ["serve"], ["office", "export"], ["inbox", "list"]])
def test_every_command_says_so_in_one_line(
    sqlite_url: str, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(change_revision(sqlite_url))
    monkeypatch.setenv("PANDU_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("PANDU_TELEGRAM_TOKEN", "7000000001:AAE-secret_secret-secret_secret-abc")
    monkeypatch.setenv("PANDU_WEBHOOK_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PANDU_TELEGRAM_API_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(sys, "argv", ["pandu", *command])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert "versi Pandu yang lebih baru" in said[0]
