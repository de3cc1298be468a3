"""An admin sets a new office up from nothing, on a phone of 390 px: every tap and every typed answer is counted.

Three more phones on the same page are those of the officials who are invited. The pictures are
kept in artifacts/browser; the count is printed and must stay below five minutes at a calm pace.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot import first_admin
from simulator.simulator import Person
from tests.browser.hands import HAND, Camera, Hands, Windows
from tests.browser.legibility import faults
from tests.e2e.office import Office
from tests.e2e.setting_up import Counted, add_official, add_units, adopt_sumbang, found

pytestmark = pytest.mark.browser

SITI, AHMAD, BUDI, DEWI = 1002, 1001, 1003, 1004
TOKEN = "Wb3kPq7Zx1_t-Rn9sYv4Lc2H"
AT_MOST_SECONDS = 300


@pytest.fixture
async def nothing(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Office]:
    """A bot without an office, and four phones that nobody knows yet."""
    office = Office(tmp_path, sqlite_url, "", {"siti": SITI, "ahmad": AHMAD, "budi": BUDI, "dewi": DEWI})
    for person, name in ((SITI, "Siti"), (AHMAD, "Ahmad"), (BUDI, "Budi"), (DEWI, "Dewi")):
        office.simulator.add_person(Person(person, name, ""))
    office.simulator.advance(office.clock.now() - office.simulator.clock.now())
    await office.open()
    yield office
    await office.close()


async def opens(page: Page, hands: Hands, link: str) -> None:
    """Open a link as from another messenger."""
    await hands.turns_to()
    await hands.phone.get_by_role("button", name="Menu telepon").click()
    await page.get_by_role("menuitem", name="Buka tautan undangan").click()
    await page.get_by_label("Tautan atau kodenya").fill(link)
    async with hands.does("opens_link"):
        await page.get_by_role("button", name="Buka", exact=True).click()


async def looks(hands: Hands, name: str) -> None:
    """Keep what the whole phone shows."""
    await hands.turns_to()
    await hands.camera.shoot(hands.page, name)


async def test_an_office_from_nothing_in_under_five_minutes(windows: Windows, nothing: Office, camera: Camera) -> None:
    office = nothing
    page = await windows.open(office.url, HAND)
    siti, ahmad, budi, dewi = (Hands(page, user, office, camera) for user in (SITI, AHMAD, BUDI, DEWI))
    line = await office.write(lambda session: first_admin.offer(session, TOKEN, office.clock.now()))
    assert line is not None
    link = re.search(r"https://\S+", line)
    assert link is not None
    admin = Counted(siti)

    await opens(page, siti, link[0])
    admin.taps += 1
    await looks(siti, "welcome")
    await found(admin)
    await siti.sees("Kecamatan Sumbang siap")
    await looks(siti, "founded")

    await add_units(admin, "Seksi Pemerintahan", "Seksi Trantib")
    await admin.does("[Kembali]", "[Pejabat]")
    await add_official(admin, "Ahmad Fauzi", "Bapak", "Pimpinan dan umum", "Camat")
    await looks(siti, "link to forward")
    await admin.does("[Kembali]", "[Kembali]", "[Pejabat]")
    await add_official(admin, "Budi Santoso", "Bapak", "Seksi Pemerintahan", "Kasi Pemerintahan")
    await admin.does("[Kembali]", "[Kembali]", "[Pejabat]")
    await add_official(admin, "Dewi Lestari", "Ibu", "Seksi Trantib", "Kasi Trantib")
    letters = [message.content for message in office.phones.siti.received]
    links = [one[0] for words in letters if (one := re.search(r"https://\S+start=[\w-]+", words))]
    for hands, invitation in zip((ahmad, budi, dewi), links, strict=True):
        await opens(page, hands, invitation)
        await siti.turns_to()
        await siti.settled()
        await admin.does("[Ya, benar]")
    await looks(siti, "everybody has joined")

    await admin.does("/kelola")
    await adopt_sumbang(admin)
    await siti.sees("Menunggu persetujuan Bapak Ahmad Fauzi")
    await looks(siti, "proposed")
    await ahmad.settled()
    await ahmad.sees("Mohon persetujuan: adopsi SOP")
    await looks(ahmad, "the head reads")
    await ahmad.taps("Setujui", on="Mohon persetujuan: adopsi SOP")
    await looks(ahmad, "the head has agreed")

    await siti.turns_to()
    await siti.settled()
    await admin.does("/mulai")
    await looks(siti, "which period")
    await admin.does("TW IV 2026", "[Mulai]")
    await looks(siti, "started")
    await ahmad.settled()
    await ahmad.sees("Perintahkan")
    assert await office.open_tasks() == [(1, "work", "")]
    assert await office.faults("sumbang") == []
    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == HAND["width"], "it scrolls sideways"
    print(f"\nset up from nothing: {admin}")  # noqa: T201 - the count is what one wants to see of this test
    assert admin.seconds < AT_MOST_SECONDS
    await expect(page.locator(".toast")).to_have_count(0)
