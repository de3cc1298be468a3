"""An office under test: the real bot over HTTP against the simulator, on a real database.

The bot runs in this process, so that time can be moved and the database looked into; what
it says and hears goes over the loopback network like anybody's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from bot.app import Pandu, assembled
from bot.clock import Clock
from bot.settings import Settings
from simulator import Simulator
from simulator.running import running
from storage.database import Database, open_database
from storage.tables import File, Inbox, Outbox, Task, Timer
from tests.e2e.phone import Town, quiet
from workflow import audit_replay
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text

T = TypeVar("T")
SOON = timedelta(seconds=10)


class TestClock(Clock):
    """Business time that begins on a Monday morning and runs on; a test may move it forward."""

    def __init__(self) -> None:
        self.moved = timedelta()
        self.began = self.monotonic()

    def now(self) -> datetime:
        """Return the test's time; it begins on Monday 4 January 2027 at 08.00 WIB."""
        elapsed = timedelta(seconds=self.monotonic() - self.began)
        return datetime(2027, 1, 4, 1, 0, tzinfo=UTC) + elapsed + self.moved

    def advance(self, by: timedelta) -> None:
        """Move business time forward."""
        self.moved += by


class Office:
    """One installation with its phones. ``start`` and ``stop`` the bot as often as you like."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        office_file: str,
        people: dict[str, int],
        *,
        simulator: Simulator | None = None,
        **settings: Any,
    ) -> None:
        self.folder = folder
        self.more_settings = settings
        self.database_url = database_url
        self.office_file = office_file
        self.simulator = simulator or Simulator()
        self.bot = self.simulator.add_bot()
        for name, user_id in people.items():
            self.simulator.add_user(user_id, name.capitalize())
        self.phones = Town(self.simulator, **people)
        self.clock = TestClock()
        self.pandu: Pandu | None = None
        self._database: Database | None = None
        self._outside = AsyncExitStack()
        self._running = AsyncExitStack()
        self._stopping = asyncio.Event()
        self._api = ""

    async def open(self) -> None:
        """Start the simulator, load the office file, start the bot; everybody presses START.

        Without an office file the installation is empty, and nobody knows of it yet.
        """
        self._api = await self._outside.enter_async_context(running(self.simulator))
        self._database = await open_database(self.database_url)
        if self.office_file:
            await self.load(self.office_file)
        await self.start()
        if self.office_file:
            await self.phones.everybody_starts()
        await self.quiet()

    async def close(self) -> None:
        """Stop everything."""
        await self.stop()
        if self._database is not None:
            await self._database.close()
        await self._outside.aclose()

    async def load(self, text: str) -> None:
        """Load an office file as the command line does."""
        source = load_text(text, "office.yaml")
        await self.write(lambda session: apply(session, source, self.clock.now()))

    @property
    def url(self) -> str:
        """Where the simulator is, and its page of phones."""
        return self._api

    def settings(self) -> Settings:
        """The settings the bot runs with."""
        return Settings(
            telegram_token=self.bot.token, telegram_api_url=self._api, database_url=self.database_url,
            data_dir=self.folder, _env_file=None, **self.more_settings,
        )  # fmt: skip

    async def start(self) -> None:
        """Start the bot."""
        self._stopping = asyncio.Event()
        self._running = AsyncExitStack()
        self.pandu = await self._running.enter_async_context(assembled(self.settings(), clock=self.clock, paced=False))
        task = asyncio.create_task(self.pandu.run(self._stopping))
        self._running.push_async_callback(self._finish, task)

    async def _finish(self, task: asyncio.Task[None]) -> None:
        self._stopping.set()
        await task

    async def stop(self) -> None:
        """Stop the bot cleanly."""
        await self._running.aclose()
        self.pandu = None

    async def restart(self) -> None:
        """Stop and start the bot."""
        await self.stop()
        await self.start()

    async def quiet(self) -> None:
        """Wait until everything that came in is handled and everything to be said is said."""
        await quiet(self.simulator, also=self._idle, settle=0.02)

    async def _idle(self) -> bool:
        def busy(session: Session) -> tuple[bool, bool]:
            inbox = select(Inbox.id).where(Inbox.status == "pending").limit(1)
            files = select(File.id).where(File.status == "received", col(File.discarded).is_(False)).limit(1)
            # A digest queued for tomorrow morning is no work to wait for.
            soon = col(Outbox.due_at) <= self.clock.now() + SOON
            outbox = select(Outbox.id).where(col(Outbox.status).in_(("queued", "sending")), soon).limit(1)
            timers = select(Timer.id).where(col(Timer.fire_at) <= self.clock.now()).limit(1)
            hears = any(session.exec(query).first() is not None for query in (inbox, files, timers))
            return hears, session.exec(outbox).first() is not None

        if self.pandu is not None:
            self.pandu.timers.wake()
        hears, speaks = await self.read(busy)
        if speaks and not hears:
            # Cards wait a moment for the rest of an album; everything has come in, so nothing more will.
            self.clock.advance(timedelta(seconds=2))
            if self.pandu is not None:
                self.pandu.delivery.wake()
        return not hears and not speaks

    async def read(self, body: Callable[[Session], T]) -> T:
        """Look into the database."""
        assert self._database is not None
        return await self._database.read(body)

    async def write(self, body: Callable[[Session], T]) -> T:
        """Change the database as the command line would."""
        assert self._database is not None
        return await self._database.write(body)

    async def faults(self, office_id: str) -> list[Any]:
        """What the audit finds wrong."""
        return await self.read(lambda session: audit_replay.verify(session, office_id))

    async def open_tasks(self) -> list[tuple[int, str, str]]:
        """The open tasks that hold a run up: step, part, subject."""

        def body(session: Session) -> list[tuple[int, str, str]]:
            rows = session.exec(
                select(Task.step, Task.part, Task.subject)
                .where(Task.status == "open", col(Task.part).not_in(("receipt", "invitation")))
                .order_by(col(Task.step), Task.part, Task.subject)
            )
            return list(rows.all())

        return await self.read(body)
