"""Fetches officials' files from Telegram into the store; never inside a transaction."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import BinaryIO, cast

import structlog
from sqlmodel import Session
from telegram.error import BadRequest, TelegramError

from bot.clock import Clock, first_of
from bot.crash_points import crash_point
from bot.deeds import tell
from bot.file_kinds import Broken, kind_of
from bot.logging import on_behalf, where
from bot.lookout import WATCHED_SECONDS
from bot.metrics import FILES
from bot.telegram_client import TelegramClient
from storage import file_rows, outbox
from storage.causes import Deed, because, deeds
from storage.database import Database, DatabaseUnavailable
from storage.errors import DiskFull, FilesUnavailable
from storage.file_rows import FileItem
from storage.file_store import IN_MEMORY, FileStore
from storage.local_file_store import disk_faults
from workflow import files

log = structlog.stdlib.get_logger("bot.files")

AT_ONCE = 4
LEASE = timedelta(minutes=5)
LOOK_AGAIN_SECONDS = 1.0
RENEW_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 30.0
TRIES_OF_A_REFUSAL = 5
"""How often Telegram may say that a file is not available before the official is told so."""


class TooBig(Exception):
    """More bytes came than a bot may fetch."""


class FileWorker:
    """Fetches one bot's files. ``on_effect`` is called after each commit that may have said something.

    Where it is ``watched`` over, a :class:`bot.lookout.Lookout` wakes it when there is something to do.
    """

    def __init__(
        self,
        database: Database,
        client: TelegramClient,
        store: FileStore,
        bot_id: int,
        clock: Clock,
        on_effect: Callable[[], None],
        *,
        watched: bool = False,
    ) -> None:
        self._database = database
        self._client = client
        self._store = store
        self._bot_id = bot_id
        self._clock = clock
        self._on_effect = on_effect
        self._watched = watched
        self._active = 0
        self._store_faults = 0
        self._work = asyncio.Event()

    def wake(self) -> None:
        """Say that there may be a file to fetch."""
        self._work.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Fetch until told to stop; a fetch under way is then broken off and given back."""
        async with asyncio.TaskGroup() as group:
            fetches: set[asyncio.Task[None]] = set()
            while not stopping.is_set():
                self._work.clear()
                items: list[FileItem] = []
                try:
                    items = await self._claim()
                except DatabaseUnavailable as error:
                    log.warning("the database is away", error=where(error))
                for item in items:
                    self._active += 1
                    fetch = group.create_task(self._work_on(item))
                    fetches.add(fetch)
                    fetch.add_done_callback(fetches.discard)
                if self._store_faults:
                    # What is fetched now would only be lost again.
                    pause = min(LONGEST_PAUSE_SECONDS, 0.5 * 2.0 ** min(self._store_faults, 10))
                    await first_of(stopping, seconds=pause)
                elif not items:
                    await first_of(
                        self._work, stopping, seconds=WATCHED_SECONDS if self._watched else LOOK_AGAIN_SECONDS
                    )
            for fetch in fetches:
                fetch.cancel()

    async def _claim(self) -> list[FileItem]:
        # While the store of files is away, one file finds out whether it is back.
        free = (1 if self._store_faults else AT_ONCE) - self._active
        if free <= 0:
            return []
        now, lease_now = self._clock.now(), await self._database.lease_time()
        return await self._database.write(
            lambda session: file_rows.claim_files(session, now, lease_now, LEASE, free, self._bot_id)
        )

    async def _work_on(self, item: FileItem) -> None:
        renewing = asyncio.ensure_future(self._renew(item))
        try:
            with on_behalf(item.cause, file_id=item.id, office_id=item.office_id, task_id=item.task_id):
                await self.fetch(item)
        except asyncio.CancelledError:
            # Another process need not wait for the end of the lease.
            await self._give_back(item)
            raise
        except DatabaseUnavailable as error:
            # The lease runs out and the file is fetched again; equal bytes are stored once.
            log.warning("the database is away, a file waits", file_id=item.id, error=where(error))
        except Exception:
            log.exception("a file could not be fetched", file_id=item.id, tries=item.tries)
            await self._again(item)
        finally:
            renewing.cancel()
            self._active -= 1
            self.wake()

    async def _renew(self, item: FileItem) -> None:
        """Keep a file that takes long from being fetched a second time meanwhile."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(DatabaseUnavailable):
                await self._renew_once(item)

    async def _renew_once(self, item: FileItem) -> None:
        until = await self._database.lease_time() + LEASE
        await self._database.write_first(lambda session: file_rows.renew_lease(session, item.id, until))

    async def fetch(self, item: FileItem) -> None:
        """Fetch one claimed file and record what became of it."""
        try:
            path = await self._path(item)
            async with self._on_hand(path) as file:
                await self._keep(item, file)
        except TooBig:
            await self._refuse(item, "too_big")
        except (FilesUnavailable, DiskFull) as error:
            self._store_faults += 1
            log.warning("files cannot be stored now, a file waits", file_id=item.id, error=where(error))
            await self._give_back(item)
        except BadRequest as error:
            if "too big" in str(error).lower():
                await self._refuse(item, "too_big")
            elif item.tries >= TRIES_OF_A_REFUSAL:
                await self._refuse(item, "unavailable")
            else:
                log.warning("Telegram does not hand out a file now", file_id=item.id, error=where(error))
                await self._again(item)
        except TelegramError as error:
            log.warning("a file could not be fetched now", file_id=item.id, tries=item.tries, error=where(error))
            await self._again(item)

    async def _path(self, item: FileItem) -> str:
        path, size = await self._client.file_facts(item.telegram_file_id)
        if size is not None and size > self._client.limits.receive:
            raise TooBig
        return path

    @asynccontextmanager
    async def _on_hand(self, path: str) -> AsyncIterator[BinaryIO]:
        """Open a file from the Bot API server's disk, or download it to this machine's."""
        file = await self._client.on_disk(path)
        if file is not None:
            with file:
                yield file
            return
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
            await self._spool(path, cast("BinaryIO", spool))
            yield cast("BinaryIO", spool)

    async def _spool(self, path: str, spool: BinaryIO) -> None:
        received = 0
        async for chunk in self._client.download(path):
            received += len(chunk)
            if received > self._client.limits.receive:
                raise TooBig
            with disk_faults():
                spool.write(chunk)

    async def _keep(self, item: FileItem, file: BinaryIO) -> None:
        length = file.seek(0, 2)
        if length > self._client.limits.receive:
            raise TooBig
        if length == 0:
            await self._refuse(item, "empty")
            return
        try:
            kind = await asyncio.to_thread(kind_of, file)
        except Broken as broken:
            await self._refuse(item, broken.reason)
            return
        allowed = await self._database.read(lambda session: files.allowed_kinds(session, item.id))
        if kind is None or kind not in allowed:
            await self._refuse(item, "kind")
            return
        crash_point("before-file-stored")
        sha256, size = await self._store.put(file)
        self._store_faults = 0
        now, nonce = self._clock.now(), secrets.token_hex(8)

        def body(session: Session) -> tuple[Deed, ...]:
            because(session, item.cause)
            files.stored(session, item.id, sha256, size, kind, now, nonce)
            return deeds(session)

        done = await self._database.write(body)
        crash_point("after-file-stored")
        FILES.labels("stored").inc()
        log.info("a file is stored", file_id=item.id, size=size, kind=kind.value)
        tell(done)
        self._on_effect()

    async def _refuse(self, item: FileItem, reason: str) -> None:
        now, nonce = self._clock.now(), secrets.token_hex(8)
        limit = self._client.limits.receive

        def body(session: Session) -> tuple[Deed, ...]:
            because(session, item.cause)
            files.refused(session, item.id, reason, now, nonce, max_bytes=limit)
            return deeds(session)

        done = await self._database.write(body)
        FILES.labels("refused").inc()
        log.info("a file is refused", file_id=item.id, reason=reason)
        tell(done)
        self._on_effect()

    async def _again(self, item: FileItem) -> None:
        FILES.labels("again").inc()
        due_at = self._clock.now() + outbox.backoff(item.tries)
        try:
            await self._database.write(lambda session: file_rows.postpone_file(session, item.id, due_at))
        except DatabaseUnavailable:
            return  # the lease runs out by itself

    async def _give_back(self, item: FileItem) -> None:
        """Let a file wait as if it had not been claimed: it was not its fault."""
        FILES.labels("again").inc()
        try:
            await self._database.write(lambda session: file_rows.give_back(session, item.id))
        except DatabaseUnavailable:
            return
