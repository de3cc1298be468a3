"""Officials' hands on the page of phones: they tap, type and attach, and look whether the page shows what is there.

Nothing sleeps. After each deed the bot finishes, and the page has to show exactly what then stands in the chat.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    FilePayload,
    Locator,
    Page,
    Response,
    TimeoutError,  # noqa: A004 - Playwright's own
    ViewportSize,
)

from simulator.records import Message
from tests.e2e.office import Office

DESK: ViewportSize = {"width": 1500, "height": 900}
SMALL_DESK: ViewportSize = {"width": 1136, "height": 640}
HAND: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 30_000
"""Milliseconds."""
IMAGES = Path(__file__).parents[2] / "docs" / "images"
CLEAR = "document.querySelectorAll('.toast, .notice').forEach((passing) => passing.remove())"
SHOWN = 60
"""Messages of a chat that the page loads at once."""

AGREES = """([user, expected]) => {
  const log = document.querySelector(`.phone[data-user="${user}"] .log`);
  if (!log) return false;
  const seen = [...log.querySelectorAll(".message")].slice(-expected.length || undefined).map((one) => [
    Number(one.dataset.id),
    (one.querySelector(".text")?.textContent ?? "").replace(/\\s/g, ""),
    [...one.querySelectorAll(".keys button")].map((key) => key.textContent).join("|"),
  ]);
  return JSON.stringify(seen) === JSON.stringify(expected);
}"""


class Camera:
    """Keeps pictures in a folder, numbered as they were taken; some are the README's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken = 0
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    async def shoot(self, what: Locator | Page, name: str) -> None:
        """Take a picture of an element, or of a whole window."""
        self.taken += 1
        words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        path = self.folder / f"{self.taken:03}-{words}.png"
        if isinstance(what, Locator):
            await what.page.evaluate(CLEAR)
        await what.screenshot(path=path, animations="disabled", caret="hide")

    async def shoot_for_readme(self, page: Page, name: str) -> None:
        """Take a picture that the README shows; it is renewed there only where PANDU_RENEW_IMAGES is set."""
        folder = IMAGES if os.environ.get("PANDU_RENEW_IMAGES") else self.folder
        size = page.viewport_size
        await page.evaluate(CLEAR)
        if size == DESK:
            await page.set_viewport_size(SMALL_DESK)
            await page.evaluate("document.querySelectorAll('.log').forEach((log) => log.scrollTo(0, log.scrollHeight))")
        await page.screenshot(path=folder / f"{name}.png", animations="disabled", caret="hide")
        if size == DESK:
            await page.set_viewport_size(DESK)


class Windows:
    """Windows onto the page, as in an office in Java; the page must not complain about anything in any of them."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.complaints: list[str] = []

    async def open(self, url: str, size: ViewportSize) -> Page:
        """Open the page in a window of its own."""
        page = await self.browser.new_page(
            viewport=size, locale="id-ID", timezone_id="Asia/Jakarta", has_touch=size is HAND, reduced_motion="reduce"
        )
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)
        await page.goto(url)
        return page

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


class Hands:
    """One official, with that official's phone on a page."""

    def __init__(self, page: Page, user: int, office: Office, camera: Camera) -> None:
        self.page = page
        self.user = user
        self.office = office
        self.camera = camera
        self.phone = page.locator(f'.phone[data-user="{user}"]')

    # Looking

    def message(self, text: str) -> Locator:
        """The newest message containing a text."""
        return self.phone.locator(".message", has_text=text).last

    def card(self, caption: str, on: str = "") -> Locator:
        """The newest message with a button of exactly this caption, containing `on`."""
        cards = self.phone.locator(".message", has=self.page.locator(_key(caption)))
        return (cards.filter(has_text=on) if on else cards).last

    async def sees(self, text: str) -> Locator:
        """Wait for a message containing a text; take its picture."""
        message = self.message(text)
        await self.turns_to()
        await self._there(message, repr(text))
        await self.camera.shoot(self.phone, f"{self.user} {text}")
        return message

    async def receives(self, name: str) -> bytes:
        """Wait for a file of this name, and save it as an official would."""
        await self.turns_to()
        link = self.phone.locator(".file", has_text=name).last
        async with self.page.expect_download() as download:
            await link.click()
        return (await (await download.value).path()).read_bytes()

    # Acting

    async def turns_to(self) -> None:
        """On a narrow screen: choose this official's phone."""
        tab = self.page.locator(f'.switcher button[data-user="{self.user}"]')
        if await tab.is_visible() and await tab.get_attribute("aria-pressed") != "true":
            await tab.click()

    async def taps(self, caption: str, on: str = "") -> None:
        """Tap a button; the card's picture is taken first."""
        await self.turns_to()
        card = self.card(caption, on)
        button = card.locator(_key(caption))
        await self._there(button, f"a button [{caption}] {on}")
        await self.camera.shoot(card, f"{self.user} {caption}")
        async with self.does("taps"):
            await button.click()

    async def says(self, text: str) -> None:
        """Type a message and press Enter."""
        await self.turns_to()
        box = self.phone.get_by_role("textbox")
        await box.fill(text)
        async with self.does("says"):
            await box.press("Enter")

    async def commands(self, command: str) -> None:
        """Choose a command from the menu."""
        await self.turns_to()
        await self.phone.get_by_role("button", name="Menu", exact=True).click()
        async with self.does("says"):
            await self.phone.get_by_role("menuitem", name=command).click()

    async def attaches(self, *files: tuple[str, bytes]) -> None:
        """Choose files of this computer, and send them."""
        await self.turns_to()
        await self.phone.get_by_role("button", name="Lampirkan berkas").click()
        async with self.page.expect_file_chooser() as chooser:
            await self.phone.get_by_role("menuitem", name="Berkas dari perangkat ini").click()
        chosen: Sequence[FilePayload] = [{"name": name, "mimeType": "", "buffer": body} for name, body in files]
        async with self.does("sends_album" if len(files) > 1 else "sends_document"):
            await (await chooser.value).set_files(chosen)

    async def samples(self, label: str) -> None:
        """Send one of the sample files."""
        await self.turns_to()
        await self.phone.get_by_role("button", name="Lampirkan berkas").click()
        async with self.does("sends_sample"):
            await self.phone.get_by_role("menuitem", name=label, exact=True).click()

    @asynccontextmanager
    async def does(self, operation: str) -> AsyncIterator[None]:
        """Wait until the deed was done, the bot has finished, and the page shows what stands there."""

        def is_it(answer: Response) -> bool:
            return answer.url.endswith(f"/_control/{operation}")

        async with self.page.expect_response(is_it) as answer:
            yield
        done = await answer.value
        assert done.ok, await done.text()
        await self.settled()

    async def _there(self, what: Locator, name: str) -> None:
        """Wait for something, and bring it into view."""
        try:
            await what.scroll_into_view_if_needed()
        except TimeoutError:
            chat = self.office.phones[self.user].text()
            raise AssertionError(f"{self.user} waited in vain for {name}\n{chat}") from None

    async def settled(self) -> None:
        """Wait until the bot has finished and the page shows exactly what stands in the chat."""
        await self.office.quiet()
        expected = [_look(message) for message in self.office.simulator.chat(self.user)[-SHOWN:]]
        await self.page.wait_for_function(AGREES, arg=[self.user, expected])


def _key(caption: str) -> str:
    return f".keys button:text-is({json.dumps(caption)})"


def _look(message: Message) -> tuple[int, str, str]:
    return message.id, re.sub(r"\s", "", message.content), "|".join(message.captions)
