"""The whole bot on one screen.

Telegram -> Poller -> inbox -> InboxWorker -> handlers -> workflow -> outbox -> DeliveryWorker -> Telegram,
files -> FileWorker -> file store, and timers -> TimerWorker -> workflow -> outbox.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import structlog
import typer
from sqlmodel import Session
from telegram.error import TelegramError

from bot import first_admin
from bot.clock import Clock
from bot.command_menu import EDITION, publish_menu
from bot.delivery import DeliveryWorker
from bot.file_worker import FileWorker
from bot.inbox_worker import InboxWorker
from bot.logging import where
from bot.polling import Poller
from bot.process_lock import only_process
from bot.sender import Sender
from bot.settings import Settings, Unusable
from bot.telegram_client import RefusedToken, TelegramClient
from bot.tenure import Tenure
from bot.timer_worker import TimerWorker
from storage import file_rows, inbox, leases
from storage.database import Database, DatabaseUnavailable, migrate, open_database
from storage.file_store import FileStore, open_file_store
from storage.local_file_store import LocalFileStore
from storage.tables import Bot
from workflow import checkpoint_messages, gap, office_bots, profile, retention
from workflow.reminding import morning

log = structlog.stdlib.get_logger("bot.app")

STOP_WITHIN_SECONDS = 8.0
TRIES_AT_START = 3


class Pandu:
    """One bot, assembled: everything it needs is open, nothing runs yet."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        client: TelegramClient,
        store: FileStore,
        clock: Clock,
        *,
        paced: bool = True,
    ) -> None:
        self.database = database
        self.client = client
        bot_id, language = client.bot.id, settings.language
        tenure = Tenure(clock.monotonic)
        self.delivery = DeliveryWorker(
            database, client, store, bot_id, clock, tenure, default_language=language, paced=paced
        )
        self.files = FileWorker(database, client, store, bot_id, clock, on_effect=self._queued)
        self.inbox = InboxWorker(
            database, client, bot_id, client.bot.username, clock, default_language=language, on_effect=self._said,
            paced=paced,
        )  # fmt: skip
        self.timers = TimerWorker(database, bot_id, clock, tenure, on_effect=self._said)
        self.sender = Sender(database, bot_id, clock, tenure, self.delivery, self.timers)
        self.tenure = tenure
        self.poller = Poller(database, client, bot_id, clock, on_stored=self.inbox.wake)
        self._language = language
        self._outbox = f"outbox:{bot_id}"

    def _said(self) -> None:
        self._queued()
        self.files.wake()

    def _queued(self) -> None:
        self.delivery.wake()
        if self.tenure.fence is None:
            self.database.announce(self._outbox)

    def wake(self) -> None:
        """Say that there may be something to do for every worker: somebody moved business time."""
        for worker in (self.inbox, self.files, self.timers, self.delivery):
            worker.wake()

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; then finish what was begun, within ``STOP_WITHIN_SECONDS``."""
        self.database.listen(self._outbox, self.delivery.wake)
        self.database.listen(self.sender.name, self.sender.wake)
        async with asyncio.TaskGroup() as group:
            menu = group.create_task(publish_menu(self.client.bot, self._language))
            workers = [
                group.create_task(worker.run(stopping), name=type(worker).__name__)
                for worker in (self.poller, self.inbox, self.files, self.sender)
            ]
            await stopping.wait()
            log.info("stopping")
            menu.cancel()
            _, late = await asyncio.wait(workers, timeout=STOP_WITHIN_SECONDS)
            for worker in late:
                log.warning("broken off while stopping", worker=worker.get_name())
                worker.cancel()


@asynccontextmanager
async def assembled(settings: Settings, *, clock: Clock | None = None, paced: bool = True) -> AsyncIterator[Pandu]:
    """Open what one bot needs, and close it in the end. The caller holds the process's lock.

    Raises :class:`Unusable` with one clear line where that is not possible.
    """
    clock = clock or Clock()
    client = TelegramClient(settings.tokens()[0], settings.telegram_api_url, settings.telegram_proxy)
    database = await _open_database(settings.database)
    try:
        await _greet(client, settings)
        store = open_file_store(settings.files, settings.s3)
        single = settings.sqlite_path is not None
        now, wall, lease_now = clock.now(), clock.wall(), await database.lease_time()
        await database.write(lambda session: _take_up(session, client, now, wall, lease_now if single else None))
        if single and isinstance(store, LocalFileStore):
            await asyncio.to_thread(store.remove_leftovers)
        yield Pandu(settings, database, client, store, clock, paced=paced)
    finally:
        await client.close()
        await database.close()


async def run(settings: Settings) -> None:
    """Run the bot until SIGINT or SIGTERM: what ``pandu run`` does."""
    settings.tokens()
    settings.make_data_dir()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    with only_process(settings.sqlite_path):
        async with assembled(settings) as pandu:
            log.info("running", bot=pandu.client.bot.username)
            await _offer_first_admin(pandu.database, Clock().now())
            await pandu.run(stopping)
    log.info("stopped")


async def _offer_first_admin(database: Database, now: datetime) -> None:
    """While there is no office, print the code by which its first admin founds it."""
    token = first_admin.new_token()
    line = await database.write(lambda session: first_admin.offer(session, token, now))
    if line is not None:
        typer.echo(line)


async def _open_database(url: str) -> Database:
    try:
        await asyncio.to_thread(migrate, url)
        return await open_database(url)
    except ValueError as error:
        raise Unusable(f"PANDU_DATABASE_URL: {error}") from None
    except DatabaseUnavailable as error:
        raise Unusable(f"Basis data tidak dapat dibuka: {error}") from None


async def _greet(client: TelegramClient, settings: Settings) -> None:
    """Ask Telegram who the bot is."""
    for attempt in range(1, TRIES_AT_START + 1):
        try:
            await client.open()
        except RefusedToken:
            raise Unusable("Token ditolak Telegram; periksa PANDU_TELEGRAM_TOKEN.") from None
        except TelegramError as error:
            if attempt == TRIES_AT_START:
                raise Unusable(f"Telegram tidak dapat dihubungi di {settings.telegram_api_url}: {error}.") from None
            log.warning("Telegram cannot be reached", attempt=attempt, error=where(error))
            await asyncio.sleep(attempt)
        else:
            return


def _take_up(
    session: Session, client: TelegramClient, now: datetime, wall: datetime, lease_now: datetime | None
) -> None:
    """Note the bot, and what it must look after; ``wall`` is the machine's time.

    Where no other process works (``lease_now`` is given), all that was claimed is free again.
    """
    username = client.bot.username or ""
    bot = session.get(Bot, client.bot.id) or Bot(id=client.bot.id, username=username)
    bot.username = username
    session.add(bot)
    session.flush()
    office_bots.bind_free(session)
    gap.note_absence(session, bot, now, wall)
    morning.ensure_all(session, now)
    checkpoint_messages.ensure_all(session, now)
    retention.ensure_all(session, now)
    profile.renew_menus(session, bot.id, now, EDITION)
    if lease_now is not None:
        leases.free(session, leases.sender(bot.id), lease_now)
        inbox.void_leases(session, bot.id)
        file_rows.void_leases(session)
