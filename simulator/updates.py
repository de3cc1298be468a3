"""The updates that wait for a bot, and the long poll that fetches them."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import timedelta
from typing import Any

from simulator.errors import Conflict
from simulator.records import Bot, Update
from simulator.world import World

KEPT = timedelta(hours=24)
TAP_KEPT = timedelta(seconds=150)
ON_REQUEST_ONLY = {"chat_member", "message_reaction", "message_reaction_count"}
KINDS = {
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count",
    "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
    "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost",
    "removed_chat_boost", "managed_bot",
}  # fmt: skip
"""Every kind of the Bot API; the simulator makes the message, callback, member and reaction kinds."""
SECOND_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"


class UpdateQueue:
    """The unconfirmed updates of one bot, in order."""

    def __init__(self, world: World, bot: Bot) -> None:
        self.world = world
        self.bot = bot
        self.waiting: deque[Update] = deque()
        self.held: list[Update] | None = None
        self.duplicates = 0
        """How many of the next updates are to be delivered twice."""
        self.arrived = asyncio.Event()
        self._given: list[Update] = []
        """The updates of the last answer, in its order."""
        self._poller: asyncio.Future[None] | None = None

    @property
    def polled(self) -> bool:
        """Whether a client waits for updates at this moment."""
        return self._poller is not None and not self._poller.done()

    def add(self, kind: str, payload: dict[str, Any], line: str, update_id: int | None = None) -> Update | None:
        """Queue an update, unless the bot did not ask for its kind."""
        wanted = self.bot.allowed_updates or KINDS - ON_REQUEST_ONLY
        if kind not in wanted and update_id is None:
            return None
        if update_id is None:
            self.bot.last_update_id += 1
            self.world.keep_bot(self.bot)
        kept = TAP_KEPT if kind == "callback_query" else KEPT
        update = Update(
            bot_id=self.bot.id, update_id=update_id or self.bot.last_update_id, kind=kind, payload=payload,
            expires=self.world.clock.now() + kept, line=line,
        )  # fmt: skip
        if self.held is not None:
            self.held.append(update)
            return update
        self.queue(update)
        if self.duplicates:
            self.duplicates -= 1
            self.queue(update.model_copy(update={"once": True}))
        return update

    def queue(self, update: Update) -> None:
        """Make an update available and wake the poller or the webhook."""
        self.waiting.append(update)
        self._notify()

    def hold(self) -> None:
        """Keep new updates back until `release`."""
        self.held = self.held or []

    def release(self, *, backwards: bool = False) -> None:
        """Deliver what was kept back, in order or the newest first."""
        held, self.held = self.held or [], None
        for update in reversed(held) if backwards else held:
            self.waiting.append(update.model_copy(update={"once": backwards}))
        self._notify()

    def _notify(self) -> None:
        self.arrived.set()
        if self._poller and not self._poller.done():
            self._poller.set_result(None)
        self.world.changed("queue")

    def expire(self) -> None:
        """Forget what is too old."""
        now = self.world.clock.now()
        if any(update.expires <= now for update in self.waiting):
            self.waiting = deque(update for update in self.waiting if update.expires > now)
            self.world.changed("queue")

    def keep_longer(self, by: timedelta) -> None:
        """Keep what waits, or is held back, for so much longer."""
        for update in (*self.waiting, *(self.held or ())):
            update.expires += by
        self.world.changed("queue")

    def drop(self, update: Update) -> None:
        """Forget a delivered update."""
        self.waiting = deque(other for other in self.waiting if other is not update)
        self.world.changed("queue")

    def clear(self) -> None:
        """Forget everything (drop_pending_updates)."""
        self.waiting.clear()
        self.world.changed("queue")

    def confirm(self, offset: int) -> None:
        """Forget what an offset confirms; a negative one keeps only so many of the newest."""
        before = len(self.waiting)
        if offset < 0:
            self.waiting = deque(list(self.waiting)[offset:])
        elif offset > 0:
            self.waiting = deque(u for u in self.waiting if u.once or u.update_id >= offset)
        if len(self.waiting) != before:
            self.world.changed("queue")

    def batch(self, limit: int) -> list[dict[str, Any]]:
        """Return the oldest updates; they stay until they are confirmed."""
        self._given = given = list(self.waiting)[:limit]
        if any(update.once for update in given):
            self.waiting = deque(u for u in self.waiting if not (u.once and any(u is one for one in given)))
            self.world.changed("queue")
        return [update.wire() for update in given]

    def answer_lost(self) -> None:
        """Put back what the last answer, which never reached the bot, took out of the queue."""
        since = [update for update in self.waiting if not any(update is one for one in self._given)]
        self.waiting = deque([*self._given, *since])
        self._notify()

    def interrupt(self, error: Conflict | None) -> None:
        """End a waiting poll: with a conflict, or with an empty answer."""
        if self._poller and not self._poller.done():
            if error:
                self._poller.set_exception(error)
            else:
                self._poller.set_result(None)

    async def poll(self, offset: int, limit: int, wait: float) -> list[dict[str, Any]]:
        """Answer getUpdates: at once if something waits, else after at most `wait` seconds.

        Raises Conflict if a second client starts to poll meanwhile, or a webhook is set.
        """
        self.interrupt(Conflict(SECOND_POLLER))
        self._given = []
        self.expire()
        self.confirm(offset)
        if not self.waiting and wait > 0:
            poller: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._poller = poller
            self.world.changed("queue")
            try:
                await asyncio.wait_for(poller, wait)
            except TimeoutError:
                return []
            finally:
                poller.cancel()
            self.expire()
        return self.batch(limit)
