"""The whole bot on one screen.

Telegram -> Poller or Webhook -> inbox -> InboxWorker -> handlers -> workflow -> outbox -> DeliveryWorker -> Telegram,
files -> FileWorker -> file store, and timers -> TimerWorker -> workflow -> outbox.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
import typer

from bot import first_admin, opening
from bot.clock import Clock, SharedClock
from bot.command_menu import publish_menu
from bot.delivery import DeliveryWorker
from bot.file_worker import FileWorker
from bot.garbage import leave_alone_what_is_loaded
from bot.health import Readiness
from bot.inbox_worker import InboxWorker
from bot.lookout import Lookout
from bot.metrics_page import MetricsPage
from bot.polling import Poller
from bot.process_lock import only_process
from bot.sender import Sender
from bot.settings import Settings, Unusable
from bot.sharing import Sharing
from bot.telegram_client import TelegramClient
from bot.tenure import Tenure
from bot.timer_worker import TimerWorker
from bot.webhook import Webhook
from storage.database import Database
from storage.due_work import Work
from storage.file_store import FileStore, open_file_store
from storage.local_file_store import LocalFileStore

if TYPE_CHECKING:
    from starlette.applications import Starlette

log = structlog.stdlib.get_logger("bot.app")

STOP_WITHIN_SECONDS = 8.0


class Pandu:
    """One bot, assembled: everything it needs is open, nothing runs yet."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        client: TelegramClient,
        store: FileStore,
        clock: Clock,
        lookout: Lookout,
        *,
        sharing: Sharing | None = None,
        paced: bool = True,
        pushed: bool = False,
    ) -> None:
        self.database = database
        self.client = client
        self.clock = clock
        bot_id, language = client.bot.id, settings.language
        tenure = Tenure(clock.lease_monotonic)
        self.delivery = DeliveryWorker(
            database, client, store, bot_id, clock, tenure, default_language=language, paced=paced,
            watched=True,
        )  # fmt: skip
        self.files = FileWorker(database, client, store, bot_id, clock, on_effect=self._queued, watched=True)
        self.inbox = InboxWorker(
            database, client, bot_id, client.bot.username, clock, default_language=language, on_effect=self._queued,
            on_file=self.files.wake, paced=paced, watched=True,
        )  # fmt: skip
        self.timers = TimerWorker(database, bot_id, clock, tenure, on_effect=self._queued, watched=True)
        self.sender = Sender(database, bot_id, clock, tenure, self.delivery, self.timers, sharing=sharing)
        self.tenure = tenure
        self._sharing = sharing
        if sharing is not None:
            sharing.watch(bot_id, self.sender.wake)
        self.intake: Poller | Webhook = (
            Webhook(database, client, settings.webhook_url or "", clock, on_told=self._queued)
            if pushed
            else Poller(database, client, bot_id, clock, keep=self.inbox.keep, on_told=self._queued)
        )
        wakes = {
            Work.UPDATES: self.inbox.wake,
            Work.FILES: self.files.wake,
            Work.MESSAGES: self.delivery.wake,
            Work.TIMERS: self.timers.wake,
        }
        lookout.watch(bot_id, wakes)
        self._language = language
        self._outbox = f"outbox:{bot_id}"

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
                for worker in (self.intake, self.inbox, self.files, self.sender)
            ]
            await stopping.wait()
            log.info("stopping")
            menu.cancel()
            if self._sharing is not None:
                group.create_task(self._sharing.leave())
            _, late = await asyncio.wait(workers, timeout=STOP_WITHIN_SECONDS)
            for worker in late:
                log.warning("broken off while stopping", worker=worker.get_name())
                worker.cancel()


@asynccontextmanager
async def assembled(settings: Settings, *, clock: Clock | None = None, paced: bool = True) -> AsyncIterator[Pandu]:
    """Open what an installation's one bot needs, and close it in the end: see :func:`all_assembled`."""
    async with all_assembled(settings, clock=clock, paced=paced) as (pandu,):
        yield pandu


@asynccontextmanager
async def all_assembled(
    settings: Settings, *, clock: Clock | None = None, paced: bool = True, pushed: bool = False
) -> AsyncIterator[list[Pandu]]:
    """Open what every bot needs, and close it in the end. The caller holds the process's lock.

    Telegram brings updates to a webhook where they are ``pushed``. Raises :class:`Unusable` with
    one clear line where something cannot be opened.
    """
    single = settings.sqlite_path is not None
    clock = clock or (Clock() if single else SharedClock())
    async with AsyncExitStack() as opened:
        database = await opening.database(settings.database)
        opened.push_async_callback(database.close)
        clients = await opening.clients(settings, settings.tokens())
        for client in clients:
            opened.push_async_callback(client.close)
        store = open_file_store(settings.files, settings.s3)
        names = [(client.bot.id, client.bot.username or "") for client in clients]
        asked = clock.monotonic()
        lease_now = await database.lease_time()
        clock.heard(lease_now, asked)
        now, wall = clock.now(), clock.wall()
        await database.write(lambda session: opening.take_up(session, names, now, wall, lease_now if single else None))
        if single and isinstance(store, LocalFileStore):
            await asyncio.to_thread(store.remove_leftovers)
        lookout = Lookout(database, clock)
        sharing = None if single or len(clients) == 1 else Sharing(database, clock, [one.bot.id for one in clients])
        bots = [
            Pandu(settings, database, client, store, clock, lookout, sharing=sharing, paced=paced, pushed=pushed)
            for client in clients
        ]
        for looking in (lookout, sharing) if sharing is not None else (lookout,):
            opened.push_async_callback(_end, asyncio.create_task(looking.run(), name=type(looking).__name__))
        yield bots


async def run(settings: Settings, *, pushed: bool = False) -> None:
    """Run every bot until SIGINT or SIGTERM: what ``pandu run`` does, and ``pandu serve`` where they are ``pushed``."""
    settings.tokens()
    if pushed and settings.webhook_url is None:
        raise Unusable("PANDU_WEBHOOK_URL belum diisi: alamat https tempat Telegram mencapai server ini.")
    settings.make_data_dir()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    with only_process(settings.sqlite_path):
        async with all_assembled(settings, pushed=pushed) as bots, AsyncExitStack() as web:
            if pushed or settings.listen is not None:
                from bot.serving import listening  # an office without a web server does not load one

                await web.enter_async_context(listening(web_application(bots, stopping), settings.address(), stopping))
            await asyncio.gather(*(pandu.intake.open() for pandu in bots))
            log.info("running", bots=" ".join(pandu.client.bot.username for pandu in bots))
            leave_alone_what_is_loaded()
            if not pushed:
                # Of several processes each would take the last one's code back: there the operator asks for it.
                await _offer_first_admin(bots[0].database, bots[0].clock.now())
            async with asyncio.TaskGroup() as group:
                for pandu in bots:
                    group.create_task(pandu.run(stopping))
    log.info("stopped")


def web_application(bots: Sequence[Pandu], stopping: asyncio.Event) -> Starlette:
    """Return what a process of these bots answers over HTTP."""
    from bot.serving import Door, application

    database, clock = bots[0].database, bots[0].clock
    doors = {
        pandu.client.bot.id: Door(pandu.intake.secret, pandu.inbox.keep)
        for pandu in bots
        if isinstance(pandu.intake, Webhook)
    }
    heard = {pandu.client.bot.id: pandu.intake for pandu in bots}
    readiness = Readiness(
        database, clock, lambda: {bot_id: intake.heard_at for bot_id, intake in heard.items()}, stopping
    )
    return application(clock, doors, readiness, MetricsPage(database, clock))


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


async def _offer_first_admin(database: Database, now: datetime) -> None:
    """While there is no office, print the code by which its first admin founds it."""
    token = first_admin.new_token()
    line = await database.write(lambda session: first_admin.offer(session, token, now))
    if line is not None:
        typer.echo(line)
