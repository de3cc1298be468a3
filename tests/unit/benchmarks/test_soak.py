"""What a soak is played with: people who press each button once, and a picture that can be read."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

from sqlmodel import select

from benchmarks.soak import town
from benchmarks.soak.phones import ZONE, Phones
from benchmarks.soak.samples import DRAWN, Sample, append, draw
from benchmarks.soak.town import SEATS, STAFF, Size
from storage.database import migrate, open_database
from storage.tables import Run
from workflow.moment import Moment

FRIDAY = datetime(2027, 1, 8, 8, 30, tzinfo=UTC)


def card(*data: str) -> dict[str, Any]:
    return {"chat_id": 5, "text": "Kartu", "reply_markup": {"inline_keyboard": [[{"callback_data": x}] for x in data]}}


def test_each_main_button_is_pressed_once_in_working_hours() -> None:
    clock = SimpleNamespace(now=FRIDAY)
    phones = Phones(7, lambda: clock.now, Random(1))
    for number in range(200):
        asyncio.run(phones.call("sendMessage", card(f"do:{number}:1", f"step:{number}:1")))
        asyncio.run(phones.call("sendMessage", card(f"do:{number}:1")))
    asyncio.run(phones.call("sendMessage", {"chat_id": 5, "text": "Ringkasan", "reply_markup": None}))
    assert phones.messages == 401
    assert len(phones.taps) == 200
    assert {at.astimezone(ZONE).hour for at, _, _ in phones.taps} <= set(range(8, 16))
    assert {at.astimezone(ZONE).weekday() for at, _, _ in phones.taps} <= set(range(5))
    assert phones.due() == []
    clock.now = FRIDAY + timedelta(days=9)
    updates = phones.due()
    assert len({number for number, _, _ in updates}) == 200
    assert all(chat == 5 for _, chat, _ in updates)


def test_a_soak_is_drawn_panel_by_panel_and_kept_line_by_line(tmp_path: Path) -> None:
    samples = [
        Sample(float(second), "2027-01-04T00:00+00:00", second, 2 * second, 0, 150.0 + second, second, 0, 0.1, 0, 12.0)
        for second in range(5)
    ]
    for sample in samples:
        append(tmp_path / "soak.csv", sample)
    lines = (tmp_path / "soak.csv").read_text().splitlines()
    assert lines[0].startswith("seconds,business_time,updates,")
    assert len(lines) == 1 + len(samples)
    draw(samples, tmp_path / "soak.svg")
    picture = ElementTree.parse(tmp_path / "soak.svg").getroot()
    lines_drawn = [element for element in picture if element.tag.endswith("polyline")]
    assert len(lines_drawn) == len(DRAWN)
    first, *_, last = lines_drawn[0].attrib["points"].split()
    assert first.startswith("70.0,")
    assert last == "970.0,24.0", "the highest is at the top, the last at the right"


def test_each_run_is_begun_once_in_any_order(tmp_path: Path) -> None:
    size = Size(offices=1, runs=7, bots=1)
    url = f"sqlite:///{tmp_path / 'soak.db'}"
    migrate(url)

    async def begin() -> list[tuple[str, str]]:
        database = await open_database(url)
        try:
            for _ in range(2):
                await database.write(lambda session: town.found(session, size, 0, FRIDAY))
            for run in (6, 1, 0, 3, 1, 5, 2, 4, 6):
                moment = Moment(town.bot_ids(size)[0], FRIDAY, f"{run:016x}")
                await database.write(partial(town.begin, moment=moment, number=0, run=run))
            return await database.read(lambda session: list(session.exec(select(Run.sop_id, Run.period))))
        finally:
            await database.close()

    begun = asyncio.run(begin())
    assert len(begun) == len(set(begun)) == size.runs
    assert len({sop for sop, _ in begun}) == town.SOPS


def test_everybody_has_a_seat() -> None:
    assert len(SEATS) == 20
    assert len(STAFF) == 13
    assert Size(offices=1000, runs=5000, bots=20).officials == 20_000
