"""Two offices at work in one database, of which one must never learn a word of the other."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

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


@pytest.fixture
async def entrance(sqlite_url: str) -> AsyncIterator[Entrance]:
    """Two offices with a run each; the other's reasons and values are secret, too."""
    database = await open_database(sqlite_url)
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
    yield made
    await database.close()


def offered(entrance: Entrance, chat: int, pattern: str) -> str:
    return next(data for data in entrance.buttons[chat] if re.fullmatch(pattern, data))
