"""Pushing updates to a bot's own server, with Telegram's ladder of retries."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from http.client import GONE
from typing import TYPE_CHECKING

import aiohttp

from simulator.records import Update, Webhook
from simulator.updates import UpdateQueue
from simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_PAUSE = 60
MAX_RETRY_AFTER = 3600
GONE_FOR = timedelta(hours=23)
"""A server that answers 410 for so long gets no more updates: its webhook is taken away."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


def pause(tries: int) -> float:
    """Return the seconds before the next try: at once, then 2, 4, 8 ... at most 60."""
    return 0 if tries <= 1 else min(float(LONGEST_PAUSE), 2.0 ** (tries - 1))


class Webhooks:
    """One courier for each bot with a webhook; updates of one line go in order, lines side by side."""

    def __init__(self, world: World, queues: dict[int, UpdateQueue]) -> None:
        self.world = world
        self.queues = queues
        self._couriers: dict[int, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None

    def start(self) -> None:
        """Begin to deliver; bots that set a webhook later are taken care of as well."""
        for bot_id in self.queues:
            if bot_id not in self._couriers and self.world.bots[bot_id].webhook.url:
                self._couriers[bot_id] = asyncio.create_task(self._courier(self.queues[bot_id]))

    async def close(self) -> None:
        """Stop delivering."""
        couriers, self._couriers = list(self._couriers.values()), {}
        for courier in couriers:
            courier.cancel()
        await asyncio.gather(*couriers, return_exceptions=True)
        if self._session:
            await self._session.close()
            self._session = None

    async def _courier(self, queue: UpdateQueue) -> None:
        busy: dict[str, asyncio.Task[None]] = {}
        try:
            while queue.bot.webhook.url:
                queue.arrived.clear()
                queue.expire()
                room = queue.bot.webhook.max_connections - len(busy)
                for update in _firsts(queue.waiting, busy)[: max(0, room)]:
                    busy[update.line] = asyncio.create_task(self._deliver(queue, update))
                    busy[update.line].add_done_callback(lambda _: queue.arrived.set())
                await queue.arrived.wait()
                busy = {line: task for line, task in busy.items() if not task.done()}
        finally:
            for task in busy.values():
                task.cancel()
            await asyncio.gather(*busy.values(), return_exceptions=True)
            if self._couriers.get(queue.bot.id) is asyncio.current_task():
                del self._couriers[queue.bot.id]

    async def _deliver(self, queue: UpdateQueue, update: Update) -> None:
        """Deliver one update until it is taken or too old."""
        while update.expires > self.world.clock.now() and queue.bot.webhook.url:
            update.tries += 1
            problem, wait = await self._post(queue, update)
            if problem is None:
                queue.drop(update)
                return
            hook = queue.bot.webhook
            hook.last_error_date = int(self.world.clock.now().timestamp())
            hook.last_error_message = problem
            self.world.keep_bot(queue.bot)
            await self.world.clock.sleep(pause(update.tries) if wait is None else wait)
        queue.expire()

    async def _post(self, queue: UpdateQueue, update: Update) -> tuple[str | None, float | None]:
        hook = queue.bot.webhook
        headers = {SECRET_HEADER: hook.secret_token} if hook.secret_token else {}
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        try:
            async with self._session.post(hook.url, json=update.wire(), headers=headers) as answer:
                await answer.read()
                if 200 <= answer.status < 300:
                    hook.gone_since = None
                    return None, None
                if answer.status == GONE:
                    self._gone(hook)
                told = answer.headers.get("Retry-After", "")
                wait = float(min(int(told), MAX_RETRY_AFTER)) if told.isdigit() else None
                return f"Wrong response from the webhook: {answer.status} {answer.reason}", wait
        except TimeoutError:
            return "Connection timed out", None
        except aiohttp.ClientError:
            return "Connection refused", None

    def _gone(self, hook: Webhook) -> None:
        now = self.world.clock.now()
        hook.gone_since = hook.gone_since or now
        if now - hook.gone_since > GONE_FOR:
            hook.url = ""


def _firsts(waiting: Iterable[Update], busy: dict[str, asyncio.Task[None]]) -> list[Update]:
    """Return the oldest update of each line that is not busy."""
    firsts: dict[str, Update] = {}
    for update in waiting:
        if update.line not in busy:
            firsts.setdefault(update.line, update)
    return list(firsts.values())
