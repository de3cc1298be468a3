"""``pandu person``: a copy of what is kept about somebody, and its erasure after a question."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import Session
from typer.testing import CliRunner, Result

from bot.cli import person
from storage import audit
from storage.database import Database
from storage.tables import Office, Official, Seat
from tests.integration.storage.conftest import ANA, OFFICE

NAME = "Siti Rahayu"


@pytest.fixture
def pandu(
    sqlite_url: str, sqlite: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., asyncio.Future[Result]]:
    assert sqlite
    monkeypatch.setenv("PANDU_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("PANDU_DATA_DIR", str(tmp_path))

    def run(*arguments: str, answer: str = "") -> asyncio.Future[Result]:
        # The command brings its own event loop, beside the test's.
        invoke = partial(CliRunner().invoke, person.app, list(arguments), input=answer, catch_exceptions=False)
        return asyncio.ensure_future(asyncio.to_thread(invoke))

    return run


Pandu = Callable[..., "asyncio.Future[Result]"]


async def account(database: Database) -> int | None:
    return await database.read(lambda s: s.get_one(Official, 1).telegram_id)


async def test_the_copy_is_json_with_everything_in_sections(pandu: Pandu) -> None:
    result = await pandu("export", NAME, "--office", OFFICE)
    assert result.exit_code == 0
    found = json.loads(result.output)
    assert found["official"][0]["telegram_id"] == ANA
    assert len(found["cards"]) == 4
    assert found["texts"] == []
    # The only office need not be named, and the row's number does as well.
    assert json.loads((await pandu("export", "1")).output) == found


async def test_nothing_is_erased_without_a_yes(pandu: Pandu, sqlite: Database) -> None:
    result = await pandu("erase", NAME, answer="n\n")
    assert result.exit_code == 1
    assert "Tidak ada yang dihapus." in result.output
    assert await account(sqlite) == ANA


async def test_it_says_what_goes_what_stays_and_what_is_out_of_reach(pandu: Pandu, sqlite: Database) -> None:
    await sqlite.write(lambda s: s.add(Seat(office_id=OFFICE, role="sekcam", official_id=1)))
    result = await pandu("erase", NAME, answer="y\n")
    assert result.exit_code == 0
    for words in (
        "Jadwal Retensi Arsip (JRA)",
        "nama dan jabatan",
        "cadangan lama",
        "memegang 1 jabatan",
        "dihapus: 0 teks",
    ):
        assert words in result.output, words
    assert await account(sqlite) is None

    def known(session: Session) -> tuple[str, list[audit.Fault]]:
        return session.get_one(Official, 1).name, audit.verify(session, OFFICE)

    assert await sqlite.read(known) == (NAME, [])


async def test_yes_asks_nothing(pandu: Pandu, sqlite: Database) -> None:
    assert (await pandu("erase", NAME, "--yes")).exit_code == 0
    assert await account(sqlite) is None


async def test_who_is_not_known_is_said_plainly(pandu: Pandu, sqlite: Database) -> None:
    for arguments in (
        ("export", "Orang Lain"),
        ("erase", "Orang Lain", "--yes"),
        ("export", NAME, "--office", "tiada"),
    ):
        result = await pandu(*arguments)
        assert result.exit_code == 1
        assert "Tidak ada" in result.output
    await sqlite.write(lambda s: s.add(Office(id="tambak", name="T", regency="R", timezone="Asia/Jakarta")))
    result = await pandu("erase", NAME, "--yes")
    assert result.exit_code == 1
    assert "--office: sumbang, tambak" in result.output
    assert await account(sqlite) == ANA
