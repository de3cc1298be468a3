"""A real browser, and an office to look at through it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from bot.demo import OFFICE_FILE, people
from bot.demo_clock import CLOCK, DemoClock
from bot.demo_jump import Jumps
from bot.demo_tour import STEPS
from simulator import Trainer
from tests.browser.hands import Camera, Windows
from tests.e2e.office import Office, TestClock
from workflow.office_file.loading import load_file

ARTIFACTS = Path(__file__).parents[2] / "artifacts" / "browser"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-extensions", "--disable-sync", "--disable-background-networking",
    "--disable-component-update", "--disable-default-apps", "--no-first-run", "--mute-audio",
)  # fmt: skip
"""A browser that asks nobody for anything but the page."""

expect.set_options(timeout=30_000)


class TrainingClock(DemoClock, TestClock):
    """The demo's clock on top of an office's, which begins on Monday 4 January 2027 at 08.00 WIB."""

    def __init__(self, file: Path) -> None:
        self._under = TestClock()
        super().__init__(file, self._under)

    def advance(self, by: timedelta) -> None:
        """Let time pass without the trainer."""
        self._under.advance(by)


@pytest.fixture
async def windows() -> AsyncIterator[Windows]:
    """Chromium; where there is none the test is skipped, or fails if PANDU_REQUIRE_BROWSER is set."""
    if CHROMIUM is None:
        if os.environ.get("PANDU_REQUIRE_BROWSER"):
            pytest.fail("no Chromium on this machine, and the browser tests are required")
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        opened = Windows(browser)
        yield opened
        await browser.close()
    # That a server is gone when a test is over is no fault of the page.
    assert [said for said in opened.complaints if "ERR_CONNECTION_REFUSED" not in said] == []


@pytest.fixture
def camera(request: pytest.FixtureRequest) -> Camera:
    """Keeps what a test has seen in a folder of its name."""
    return Camera(ARTIFACTS / request.node.name.removeprefix("test_"))


@pytest.fixture
async def demo_office(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Office]:
    """The office of `make demo` with the real bot behind it; everybody has pressed START."""
    persons = people(load_file(OFFICE_FILE).file)
    office = Office(tmp_path, sqlite_url, OFFICE_FILE.read_text(), {f"p{one.id}": one.id for one in persons})
    office.clock = clock = TrainingClock(tmp_path / CLOCK)
    # The phones show the office's date, not the day on which somebody tests.
    office.simulator.advance(office.clock.now() - office.simulator.clock.now())
    for person in persons:
        office.simulator.add_person(person)
    office.simulator.tour = STEPS
    await office.open()
    assert office.pandu is not None
    jumps = Jumps(office.pandu, office.simulator, clock, "Asia/Jakarta")
    office.simulator.trainer = Trainer(clock=jumps.face, jump=jumps.begin, stop_jump=jumps.stop)
    yield office
    await jumps.close()
    await office.close()
