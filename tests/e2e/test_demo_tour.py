"""The demo's guided tour can be followed to its end: everything it points at is there."""

from __future__ import annotations

from pathlib import Path

from bot.demo import OFFICE_FILE, people
from bot.demo_tour import STEPS
from simulator.samples import SAMPLES
from tests.e2e.office import Office
from workflow.office_file.loading import load_file


async def test_every_step_of_the_tour_can_be_done(tmp_path: Path, sqlite_url: str) -> None:
    phones = {f"p{person.id}": person.id for person in people(load_file(OFFICE_FILE).file)}
    office = Office(tmp_path, sqlite_url, OFFICE_FILE.read_text(), phones)
    await office.open()
    try:
        for step in STEPS:
            phone = office.phones[step.user]
            if step.button:
                await phone.taps(step.button)
            elif step.file:
                await phone.sends_document(SAMPLES["blank"].name, SAMPLES["blank"].make())
            elif step.says is not None:
                await phone.says(step.says or "TW IV 2026")
            await office.quiet()
        await office.phones[1001].hears("Langkah 4 dari 14")
    finally:
        await office.close()
