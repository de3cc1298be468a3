"""Days pass on the page: a step of three days that nobody does, seen through reminder, deadline, digest, dispensation.

Candipuro step 5 ("3 Hari") lies with Ibu Rina; Ibu Siti, the Sekcam, is her superior. The trainer moves the clock.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands import DESK, HAND, Camera, Hands, Windows
from tests.browser.legibility import faults
from tests.e2e.driver import Driver, Move
from tests.e2e.office import Office

pytestmark = pytest.mark.browser

SOP = "Pengukuran Data Kinerja Kecamatan Candipuro"
CAMAT, SEKCAM, RINA = 1001, 1002, 1006


async def until_step_5(office: Office) -> None:
    """Play steps 1 to 4 without a browser; then nobody does anything."""

    async def leave(move: Move) -> bool:
        return move.step == 5

    driver, rina = Driver(office.phones, detour=leave), office.phones[RINA]
    await driver.start(office.phones[CAMAT], "TW IV 2026", SOP)
    await driver.play(lambda: any("angkah 5 dari 10" in one.content for one in rina.received))
    await office.quiet()


async def goes(page: Page, way: str) -> str:
    """Go forward in time by a button of the drawer; return where it says one is then."""
    await page.get_by_role("button", name="Pelatih").click()
    drawer = page.get_by_role("dialog", name="Untuk pelatih")
    await drawer.get_by_role("button", name=way).click()
    told = drawer.get_by_role("status")
    await expect(told).to_contain_text("Sampai pada")
    words = await told.inner_text()
    await page.keyboard.press("Escape")
    return words


async def test_three_days_pass(windows: Windows, demo_office: Office, camera: Camera) -> None:
    office = demo_office
    await until_step_5(office)
    desk = await windows.open(office.url, DESK)
    rina = Hands(await windows.open(office.url, HAND), RINA, office, camera)
    sekcam = Hands(await windows.open(office.url, HAND), SEKCAM, office, camera)
    await sekcam.turns_to()
    await rina.sees("Tenggat: Jumat, 8 Januari 2027 pukul 16.30 WIB")

    # Reminded while there is time, and at the deadline; the superior hears nothing yet.
    assert "Kamis, 7 Januari" in await goes(desk, "Ke pengingat berikutnya")
    await rina.settled()
    await rina.sees("Pengingat")
    await camera.shoot(desk, "desk early reminder")
    assert "Jumat, 8 Januari 2027 pukul 07.3" in await goes(desk, "Ke pengingat berikutnya")
    await rina.settled()
    await camera.shoot(rina.page, "rina on the last day")
    assert "Jumat, 8 Januari 2027 pukul 15.3" in await goes(desk, "Ke pengingat berikutnya")
    await rina.settled()
    await rina.sees("tenggat hari ini 16.30")
    await camera.shoot(rina.page, "rina at the deadline")

    # The morning after nobody says "late" yet.
    assert "Senin, 11 Januari" in await goes(desk, "Ke pagi kerja berikutnya")
    await rina.settled()
    await camera.shoot(rina.page, "rina the morning after")
    assert "terlambat" not in office.phones[RINA].text()
    assert "Pengingat" not in office.phones[SEKCAM].text()

    # Then her own digest says so, and her superior's: one a morning, which takes the place of the last.
    for late, day in enumerate(("Selasa, 12", "Rabu, 13"), 1):
        assert f"{day} Januari" in await goes(desk, "Ke pagi kerja berikutnya")
        for hands in (rina, sekcam):
            await hands.settled()
            await hands.sees(f"terlambat {late} hari kerja")
        await camera.shoot(sekcam.page, f"sekcam {late} days late")
        assert office.phones[SEKCAM].text().count("Pengingat") == 1
    await camera.shoot(desk, "desk escalation")

    # More time, asked for in words and granted.
    await rina.taps("Minta dispensasi")
    await rina.says("jumat jam 3 sore")
    await rina.taps("Ya")
    await rina.says("Data dua seksi baru masuk kemarin.")
    await rina.taps("Kirim alasan")
    await sekcam.settled()
    await sekcam.taps("Setujui", on="Data dua seksi baru masuk kemarin.")
    await rina.settled()
    await rina.sees("Dispensasi sampai Jumat, 15 Januari 2027 pukul 15.00 WIB")
    await rina.says("/status 1")
    await rina.sees("Dispensasi")
    await camera.shoot(desk, "desk at the end")
    assert await office.faults("sumbang") == []
    for page in (desk, rina.page, sekcam.page):
        assert await faults(page) == []
    for hands in (rina, sekcam):
        width = await hands.page.evaluate("document.documentElement.scrollWidth")
        assert width == HAND["width"], "it scrolls sideways"


@pytest.mark.parametrize("size", [DESK, HAND], ids=["desk", "390"])
async def test_the_trainer_moves_the_clock(
    size: dict[str, int], windows: Windows, demo_office: Office, camera: Camera
) -> None:
    page = await windows.open(demo_office.url, DESK if size == DESK else HAND)
    bar = page.locator("#time")
    await expect(page.get_by_role("button", name="Langkah pertama")).to_be_visible()
    await expect(bar).to_be_hidden()
    await page.get_by_role("button", name="Pelatih").press("Enter")
    drawer = page.get_by_role("dialog", name="Untuk pelatih")
    told = drawer.get_by_role("status")
    await expect(drawer.get_by_text("Sekarang Senin, 4 Januari 2027 pukul 08.")).to_be_visible()

    # By keyboard alone. Tuesday is a holiday, and the page says so.
    morning = drawer.get_by_role("button", name="Ke pagi kerja berikutnya")
    await page.keyboard.press("Tab")
    await expect(morning).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(told).to_contain_text("Sampai pada Rabu, 6 Januari 2027 pukul 07.30 WIB. Libur: Isra Mikraj")
    await expect(morning).to_be_focused()
    field = drawer.get_by_label("Ke tanggal dan jam")
    await expect(field).to_have_value("2027-01-07T09:00")
    await expect(field).to_have_accessible_description("Berarti Kamis, 7 Januari 2027 pukul 09.00 WIB.")
    await camera.shoot(page, "arrived")
    assert await faults(page) == []

    await field.fill("2027-01-04T09:00")
    await field.press("Enter")
    await expect(told).to_contain_text("hanya dapat maju, dan sekarang sudah Rabu, 6 Januari 2027 pukul 07.3")
    await camera.shoot(page, "the past")
    assert [complaint for complaint in windows.complaints if "409" in complaint] == windows.complaints, "only refusals"
    windows.complaints.clear()

    await field.fill("2027-03-15T09:00")
    await drawer.get_by_role("button", name="Ke tanggal itu").click()
    await expect(told).to_contain_text("Sampai pada Senin, 15 Maret 2027 pukul 09.0")
    await page.keyboard.press("Escape")
    await expect(bar).to_have_text("Waktu latihan: Senin, 15 Maret 2027 pukul 09.00 WIB")
    await camera.shoot(page, "the page")
    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    await page.reload()
    await expect(bar).to_contain_text("Senin, 15 Maret 2027")


async def test_a_long_way_shows_how_far_it_is_and_can_be_stopped(
    windows: Windows, demo_office: Office, camera: Camera
) -> None:
    office = demo_office
    await until_step_5(office)
    page = await windows.open(office.url, HAND)
    await page.get_by_role("button", name="Pelatih").click()
    drawer = page.get_by_role("dialog", name="Untuk pelatih")
    await drawer.get_by_label("Ke tanggal dan jam").fill("2027-12-31T09:00")
    await drawer.get_by_role("button", name="Ke tanggal itu").press("Enter")
    stop = drawer.get_by_role("button", name="Berhenti di sini")
    await expect(stop).to_be_focused()
    await expect(drawer.get_by_role("progressbar", name="Kemajuan waktu latihan")).to_be_visible()
    await expect(drawer.get_by_role("button", name="Ke pagi kerja berikutnya")).to_be_disabled()
    await camera.shoot(page, "on the way")
    await page.keyboard.press("Enter")
    await expect(drawer.get_by_role("status")).to_contain_text("Dihentikan pada")
    await expect(drawer.get_by_role("button", name="Ke tanggal itu")).to_be_focused()
    await expect(stop).to_be_hidden()
    await camera.shoot(page, "stopped")
