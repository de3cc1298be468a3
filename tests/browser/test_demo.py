"""The demo as a newcomer meets it: the guided tour, without a mouse, and for eyes and fingers of every age."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from bot.demo_tour import STEPS
from tests.browser.hands import DESK, HAND, Camera, Hands, Windows
from tests.browser.legibility import faults
from tests.e2e.office import Office

pytestmark = pytest.mark.browser

CAMAT, SEKCAM = 1001, 1002
TABS = 30
"""More than anybody would press from one control to the next that is needed."""


@pytest.mark.parametrize("size", [DESK, HAND], ids=["desk", "390"])
async def test_the_guided_tour_to_its_end(
    size: dict[str, int], windows: Windows, demo_office: Office, camera: Camera
) -> None:
    page = await windows.open(demo_office.url, DESK if size == DESK else HAND)
    await page.get_by_role("button", name="Langkah pertama").click()
    bar = page.get_by_role("complementary")
    for number, step in enumerate(STEPS, 1):
        await expect(bar).to_contain_text(f"{number}/{len(STEPS)} · ")
        await expect(bar).to_contain_text(step.words)
        hands = Hands(page, step.user, demo_office, camera)
        pointed = page.locator(".pointed")
        if step.button or step.file or step.jump or step.says is not None:
            await expect(pointed).to_be_in_viewport(ratio=0.5)
        await camera.shoot(page, f"{number} {step.button or step.says or step.file}")
        if step.button:
            async with hands.does("taps"):
                await pointed.click()
        elif step.file:
            await pointed.click()
            async with hands.does("sends_sample"):
                await page.get_by_role("menuitem", name="Format kosong (Excel)").click()
        elif step.jump:
            await pointed.click()
            drawer = page.get_by_role("dialog", name="Untuk pelatih")
            await drawer.get_by_role("button", name="Ke pengingat berikutnya").click()
            await expect(drawer.get_by_text("Sampai pada")).to_be_visible()
            await drawer.get_by_role("button", name="Tutup").click()
            await expect(page.get_by_text("Waktu latihan:")).to_be_visible()
        elif step.says:
            await pointed.click()
            async with hands.does("says"):
                await page.get_by_role("menuitem", name=step.says).click()
        elif step.says is not None:
            await pointed.fill("TW IV 2026")
            async with hands.does("says"):
                await hands.phone.get_by_role("button", name="Kirim pesan").click()
        else:
            await bar.get_by_role("button", name="Lanjut").click()
    await expect(bar).to_be_hidden()
    await expect(page.get_by_text("Panduan selesai.")).to_be_visible()
    assert await faults(page) == []


async def test_a_whole_step_without_a_mouse(windows: Windows, demo_office: Office, camera: Camera) -> None:
    page = await windows.open(demo_office.url, DESK)
    camat, sekcam = (Hands(page, user, demo_office, camera) for user in (CAMAT, SEKCAM))
    await expect(camat.phone.get_by_role("button", name="Menu", exact=True)).to_be_visible()
    async with camat.does("says"):
        await press(page, camat, "Menu")
        await press(page, camat, "/mulai", key="ArrowDown")
    async with camat.does("taps"):
        await press(page, camat, "Pengukuran Kinerja Kecamatan Sumbang", key="Shift+Tab")
    async with camat.does("says"):
        await focus(page, camat, "Tulis pesan sebagai Ahmad Fauzi, Camat")
        await page.keyboard.type("TW IV 2026")
        await page.keyboard.press("Enter")
    # The newest card stands right above the line to type in.
    for caption, key in (("Mulai", "Shift+Tab"), ("Perintahkan", "Tab"), ("Lewati", "Tab")):
        async with camat.does("taps"):
            await press(page, camat, caption, key)
    async with sekcam.does("sends_sample"):
        await press(page, sekcam, "Lampirkan berkas")
        await press(page, sekcam, "Format kosong (Excel)", key="ArrowDown")
    async with sekcam.does("taps"):
        await press(page, sekcam, "Kirim hasil", key="Shift+Tab")
    assert await demo_office.open_tasks() == [(3, "work", "")]


async def press(page: Page, hands: Hands, name: str, key: str = "Tab") -> None:
    """Go to a control by keyboard alone, and press it."""
    await focus(page, hands, name, key)
    await page.keyboard.press("Enter")


async def focus(page: Page, hands: Hands, name: str, key: str = "Tab") -> None:
    """Go to a control of a phone by keyboard alone; it must show that it has the focus."""
    seen = []
    for _ in range(TABS):
        user, label, outlined = await page.evaluate(
            """() => { const one = document.activeElement; return [
                 one.closest(".phone")?.dataset.user, one.getAttribute("aria-label") || one.textContent,
                 getComputedStyle(one).outlineStyle !== "none"]; }"""
        )
        if user == str(hands.user) and (label == name or (name[0] == "/" and label.startswith(name))):
            assert outlined, f"nobody sees that {name} has the focus"
            return
        seen.append(f"{user} {label[:30]}")
        await page.keyboard.press(key)
    raise AssertionError(f"{name} cannot be reached with {key}: {seen}")


async def test_everything_can_be_read_and_has_a_name(windows: Windows, demo_office: Office, camera: Camera) -> None:
    desk, hand = await windows.open(demo_office.url, DESK), await windows.open(demo_office.url, HAND)
    for page in (desk, hand):
        camat = Hands(page, CAMAT, demo_office, camera)
        await camat.commands("/mulai")
        await camat.samples("Foto")
        await camat.samples("Surat (Word)")
        await camat.phone.get_by_role("button", name="Lampirkan berkas").click()
        assert await faults(page) == []
        await camera.shoot(page, "files")
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Pelatih").click()
        assert await faults(page) == []
        await camera.shoot(page, "trainer")
        await page.keyboard.press("Escape")
        await camat.phone.get_by_role("button", name="Menu telepon").click()
        assert await faults(page) == []
        await camera.shoot(page, "phone menu")
        await page.get_by_role("menuitem", name="Buka tautan undangan").click()
        assert await faults(page) == []
        await camera.shoot(page, "invitation")
        await page.keyboard.press("Escape")
        await camat.phone.get_by_role("button", name="Perbesar foto").last.click()
        assert await faults(page) == []
        await camera.shoot(page, "picture")
        await page.keyboard.press("Escape")
