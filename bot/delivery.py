"""Brings what was committed to the outbox onto phones, and records what became of it.

Every failure falls into one of four kinds, and only the third can ever repeat a message:
Telegram asks to wait; it provably got nothing; nobody knows; it refused for good.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlmodel import Session
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from bot import outcomes
from bot.clock import Clock, first_of
from bot.crash_points import crash_point
from bot.delivery_figures import count, count_error
from bot.local_api import CLOUD
from bot.logging import on_behalf, where
from bot.lookout import WATCHED_SECONDS
from bot.marking import Marks
from bot.metrics import RENDER_SECONDS, TELEGRAM_SECONDS
from bot.outgoing import (
    Document,
    Edit,
    Later,
    Menu,
    NewMessage,
    Outgoing,
    Remove,
    Strip,
    chat_is_gone,
    message_is_gone,
    prepare,
    transmit,
    upload_seconds,
)
from bot.pacing import Pacing
from bot.telegram_client import Flood, RefusedToken, ServerFault, TelegramClient, Unsent
from bot.tenure import Tenure
from messages.reading_ahead import read_ahead
from storage import outbox
from storage.database import Database, DatabaseUnavailable
from storage.errors import DiskFull, FilesUnavailable
from storage.file_store import FileStore
from storage.leases import LeaseLost
from storage.outbox import OutboxItem
from storage.reading_together import ReadingTogether
from workflow.checkpoint_messages import TEMPLATE as CHECKPOINT
from workflow.reminding.morning import DIGEST

log = structlog.stdlib.get_logger("bot.delivery")

T = TypeVar("T")
_prepare = RENDER_SECONDS.time()(prepare)

AT_ONCE = 32
LEASE = timedelta(minutes=5)
LOOK_AGAIN_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 3.0
"""A row that may not go out within this time goes back into the queue instead of waiting here."""
FILES_AWAY_SECONDS = 10.0
"""How long a stored file waits while the store of files is away; that is never held against its row.

Nor does it hold up the chat: the card that belongs to it then comes first.
"""
TRIES_OF_UNKNOWN_OUTCOME = 8
NEVER_REPEATED = frozenset({"unit_reminder", "meeting_reminder", "personal_reminder", CHECKPOINT, DIGEST})
"""Reminders whose delivery is unknown are not sent again: the next one covers them.

A card that reminds comes as its row's parameter, see :func:`workflow.reminding.delivering.reminder`.
"""


class DeliveryWorker:
    """Delivers one bot's outbox, while this process holds the bot's sending.

    Where it is ``watched`` over, a :class:`bot.lookout.Lookout` wakes it when there is something to do.
    """

    def __init__(
        self,
        database: Database,
        client: TelegramClient,
        store: FileStore,
        bot_id: int,
        clock: Clock,
        tenure: Tenure,
        *,
        default_language: str,
        paced: bool = True,
        at_once: int = AT_ONCE,
        watched: bool = False,
    ) -> None:
        self._database = database
        self._reading = ReadingTogether(database, self._read_ahead)
        self._marks = Marks(database, clock)
        self._client = client
        self._store = store
        self._bot_id = bot_id
        self._clock = clock
        self._tenure = tenure
        self._default_language = default_language
        self._pacing = Pacing(clock.monotonic, enabled=paced)
        self._at_once = at_once
        self._watched = watched
        self._active = 0
        self._under_way: set[int] = set()
        self._crowded = False
        self._claims_begun = self._claims_ended = 0
        self._failures = 0
        self._unknowns: Counter[int] = Counter()
        self._blamed: Counter[int] = Counter()
        self._deliveries = 0
        self._deliveries_before: dict[int, int] = {}
        self._work = asyncio.Event()
        self._stopping = asyncio.Event()

    def wake(self) -> None:
        """Say that there may be something to deliver."""
        self._work.set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way or being claimed just now."""
        return not self._active and self._claims_begun == self._claims_ended

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until told to stop; what is on its way is finished first."""
        self._stopping = stopping
        async with asyncio.TaskGroup() as group:
            while not stopping.is_set():
                self._work.clear()
                pause = self._pacing.rest()
                free = self._at_once - self._active
                items: list[OutboxItem] = []
                if not pause:
                    try:
                        items = await self.claim()
                    except DatabaseUnavailable as error:
                        pause = self._back_off()
                        log.warning("the database is away", next_try_in_seconds=pause, error=where(error))
                self._crowded = len(items) >= free
                for item in items:
                    self._active += 1
                    group.create_task(self._work_on(item))
                if pause:
                    await first_of(self._stopping, seconds=pause)
                elif len(items) < free or not free:
                    # Fewer than asked for: that was all there is, until somebody says that there is more.
                    await first_of(
                        self._work, stopping, seconds=WATCHED_SECONDS if self._watched else LOOK_AGAIN_SECONDS
                    )

    async def claim(self) -> list[OutboxItem]:
        """Take what may be sent now, as long as this process holds the bot's sending."""
        free = self._at_once - self._active
        fence = self._tenure.fence
        if free <= 0 or fence is None:
            return []
        under_way = frozenset(self._under_way)
        self._claims_begun += 1
        try:
            now, lease_now = self._clock.now(), await self._database.lease_time()
            return await self._database.write(
                lambda session: outbox.claim(session, self._bot_id, fence, now, lease_now, LEASE, free, under_way)
            )
        except LeaseLost:
            self._tenure.end()
            return []
        finally:
            self._claims_ended = self._claims_begun

    async def _work_on(self, item: OutboxItem) -> None:
        self._under_way.add(item.id)
        try:
            with on_behalf(item.cause, outbox_id=item.id, office_id=item.office_id):
                await self.deliver(item)
        except DatabaseUnavailable:
            log.exception("a delivery could not be recorded", outbox_id=item.id)
        except Exception:
            # The row stays leased and is tried again; the others must not suffer for it.
            log.exception("a delivery went wrong", outbox_id=item.id)
        finally:
            self._under_way.discard(item.id)
            self._active -= 1
            if self._crowded:
                self.wake()

    async def deliver(self, item: OutboxItem) -> None:
        """Deliver one claimed row and record the outcome."""
        while wait := self._pacing.take(item.chat_id):
            if wait > LONGEST_WAIT_SECONDS or self._stopping.is_set() or not self._holds(item):
                await self._postpone(item, wait)
                return
            await first_of(self._stopping, seconds=wait)
        if item.uncertain and item.template in NEVER_REPEATED:
            await self._skip(item)
            return
        try:
            now = self._clock.now()
            outgoing = await self._reading.read(
                lambda session: _prepare(session, item, self._default_language, now), item
            )
        except DatabaseUnavailable:
            await self._postpone(item, 1.0)
            return
        except Exception as error:
            count_error(error, "render")
            await self._bury(item, f"could not be rendered: {where(error)}")
            return
        if outgoing is None:
            await self._skip(item)
            return
        if isinstance(outgoing, Later):
            later = outgoing
            await self._record(lambda session: outbox.put_off(session, item, later.at, later.not_after))
            count(item, "waited")
            return
        crash_point("before-send")
        if not self._holds(item):
            await self._postpone(item, 0.0)
            return
        if isinstance(outgoing, Document) and outgoing.size > CLOUD.send:
            until = await self._database.lease_time() + LEASE + timedelta(seconds=upload_seconds(outgoing.size))
            await self._record(lambda session: outbox.extend(session, item, until))
        try:
            with TELEGRAM_SECONDS.time():
                message_id = await transmit(self._client, self._store, item.chat_id, outgoing)
        except TelegramError as error:
            await self._failed(item, outgoing, error)
            return
        except (FilesUnavailable, DiskFull) as error:
            count_error(error)
            log.warning("a stored file cannot be had now", outbox_id=item.id, error=where(error))
            due_at = self._clock.now() + timedelta(seconds=FILES_AWAY_SECONDS)
            await self._record(lambda session: outbox.put_off(session, item, due_at))
            return
        except (OSError, LookupError) as error:
            count_error(error)
            await self._bury(item, f"the stored file cannot be read: {where(error)}")
            return
        crash_point("after-send")
        self._failures = 0
        self._deliveries += 1
        self._forget(item)
        crash_point("before-mark-sent")
        if not await self._noted(item, outgoing, message_id):
            now = self._clock.now()
            await self._record(lambda session: outcomes.sent(session, item, outgoing, message_id, now))
        crash_point("after-mark-sent")
        count(item, "sent")

    async def _noted(self, item: OutboxItem, outgoing: Outgoing, message_id: int | None) -> bool:
        """Note a card that arrived, where nothing else follows from it; say whether that was so."""
        shown, ended = outcomes.shown(item, outgoing, message_id), self._claims_ended
        more = None if shown is None else await self._marks.note(shown)
        # Who claimed meanwhile found this chat busy, and perhaps passed over what the note did not see yet.
        if more or self._claims_begun > ended:
            self.wake()
        return more is not None

    def _read_ahead(self, session: Session, items: Sequence[OutboxItem]) -> list[int]:
        """Read what cards need; return the places of those that are new to their owners."""
        cards = {item.card_id for item in items if item.card_id is not None}
        new = read_ahead(session, self._bot_id, cards) if cards else ()
        return [place for place, item in enumerate(items) if item.card_id in new]

    def _holds(self, item: OutboxItem) -> bool:
        """Say whether a claimed row is still this process's to send."""
        return self._tenure.fence == item.fence

    async def _failed(self, item: OutboxItem, outgoing: Outgoing, error: TelegramError) -> None:
        count_error(error)
        match error:
            case Flood():
                self._pacing.hold(item.chat_id, error.seconds)
                log.info("Telegram asks to wait", outbox_id=item.id, seconds=error.seconds)
                await self._postpone(item, error.seconds)
            case InvalidToken() if isinstance(outgoing, Strip | Remove | Menu):
                # "No such method": a server that cannot take buttons away; they grant nothing anyway.
                await self._skip(item)
            case Unsent() | RefusedToken() | InvalidToken():
                pause = self._back_off()
                self._pacing.hold_all(pause)
                log.warning("Telegram cannot be reached", next_try_in_seconds=pause, error=where(error))
                await self._postpone(item, pause)
            case Forbidden():
                await self._unreachable(item, error)
            case BadRequest() if chat_is_gone(error):
                await self._unreachable(item, error)
            case BadRequest():
                await self._refused(item, outgoing, error)
            case ChatMigrated():
                # Officials are spoken to in private; a group was only told where. It may ask again.
                log.info("a group became a supergroup, its answer is dropped", outbox_id=item.id)
                await self._skip(item)
            case _:
                await self._unknown(item, outgoing, error)

    async def _refused(self, item: OutboxItem, outgoing: Outgoing, error: BadRequest) -> None:
        if isinstance(outgoing, Strip | Remove | Menu):
            # The old message is gone, or has no buttons any more: that is what was wanted. A menu is a convenience.
            await self._skip(item)
        elif isinstance(outgoing, Edit) and message_is_gone(error):
            now = self._clock.now()
            await self._record(lambda session: outcomes.send_anew(session, item, outgoing, now))
            count(item, "put_back")
        else:
            await self._bury(item, str(error))

    async def _unknown(self, item: OutboxItem, outgoing: Outgoing, error: TelegramError) -> None:
        self._unknowns[item.id] += 1
        # Where the server fails whatever is sent, it is not this message that is to blame.
        if not isinstance(error, ServerFault) or self._deliveries_before.get(item.id) != self._deliveries:
            self._blamed[item.id] += 1
        self._deliveries_before[item.id] = self._deliveries
        if self._blamed[item.id] >= TRIES_OF_UNKNOWN_OUTCOME and isinstance(outgoing, NewMessage | Document):
            await self._bury(item, f"unknown outcome again and again: {where(error)}")
            return
        due_at = self._clock.now() + outbox.backoff(self._unknowns[item.id])
        log.warning("nobody knows whether a message arrived", outbox_id=item.id, kind=item.kind, error=where(error))
        await self._record(lambda session: outbox.mark_uncertain(session, item, due_at))
        count(item, "unknown")

    async def _unreachable(self, item: OutboxItem, error: TelegramError) -> None:
        now = self._clock.now()
        log.warning("a chat cannot be reached; its messages wait for /start", outbox_id=item.id, error=where(error))
        await self._record(lambda session: outcomes.unreachable(session, item, now))
        count(item, "held")

    async def _skip(self, item: OutboxItem) -> None:
        await self._record(lambda session: outbox.mark_skipped(session, item.id, self._clock.now()))
        count(item, "skipped")

    async def _postpone(self, item: OutboxItem, seconds: float) -> None:
        due_at = self._clock.now() + timedelta(seconds=seconds)
        await self._record(lambda session: outbox.postpone(session, item, due_at))
        count(item, "put_back")

    async def _bury(self, item: OutboxItem, error: str) -> None:
        log.error("a message is given up", outbox_id=item.id, kind=item.kind, template=item.template, error=error)
        self._forget(item)
        await self._record(lambda session: outbox.bury(session, item.id, error))
        count(item, "dead")

    def _forget(self, item: OutboxItem) -> None:
        self._unknowns.pop(item.id, None)
        self._blamed.pop(item.id, None)
        self._deliveries_before.pop(item.id, None)

    async def _record(self, body: Callable[[Session], T]) -> T:
        """Write an outcome down, however long the database is away: it is known only here.

        Gives up only when the bot stops; the row is then found unfinished at the next start.
        """
        pause = 0.2
        while True:
            try:
                result = await self._database.write(body)
            except DatabaseUnavailable:
                if self._stopping.is_set():
                    raise
                await first_of(self._stopping, seconds=pause)
                pause = min(2 * pause, LONGEST_BACKOFF_SECONDS)
            else:
                self.wake()  # the next one for this chat may go now, or what was queued just now
                return result

    def _back_off(self) -> float:
        pause: float = min(LONGEST_BACKOFF_SECONDS, 0.5 * 2.0**self._failures)
        self._failures = min(self._failures + 1, 10)
        return pause
