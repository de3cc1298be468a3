"""Several offices on one bot, one database, one Telegram: everything but the replicas that serve them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import asyncpg
from sqlmodel import Session, col, select

from handlers.incoming import person_of
from simulator import Simulator
from simulator.running import running
from storage.database import Database, DatabaseUnavailable, migrate, open_database
from storage.tables import File, Inbox, Outbox, Task, Timer
from tests.chaos import disk
from tests.chaos.balancer import Balancer
from tests.chaos.replicas import DISK_FULL, Replicas, WrongClock
from tests.e2e import busy_day
from tests.e2e.offices import PEOPLE, office_file
from tests.e2e.phone import Town
from tests.postgres import TemporaryPostgres
from workflow import audit_replay
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text

T = TypeVar("T")
NAME = "chaos"
SOON = timedelta(minutes=20)
"""Business time within which a row that waits is work; a digest for tomorrow is none."""
PATIENCE = 120.0
LOOK_SECONDS = 0.15
BLOCKS = "staf"
"""Who blocks the bot for most of the day; the second holder of a seat."""


class Installation:
    """The machinery, and the offices to be."""

    def __init__(self, folder: Path, offices: int, seed: int) -> None:
        self.folder = folder
        self.random = Random(seed)
        self.began = datetime.now(UTC)
        self.clock = WrongClock(self.began)
        self.server = TemporaryPostgres(durable=True)
        self.database_url = self.server.url(NAME)
        self.simulator = Simulator()
        self.bot = self.simulator.add_bot()
        self.replicas = Replicas(folder, self.began, Random(seed + 1))
        self.balancer = Balancer(self.replicas.ports, Random(seed + 2))
        self.offices = [Office(self, number) for number in range(offices)]
        self._database: Database | None = None
        self._outside = AsyncExitStack()

    async def open(self) -> None:
        """Load every office and start the replicas; everybody presses START."""
        self._outside.callback(self.server.stop)
        connection = await asyncpg.connect(self.server.url("postgres"))
        await connection.execute(f"CREATE DATABASE {NAME}")
        await connection.close()
        await asyncio.to_thread(migrate, self.database_url)
        await disk.prepare(self.database_url)
        api = await self._outside.enter_async_context(running(self.simulator))
        await self.balancer.open()
        self._outside.push_async_callback(self.balancer.close)
        self._database = await open_database(self.database_url)
        self._outside.push_async_callback(self._database.close)
        for office in self.offices:
            await office.load()
        self.replicas.start(
            {
                "PANDU_TELEGRAM_TOKEN": self.bot.token,
                "PANDU_TELEGRAM_API_URL": api,
                "PANDU_WEBHOOK_URL": self.balancer.url,
                "PANDU_DATABASE_URL": self.database_url,
                "PANDU_DATA_DIR": str(self.folder),
                "PANDU_LOG_LEVEL": "INFO",
            }
        )
        await self.simulator.world.until(lambda: self.bot.webhook.url, PATIENCE)
        for office in self.offices:
            await office.phones.everybody_starts()
        await asyncio.gather(*(office.quiet() for office in self.offices))
        for office in self.offices:
            await office.phones.phones[BLOCKS].blocks()

    async def close(self) -> None:
        """Stop everything, the replicas first."""
        try:
            await self.replicas.stop()
        finally:
            await self._outside.aclose()

    async def restart_database(self, seconds: float) -> None:
        """Stop the database as a power cut does, and start it again some time later."""
        self.server.halt()
        await self.pause(seconds)
        self.server.resume()

    async def fill_disks(self, seconds: float) -> None:
        """Let there be no room for rows and for files for a while."""
        sign = self.folder / DISK_FULL
        sign.touch()
        try:
            await disk.set_full(self.database_url, full=True)
            await self.pause(seconds)
        finally:
            sign.unlink()
            await disk.set_full(self.database_url, full=False)

    async def pause(self, seconds: float) -> None:
        """Let real time pass."""
        self.replicas.check()
        await self.simulator.world.until(lambda: False, seconds)

    async def read(self, body: Callable[[Session], T]) -> T:
        """Look into the database, when it is there."""
        assert self._database is not None
        while True:
            try:
                return await self._database.read(body)
            except DatabaseUnavailable:
                await self.pause(0.2)

    async def write(self, body: Callable[[Session], T]) -> T:
        """Change the database as the command line would."""
        assert self._database is not None
        return await self._database.write(body)


class Office:
    """One of the offices, as :mod:`tests.e2e.busy_day` plays it."""

    def __init__(self, installation: Installation, number: int) -> None:
        self.installation = installation
        self.simulator = installation.simulator
        self.id = f"sumbang-{number}"
        self.people = {name: user_id + 1000 * number for name, user_id in PEOPLE.items()}
        for name, user_id in self.people.items():
            self.simulator.add_user(user_id, name.capitalize())
        self.phones = Town(self.simulator, **self.people)
        self.finished = False

    async def load(self) -> None:
        """Load the office's file as the command line does."""
        text = office_file(busy_day.SOP).replace("id: sumbang", f"id: {self.id}")
        shift = self.people["camat"] - PEOPLE["camat"]
        text = re.sub(r"telegram_id: (\d+)", lambda found: f"telegram_id: {int(found.group(1)) + shift}", text)
        # Two at one seat, so that one who cannot be reached holds nobody up.
        text = text.replace("role: pelaksana, unit: trantib", "role: kasi_kasubag, unit: trantib")
        source = load_text(text, "office.yaml")
        await self.installation.write(lambda session: apply(session, source, self.installation.clock.now()))

    async def play(self, last: int) -> None:
        """Go through the day."""
        await busy_day.play(self, last=last)  # type: ignore[arg-type]  # with all that the day asks of an office
        self.finished = True

    async def quiet(self) -> None:
        """Wait until everything that came from this office is handled and everything to be said is said."""
        try:
            async with asyncio.timeout(PATIENCE):
                calm = 0
                while calm < 2:
                    await self.installation.pause(LOOK_SECONDS)
                    calm = calm + 1 if not self._on_its_way() and await self.read(self._idle) else 0
        except TimeoutError:
            left = await self.read(self._left)
            raise AssertionError(f"{self.id} is not quiet within {PATIENCE} s: {left}") from None

    def _on_its_way(self) -> bool:
        queues = self.simulator.queues.values()
        waiting = [update for queue in queues for update in (*queue.waiting, *(queue.held or ()))]
        return any(person_of(update.wire()) in self.people.values() for update in waiting)

    def _idle(self, session: Session) -> bool:
        return not any(self._left(session).values())

    def _left(self, session: Session) -> dict[str, list[Any]]:
        """Return what is still to be done for this office."""
        chats, now = list(self.people.values()), self.installation.clock.now()
        return {
            "updates": list(
                session.exec(select(Inbox.id).where(col(Inbox.person).in_(chats), Inbox.status == "pending"))
            ),
            "files": list(
                session.exec(
                    select(File.id).where(
                        File.office_id == self.id, File.status == "received", col(File.discarded).is_(False)
                    )
                )
            ),
            "timers": list(
                session.exec(select(Timer.key).where(Timer.office_id == self.id, col(Timer.fire_at) <= now))
            ),
            "outbox": list(
                session.exec(
                    select(Outbox.id, Outbox.kind, Outbox.status, Outbox.error).where(
                        col(Outbox.chat_id).in_(chats), col(Outbox.status).in_(("queued", "sending")),
                        col(Outbox.due_at) <= now + SOON,
                    )
                )
            ),
        }  # fmt: skip

    async def read(self, body: Callable[[Session], T]) -> T:
        """Look into the database."""
        return await self.installation.read(body)

    async def faults(self, office_id: str) -> list[Any]:
        """What the audit finds wrong."""
        return await self.read(lambda session: audit_replay.verify(session, office_id))

    async def open_tasks(self) -> list[tuple[int, str, str]]:
        """The open tasks that hold the run up: step, part, subject."""

        def body(session: Session) -> list[tuple[int, str, str]]:
            rows = session.exec(
                select(Task.step, Task.part, Task.subject)
                .where(
                    Task.office_id == self.id, Task.status == "open", col(Task.part).not_in(("receipt", "invitation"))
                )
                .order_by(col(Task.step), Task.part, Task.subject)
            )
            return list(rows.all())

        return await self.read(body)
