"""An office on PostgreSQL whose bot is stopped and started between every two steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.driver import Driver, Move
from tests.e2e.office import Office
from tests.e2e.offices import PEOPLE, office_file

SOP = "sumbang-pengukuran-kinerja"


@pytest.mark.postgres
async def test_a_restart_between_two_steps_changes_nothing(tmp_path: Path, postgres_url: str) -> None:
    office = Office(tmp_path, postgres_url, office_file(SOP), PEOPLE)
    await office.open()
    restarted: list[int] = []

    async def restart(move: Move) -> bool:
        if move.step and move.step not in restarted:
            restarted.append(move.step)
            await office.quiet()
            before = await office.open_tasks(), [phone.text() for phone in office.phones.phones.values()]
            await office.restart()
            await office.quiet()
            assert before == (await office.open_tasks(), [phone.text() for phone in office.phones.phones.values()])
        return False

    try:
        driver = Driver(office.phones, detour=restart)
        await driver.start(office.phones.camat, "TW IV 2026")
        await driver.finish(office.phones.camat)
        await office.quiet()
        assert restarted == list(range(1, 15))
        assert await office.open_tasks() == []
        assert await office.faults("sumbang") == []
    finally:
        await office.close()
