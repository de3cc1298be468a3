"""Fetches officials' files from Telegram into the store; never inside a transaction."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import BinaryIO, cast

import structlog
from telegram.error import BadRequest, TelegramError

from bot.clock import Clock, first_of
from bot.crash_points import crash_point
from bot.file_kinds import Broken, kind_of
from bot.logging import where
from bot.telegram_client import DOWNLOAD_CHUNK, TelegramClient
from storage import file_rows, outbox
from storage.database import Database, DatabaseUnavailable
from storage.file_rows import FileItem
from storage.file_store import FileStore
from workflow import files

log = structlog.stdlib.get_logger("bot.files")

AT_ONCE = 4
LEASE = timedelta(minutes=5)
LOOK_AGAIN_SECONDS = 1.0
IN_MEMORY_BYTES = 1 << 20
TRIES_OF_A_REFUSAL = 5
"""How often Telegram may say that a file is not available before the official is told so."""


class TooBig(Exception):
    """More bytes came than a bot may fetch."""


class FileWorker:
    """Fetches one bot's files. ``on_effect`` is called after each commit that may have said something."""

    def __init__(
        self,
        database: Database,
        client: TelegramClient,
        store: FileStore,
        bot_id: int,
        clock: Clock,
        on_effect: Callable[[], None],
    ) -> None:
        self._database = database
        self._client = client
        self._store = store
        self._bot_id = bot_id
        self._clock = clock
        self._on_effect = on_effect
        self._active = 0
        self._work = asyncio.Event()

    def wake(self) -> None:
        """Say that there may be a file to fetch."""
        self._work.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Fetch until told to stop; a fetch under way is then broken off and begun anew at the next start."""
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
                if not items:
                    await first_of(self._work, stopping, seconds=LOOK_AGAIN_SECONDS)
            for fetch in fetches:
                fetch.cancel()

    async def _claim(self) -> list[FileItem]:
        free = AT_ONCE - self._active
        if free <= 0:
            return []
        now, lease_now = self._clock.now(), await self._database.lease_time()
        return await self._database.write(
            lambda session: file_rows.claim_files(session, now, lease_now, LEASE, free, self._bot_id)
        )

    async def _work_on(self, item: FileItem) -> None:
        try:
            await self.fetch(item)
        except DatabaseUnavailable as error:
            # The lease runs out and the file is fetched again; equal bytes are stored once.
            log.warning("the database is away, a file waits", file_id=item.id, error=where(error))
        except Exception:
            log.exception("a file could not be fetched", file_id=item.id, tries=item.tries)
            await self._again(item)
        finally:
            self._active -= 1
            self.wake()

    async def fetch(self, item: FileItem) -> None:
        """Fetch one claimed file and record what became of it."""
        try:
            path = await self._path(item)
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as spool:
                bytes_on_hand = cast("BinaryIO", spool)
                await self._spool(path, bytes_on_hand)
                await self._keep(item, bytes_on_hand)
        except TooBig:
            await self._refuse(item, "too_big")
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
        if size is not None and size > files.MAX_BYTES:
            raise TooBig
        return path

    async def _spool(self, path: str, spool: BinaryIO) -> None:
        received = 0
        async for chunk in self._client.download(path):
            received += len(chunk)
            if received > files.MAX_BYTES:
                raise TooBig
            spool.write(chunk)

    async def _keep(self, item: FileItem, spool: BinaryIO) -> None:
        if spool.seek(0, 2) == 0:
            await self._refuse(item, "empty")
            return
        try:
            kind = await asyncio.to_thread(kind_of, spool)
        except Broken as broken:
            await self._refuse(item, broken.reason)
            return
        allowed = await self._database.read(lambda session: files.allowed_kinds(session, item.id))
        if kind is None or kind not in allowed:
            await self._refuse(item, "kind")
            return
        crash_point("before-file-stored")
        sha256, size = await self._store.put(_chunks(spool))
        now, nonce = self._clock.now(), secrets.token_hex(8)
        await self._database.write(lambda session: files.stored(session, item.id, sha256, size, kind, now, nonce))
        crash_point("after-file-stored")
        log.info("a file is stored", file_id=item.id, size=size, kind=kind.value)
        self._on_effect()

    async def _refuse(self, item: FileItem, reason: str) -> None:
        now, nonce = self._clock.now(), secrets.token_hex(8)
        await self._database.write(lambda session: files.refused(session, item.id, reason, now, nonce))
        log.info("a file is refused", file_id=item.id, reason=reason)
        self._on_effect()

    async def _again(self, item: FileItem) -> None:
        due_at = self._clock.now() + outbox.backoff(item.tries)
        try:
            await self._database.write(lambda session: file_rows.postpone_file(session, item.id, due_at))
        except DatabaseUnavailable:
            return  # the lease runs out by itself


async def _chunks(spool: BinaryIO) -> AsyncIterator[bytes]:
    spool.seek(0)
    while chunk := spool.read(DOWNLOAD_CHUNK):
        yield chunk
