"""Officials' phones for end-to-end tests: they act on a simulator and wait for what the bot shows them.

Nothing here sleeps: every wait ends with the change that it waits for, and fails with what is on the phone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from simulator import Impossible, Simulator
from simulator.records import Message, Query, Toast

T = TypeVar("T")
PATIENCE = 30.0
"""Seconds of real time that a phone waits before it gives up."""


class Phone:
    """One official's phone.

    `messages`, `last()`, `buttons()` and `toasts` look; `says`, `sends_*`, `taps`, `forges` act; `sees`, `hears`,
    `gone` and `told` wait.
    """

    def __init__(self, simulator: Simulator, user_id: int, *, bot: int | None = None) -> None:
        self.simulator = simulator
        self.user_id = user_id
        self.bot = bot
        self.acted_at = 0
        """The simulator's serial number at this phone's last deed: later changes are news."""

    # Looking

    @property
    def messages(self) -> list[Message]:
        """Everything in the chat now, own messages included, oldest first."""
        return self.simulator.chat(self.user_id, bot=self.bot)

    @property
    def received(self) -> list[Message]:
        """What the bot wrote and still stands there, oldest first."""
        return [message for message in self.messages if message.sender != self.user_id]

    @property
    def toasts(self) -> list[str]:
        """The texts shown as answers to taps, oldest first."""
        return [toast.text for toast in self.simulator.toasts(self.user_id) if toast.text]

    def last(self) -> Message:
        """The newest message of the bot."""
        assert self.received, "the bot has written nothing"
        return self.received[-1]

    def buttons(self) -> list[str]:
        """The captions on all live keyboards, newest message first."""
        return [caption for message in reversed(self.messages) for caption in message.captions]

    def find(self, caption: str, on: str | None = None) -> Message | None:
        """The newest message carrying a button with exactly this caption, whose text contains `on`."""
        return next((m for m in reversed(self.messages) if caption in m.captions and (on or "") in m.content), None)

    def text(self) -> str:
        """All that is on the phone, for failure messages and for looking."""
        lines = []
        for message in self.messages:
            who = "me " if message.sender == self.user_id else "bot"
            file = self.simulator.file_name(message)
            name = f"<{file}> " if file else "<photo> " if message.photo else ""
            lines.append(f"{who} {message.id}: {name}{message.content}")
            lines += ["        " + " ".join(f"[{button['text']}]" for button in row) for row in message.keyboard]
        return "\n".join(lines)

    def file(self, message: Message) -> bytes:
        """The bytes of a message's document or photo."""
        return self.simulator.content(message)

    # Acting

    async def says(self, text: str) -> Message:
        """Write to the bot."""
        self._acts()
        return self.simulator.says(self.user_id, text, bot=self.bot)

    async def opens(self, payload: str) -> Message:
        """Open the bot's link with a start parameter."""
        self._acts()
        return self.simulator.opens_link(self.user_id, payload, bot=self.bot)

    async def sends_document(
        self, name: str, content: bytes, *, mime: str | None = None, caption: str | None = None,
        omit_size: bool = False, size: int | None = None,
    ) -> Message:  # fmt: skip
        """Send a file; `size` makes it longer, by zeros."""
        self._acts()
        return self.simulator.sends_document(
            self.user_id, name, content, mime=mime, caption=caption, omit_size=omit_size, size=size, bot=self.bot
        )

    async def sends_photo(self, content: bytes, *, caption: str | None = None) -> Message:
        """Send a picture."""
        self._acts()
        return self.simulator.sends_photo(self.user_id, content, caption=caption, bot=self.bot)

    async def sends_album(
        self, items: Iterable[tuple[str, bytes]], *, as_photos: bool = False, caption: str | None = None
    ) -> list[Message]:
        """Send several files at once."""
        self._acts()
        return self.simulator.sends_album(self.user_id, items, as_photos=as_photos, caption=caption, bot=self.bot)

    async def taps(self, caption: str, *, on: str | None = None, within: float = PATIENCE) -> Query:
        """Tap the button with exactly this caption on the newest message that has it; waits until one does.

        `on` chooses the message by a part of its text.
        """
        message = await self._wait(lambda: self.find(caption, on), within, f"a button [{caption}] on {on or 'any'!r}")
        self._acts()
        return self.simulator.taps(self.user_id, message.id, caption=caption, bot=self.bot)

    async def taps_on(self, message: Message, caption: str) -> Toast:
        """Tap a button on this very message; waits for the answer to the tap."""
        self._acts()
        return await self.told(self.simulator.taps(self.user_id, message.id, caption=caption, bot=self.bot))

    async def taps_and_hears(self, caption: str, *, on: str | None = None, within: float = PATIENCE) -> Toast:
        """Tap and wait for the bot's answer to this very tap."""
        query = await self.taps(caption, on=on, within=within)
        return await self.told(query, within=within)

    async def forges(self, message: Message, data: str) -> Query:
        """Send callback data that no keyboard carries (any more)."""
        self._acts()
        return self.simulator.forges_tap(self.user_id, message.id, data, bot=self.bot)

    async def blocks(self) -> None:
        """Block the bot."""
        self._acts()
        self.simulator.blocks(self.user_id, bot=self.bot)

    async def unblocks(self) -> None:
        """Unblock the bot."""
        self._acts()
        self.simulator.unblocks(self.user_id, bot=self.bot)

    # Waiting

    async def sees(self, text: str, within: float = PATIENCE, *, since: int = 0) -> Message:
        """Wait until a message of the bot contains a text; returns the newest such message.

        `since` (a simulator serial, e.g. `phone.acted_at`) leaves out what was there unchanged before.
        """

        def look() -> Message | None:
            found = (m for m in reversed(self.received) if text in m.content and m.serial > since)
            return next(found, None)

        return await self._wait(look, within, f"{text!r}" + (" as news" if since else ""))

    async def hears(self, text: str, within: float = PATIENCE) -> Message:
        """Wait for a message containing a text that came or changed after this phone's last deed."""
        return await self.sees(text, within, since=self.acted_at)

    async def receives(self, text: str, within: float = PATIENCE, *, after: Message) -> Message:
        """Wait for a message containing a text that came after another one; one that only changed is none."""

        def look() -> Message | None:
            return next((m for m in reversed(self.received) if text in m.content and m.id > after.id), None)

        return await self._wait(look, within, f"{text!r} after message {after.id}")

    async def offered(self, caption: str, *, on: str | None = None, within: float = PATIENCE) -> Message:
        """Wait until a message carries a button with exactly this caption."""
        return await self._wait(lambda: self.find(caption, on), within, f"a button [{caption}]")

    async def gone(self, caption: str, *, on: str | None = None, within: float = PATIENCE) -> None:
        """Wait until no message carries a button with this caption."""
        await self._wait(lambda: self.find(caption, on) is None, within, f"no button [{caption}]")

    async def receives_file(self, name: str, within: float = PATIENCE, *, since: int = 0) -> bytes:
        """Wait for a document with exactly this name; returns its bytes."""

        def look() -> Message | None:
            found = (m for m in reversed(self.received) if self.simulator.file_name(m) == name and m.serial > since)
            return next(found, None)

        return self.file(await self._wait(look, within, f"a document {name!r}"))

    async def told(self, query: Query, within: float = PATIENCE) -> Toast:
        """Wait for the answer to a tap (its text may be empty)."""
        toasts = self.simulator.world.toasts
        return await self._wait(
            lambda: next((t for t in reversed(toasts) if t.query_id == query.id), None), within, "an answer to the tap"
        )

    async def sees_toast(self, text: str, within: float = PATIENCE) -> str:
        """Wait until an answer to a tap contains a text."""
        return await self._wait(
            lambda: next((t for t in reversed(self.toasts) if text in t), None), within, f"a toast with {text!r}"
        )

    async def _wait(self, look: Callable[[], T | None], within: float, what: str) -> T:
        found = await self.simulator.world.until(look, within)
        if not found:
            toasts = "".join(f"\ntoast: {toast}" for toast in self.toasts[-3:])
            raise AssertionError(f"{self.user_id} waited {within} s in vain for {what}\n{self.text()}{toasts}")
        return found

    def _acts(self) -> None:
        self.acted_at = self.simulator.world.serial


class Town:
    """All phones of an office on one simulator: `town[1001]` or `town.camat` after `Town(sim, camat=1001)`."""

    def __init__(self, simulator: Simulator, **people: int) -> None:
        self.simulator = simulator
        self.phones = {name: Phone(simulator, user_id) for name, user_id in people.items()}

    def __getattr__(self, name: str) -> Phone:
        try:
            phones: dict[str, Phone] = self.__dict__["phones"]
            return phones[name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, user_id: int) -> Phone:
        return next(phone for phone in self.phones.values() if phone.user_id == user_id)

    async def everybody_starts(self) -> None:
        """Everybody presses START."""
        for phone in self.phones.values():
            await phone.says("/start")

    async def quiet(self, also: Callable[[], Awaitable[bool]] | None = None, within: float = PATIENCE) -> None:
        """Wait until the bot has nothing to do any more; see `quiet`."""
        await quiet(self.simulator, also=also, within=within)


async def quiet(
    simulator: Simulator, *, also: Callable[[], Awaitable[bool]] | None = None, settle: float = 0.1,
    within: float = PATIENCE,
) -> None:  # fmt: skip
    """Wait until every update is confirmed, no call runs, and `also` (the bot's own idea, e.g. outbox empty) agrees.

    Then nothing may change for `settle` seconds: a bot works on after it has confirmed an update, and only itself
    knows for how long. Prefer waiting for what a phone sees.

    Raises AssertionError after `within` seconds.
    """

    def idle() -> bool:
        waiting = any(queue.waiting for queue in simulator.queues.values())
        return simulator.in_flight == 0 and not waiting

    try:
        async with asyncio.timeout(within):
            while True:
                if not idle():
                    await simulator.world.next_change()
                    continue
                serial = _deeds(simulator)
                try:
                    await asyncio.wait_for(simulator.world.next_change(), settle)
                except TimeoutError:
                    if idle() and _deeds(simulator) == serial and (also is None or await also()):
                        return
    except TimeoutError:
        left = {bot_id: len(queue.waiting) for bot_id, queue in simulator.queues.items()}
        raise AssertionError(f"not quiet within {within} s: {simulator.in_flight} calls, updates {left}") from None


def _deeds(simulator: Simulator) -> int:
    return simulator.world.serial


__all__ = ["Impossible", "Phone", "Town", "quiet"]
