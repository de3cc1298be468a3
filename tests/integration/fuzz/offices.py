"""Two offices at work in one database, of which one must never learn a word of the other."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from storage.database import open_database
from tests.e2e.offices import PEOPLE, office_file
from tests.integration.fuzz.entrance import Entrance

SECRET = "Zzrahasia"
"""Stands in every word that the other office uses, and nowhere else."""
SOP = "tambak-evaluasi-kinerja"
OTHERS = [820_000_001 + number for number in range(7)]
STRANGERS = (4242, 4343)
ADMIN = PEOPLE["camat"]
OFFICIALS = tuple(chat for chat in PEOPLE.values() if chat != ADMIN)


def other_office() -> str:
    """An office like the sample one, with other people, whose every word is a secret."""
    text = office_file(SOP).replace("admin: true, salutation: Bapak", "admin: true")
    for number, mine in enumerate(PEOPLE.values()):
        text = text.replace(f"telegram_id: {mine}", f"telegram_id: {OTHERS[number]}")
    text = text.replace("id: sumbang, name: Kecamatan Sumbang", f"id: rahasia, name: {SECRET}")
    text = text.replace("Banyumas", SECRET)
    return re.sub(r"- \{name: (\w+)", rf"- {{name: {SECRET} \1", text)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Two offices at work, as a file to copy, and how far they have come."""

    path: Path
    update_id: int
    at: datetime
    buttons: dict[int, list[str]]


async def prepare(path: Path) -> Prepared:
    """Let both offices start a run; the other's reasons and values are secret, too."""
    database = await open_database(f"sqlite:///{path}")
    made = Entrance(database)
    await made.found(office_file(SOP), other_office())
    for sekcam, camat, period, words in (
        (PEOPLE["sekcam"], ADMIN, "TW IV 2026", "Mohon segera"),
        (OTHERS[1], OTHERS[0], f"{SECRET} 2026", f"Mohon {SECRET} segera"),
    ):
        for person in (sekcam, camat):
            await made.says(person, "/start")
        await made.says(sekcam, "/mulai")
        await made.speak()
        await made.says(sekcam, period)
        await made.speak()
        await made.taps(sekcam, offered(made, sekcam, r"q:\w+:start"))
        await made.speak()
        await made.taps(camat, offered(made, camat, r"decide:\d+:\d+:\w+|do:\d+:\d+"))
        await made.says(camat, words)
        await made.speak()
    assert await made.parked() == []
    await database.close()
    return Prepared(path, made.update_id, made.clock.at, made.buttons)


@pytest.fixture(scope="session")
def prepared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The offices, made once."""
    path = tmp_path_factory.mktemp("offices") / "pandu.db"
    shutil.copyfile(sqlite_template, path)
    # A loop of its own, beside the tests'.
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, prepare(path)).result()


@pytest.fixture
async def entrance(prepared: Prepared, tmp_path: Path) -> AsyncIterator[Entrance]:
    """The offices, for one test."""
    path = tmp_path / "offices.db"
    shutil.copyfile(prepared.path, path)
    database = await open_database(f"sqlite:///{path}")
    made = Entrance(database)
    made.update_id, made.clock.at = prepared.update_id, prepared.at
    made.buttons = {chat: list(data) for chat, data in prepared.buttons.items()}
    yield made
    await database.close()


def offered(entrance: Entrance, chat: int, pattern: str) -> str:
    return next(data for data in entrance.buttons[chat] if re.fullmatch(pattern, data))
