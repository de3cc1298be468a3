"""Handles stored updates: different people side by side, the same person in order, nobody at the others' expense.

An update's whole effect and its mark "done" are one transaction.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlmodel import Session
from telegram.error import BadRequest, TelegramError

from bot.clock import Clock, first_of
from bot.crash_points import crash_point
from bot.deeds import tell
from bot.fair_share import FairShare
from bot.logging import on_behalf, where
from bot.lookout import WATCHED_SECONDS
from bot.metrics import UPDATE_SECONDS, UPDATES
from bot.telegram_client import TelegramClient
from handlers import dispatch, incoming
from handlers.talk import Context, Toast
from messages.toasts import toast
from storage import file_rows, inbox
from storage.causes import Deed, because, cause_of_update, deeds
from storage.database import Database, DatabaseUnavailable
from storage.inbox import InboxItem
from workflow import notices, slowing
from workflow.moment import Moment

log = structlog.stdlib.get_logger("bot.inbox")

T = TypeVar("T")

AT_ONCE = 32
LEASE = timedelta(seconds=15)
"""So long an update waits for somebody else where its process died. Longer than anybody may stand still in a
transaction on PostgreSQL: who waits for a lock meanwhile is not to be taken for dead.
"""
RENEW_SECONDS = 4.0
LOOK_AGAIN_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 15.0
GIVE_BACK_SECONDS = 0.5


class DiedEachTime(Exception):
    """The process ended in every try of an update."""


class InboxWorker:
    """Works through one bot's inbox. ``on_effect`` is called after each commit that may have said something.

    ``on_file`` is called after each that brought a file to fetch. Where it is ``watched`` over,
    a :class:`bot.lookout.Lookout` wakes it when there is something to do.
    """

    def __init__(
        self,
        database: Database,
        client: TelegramClient,
        bot_id: int,
        bot_username: str,
        clock: Clock,
        *,
        default_language: str,
        on_effect: Callable[[], None],
        at_once: int = AT_ONCE,
        on_file: Callable[[], None] | None = None,
        paced: bool = True,
        watched: bool = False,
    ) -> None:
        self._database = database
        self._client = client
        self._bot_id = bot_id
        self._bot_username = bot_username
        self._clock = clock
        self._default_language = default_language
        self._on_effect = on_effect
        self._on_file = on_file
        self._at_once = at_once
        self._share = FairShare(clock.monotonic, enabled=paced)
        self._watched = watched
        self._active = 0
        self._failures = 0
        self._work = asyncio.Event()
        self._group: asyncio.TaskGroup | None = None

    def wake(self) -> None:
        """Say that there may be something to do."""
        self._work.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; what was begun is finished first."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            while not stopping.is_set():
                self._work.clear()
                free, asked = self._free(), self._clock.lease_monotonic()
                try:
                    items = await self.claim()
                    self._failures = 0
                except DatabaseUnavailable as error:
                    items = []
                    await first_of(stopping, seconds=self._back_off(error))
                self._begin(group, items, asked)
                # Fewer than asked for: that was all there is, until somebody says that there is more.
                if len(items) < free or not free:
                    await first_of(
                        self._work, stopping, seconds=WATCHED_SECONDS if self._watched else LOOK_AGAIN_SECONDS
                    )
            self._group = None

    async def keep(self, body: Callable[[Session], T]) -> T:
        """Run the transaction that keeps updates which came in, and claim in it what may be handled at once.

        That is one transaction less on the way of a tap. What this does not take is claimed as ever; whatever goes
        wrong with claiming, what came in is kept.

        :raises DatabaseUnavailable: nothing was kept.
        """
        group, free = self._group, self._free()
        if group is None or not free or self._share.resting():
            return await self._only_keep(body)
        asked, lease_now = self._clock.lease_monotonic(), await self._database.lease_time()

        def keep_and_claim(session: Session) -> tuple[T, list[InboxItem]]:
            return body(session), inbox.claim(session, self._bot_id, lease_now, LEASE, free)

        try:
            kept, items = await self._database.write(keep_and_claim)
        except DatabaseUnavailable:
            raise
        except Exception:
            log.exception("what came in could not be kept and claimed at once")
            return await self._only_keep(body)
        if self._group is None:
            # Told to stop meanwhile: nothing new is begun.
            await self._release(items)
            return kept
        for item in items:
            self._share.take(item.person)
        self._begin(group, items, asked)
        return kept

    async def _only_keep(self, body: Callable[[Session], T]) -> T:
        kept = await self._database.write(body)
        self.wake()
        return kept

    def _free(self) -> int:
        """Return how many more may be claimed. What came in meanwhile may have taken more than all places."""
        return max(0, self._at_once - self._active)

    def _begin(self, group: asyncio.TaskGroup, items: list[InboxItem], asked: float) -> None:
        for item in items:
            self._active += 1
            group.create_task(self._work_on(item, self._clock.lease_monotonic() - asked))

    async def claim(self) -> list[InboxItem]:
        """Take what may be handled now: the earliest update of everybody who has not used up their turns."""
        free = self._free()
        if not free:
            return []
        lease_now = await self._database.lease_time()
        moment = Moment(self._bot_id, self._clock.now(), secrets.token_hex(8))
        resting = self._share.resting()

        def body(session: Session) -> list[InboxItem]:
            slowing.tell(session, moment, inbox.put_off(session, self._bot_id, lease_now, resting))
            return inbox.claim(session, self._bot_id, lease_now, LEASE, free)

        items = await self._database.write(body)
        for item in items:
            self._share.take(item.person)
        if resting:
            self._on_effect()
        return items

    async def _work_on(self, item: InboxItem, held: float = 0.0) -> None:
        keeping = asyncio.ensure_future(self._keep(item, RENEW_SECONDS - held))
        try:
            with on_behalf(cause_of_update(self._bot_id, item.update_id), inbox_id=item.id):
                await self.handle(item)
        except DatabaseUnavailable as error:
            # The lease runs out by itself; the try does not count against the update.
            log.warning("the database is away", inbox_id=item.id, error=where(error))
        except Exception:
            # The lease runs out and the update is tried again; the others must not suffer for it.
            log.exception("handling an update went wrong", inbox_id=item.id)
        finally:
            keeping.cancel()
            if not self._free():
                self.wake()  # others may have waited for this place
            self._active -= 1

    async def _keep(self, item: InboxItem, pause: float) -> None:
        """Renew the lease of an update that takes long, until it is finished or somebody else has it."""
        while True:
            await asyncio.sleep(pause)
            pause = RENEW_SECONDS
            try:
                if not await self.renew(item):
                    return
            except DatabaseUnavailable:
                continue  # nobody else is given it either

    async def renew(self, item: InboxItem) -> bool:
        """Keep a claimed update for longer; say whether it was still this claim's to keep."""
        until = await self._database.lease_time() + LEASE
        return await self._database.write_first(lambda session: inbox.renew(session, item, until))

    async def handle(self, item: InboxItem) -> None:
        """Handle one claimed update and answer its tap, whatever came of it."""
        callback_id: str | None = None
        answer, alert = "", False
        try:
            _refuse_worn_out(item)
            raw = json.loads(item.raw)
            callback_id = _callback_id(raw)
            parsed = incoming.parse(raw)
            context = Context(
                bot_id=self._bot_id,
                bot_username=self._bot_username,
                now=self._clock.now(),
                nonce=secrets.token_hex(8),
                default_language=self._default_language,
                max_file_bytes=self._client.limits.receive,
            )

            cause = cause_of_update(self._bot_id, item.update_id)

            def effect(session: Session) -> tuple[Toast | None, tuple[Deed, ...], bool]:
                because(session, cause)
                inbox.mark_done(session, item.id, context.now)
                return dispatch.handle(session, parsed, context), deeds(session), file_rows.any_queued(session)

            crash_point("before-effect-commit")
            with UPDATE_SECONDS.time():
                said, done, file = await self._database.write(effect)
            crash_point("after-effect-commit")
            UPDATES.labels("done").inc()
            tell(done)
            if file and self._on_file is not None:
                self._on_file()
            if said is not None:
                answer, alert = toast(said.key, said.params, said.language), said.alert
        except inbox.NotPending:
            UPDATES.labels("repeated").inc()
            log.info("an update was finished by somebody else meanwhile", inbox_id=item.id)
        except DatabaseUnavailable as error:
            UPDATES.labels("given_back").inc()
            log.warning("the database is away, the update waits", inbox_id=item.id, error=where(error))
            answer, alert = toast("error", {}, self._default_language), True
            await self._give_back(item)
        except Exception as error:
            answer, alert = toast("error", {}, self._default_language), True
            await self._failed(item, error)
        self._on_effect()
        self.wake()
        if callback_id is not None:
            await self._answer(callback_id, answer, alert=alert)

    async def _give_back(self, item: InboxItem) -> None:
        if not await self._release([item]):
            return
        # Whatever broke just now is given a moment.
        await asyncio.sleep(GIVE_BACK_SECONDS)

    async def _release(self, items: list[InboxItem]) -> bool:
        """Give claimed updates back; say whether that was possible, else their leases run out by themselves."""

        def body(session: Session) -> None:
            for item in items:
                inbox.release(session, item)

        try:
            await self._database.write(body)
        except DatabaseUnavailable:
            return False
        return True

    async def _failed(self, item: InboxItem, error: Exception) -> None:
        place = where(error)
        now = self._clock.now()

        def body(session: Session) -> bool:
            parked = inbox.mark_failed(session, item, place, now)
            if parked:
                notices.update_parked(session, item, now)
            return parked

        parked = await self._database.write(body)
        UPDATES.labels("parked" if parked else "failed").inc()
        log.error("an update could not be handled", inbox_id=item.id, tries=item.tries, parked=parked, error=place)

    async def _answer(self, callback_id: str, text: str, *, alert: bool) -> None:
        try:
            await self._client.bot.answer_callback_query(callback_id, text or None, show_alert=alert or None)
        except BadRequest as error:
            log.debug("a tap was too old to answer", error=where(error))
        except TelegramError as error:
            log.info("a tap could not be answered", error=where(error))

    def _back_off(self, error: DatabaseUnavailable) -> float:
        pause = min(LONGEST_BACKOFF_SECONDS, 0.5 * 2.0**self._failures)
        self._failures = min(self._failures + 1, 10)
        log.warning("the database is away", next_try_in_seconds=pause, error=where(error))
        return pause


def _refuse_worn_out(item: InboxItem) -> None:
    if item.worn_out:
        raise DiedEachTime


def _callback_id(raw: object) -> str | None:
    """Return the id to answer a tap by, also of an update that cannot be handled."""
    query = raw.get("callback_query") if isinstance(raw, dict) else None
    found = query.get("id") if isinstance(query, dict) else None
    return found if isinstance(found, str) else None
