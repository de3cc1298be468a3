"""An office whose bot is a real ``pandu run`` that can be killed, and is started again whenever it ends.

Every start is a fork of a process that has imported Pandu already, so that a test can afford
dozens of them; what is killed is a process like any other. Only two things differ from
production: business time runs faster, and nobody paces the messages.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.tables import File, Inbox, Lease, Outbox
from tests.e2e.office import Office, TestClock
from tests.e2e.own_process import settle_in
from tests.e2e.phone import quiet

SPEED = 3.0
STOPS_WITHIN = 10.0
"""Seconds that a process asked to stop may take."""
PATIENCE = 120.0
CALM = "after-effect-commit:3"
TERM = "sigterm"

_forks = get_context("forkserver")
_forks.set_forkserver_preload([__name__, "bot.app", "bot.cli.process", "bot.cli.office", "storage.sqlite"])


class QuickClock(TestClock):
    """Business time that runs faster than the wall's, the same in every process of this machine."""

    def now(self) -> datetime:
        """Return the test's time; it begins on Monday 4 January 2027 at 08.00 WIB."""
        return datetime(2027, 1, 4, 1, 0, tzinfo=UTC) + timedelta(seconds=(self.monotonic() - self.began) * SPEED)

    def advance(self, by: timedelta) -> None:
        """Let it be: this time cannot be moved, the other process has it too."""


class CrashOffice(Office):
    """An office whose bot dies at the points of a plan, one after the other: ``before-send:3``, ``sigterm:5``.

    ``sigterm:5`` asks it politely to stop, when it has made five calls.
    """

    def __init__(self, folder: Path, database_url: str, office_file: str, people: dict[str, int]) -> None:
        super().__init__(folder, database_url, office_file, people)
        self.clock = QuickClock()
        self.deaths: list[str] = []
        self.unknown = 0
        """Rows of the outbox of which nobody knew, at a death, whether they had been sent."""
        self._plan: Iterator[str] = iter(())
        self._process: BaseProcess | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._ending = False
        self._asked_at = 0.0

    def dies_at(self, plan: list[str]) -> None:
        """Give the plan; the process that runs now is killed at once, as by the first power cut."""
        self._plan = iter(plan)
        if self._process is not None and self._process.pid is not None:
            os.kill(self._process.pid, signal.SIGKILL)

    async def start(self) -> None:
        """Start the bot and keep it alive."""
        self._ending = False
        self._supervisor = asyncio.create_task(self._supervise())

    async def stop(self) -> None:
        """Stop the bot cleanly; raise what went wrong with it."""
        self._ending = True
        if self._supervisor is not None:
            self._terminate()
            await self._supervisor
        self._supervisor = None

    async def quiet(self) -> None:
        """Wait until everything is done, however often the bot dies meanwhile."""
        waiting = asyncio.create_task(quiet(self.simulator, also=self._idle, settle=0.02, within=PATIENCE))
        assert self._supervisor is not None
        await asyncio.wait({waiting, self._supervisor}, return_when=asyncio.FIRST_COMPLETED)
        if self._supervisor.done():
            waiting.cancel()
            with suppress(asyncio.CancelledError):
                await waiting
            self._supervisor.result()
        await waiting

    def log(self) -> str:
        """What the processes printed."""
        return (self.folder / "log").read_text(errors="replace")

    async def _supervise(self) -> None:
        while True:
            point = await self._next_point()
            if self._ending:
                return
            politely = point.startswith(TERM)
            before = await self.read(_sending)
            process = self._process = _forks.Process(
                target=_pandu_run, args=(self._environment("" if politely else point), self.folder, self.clock),
                daemon=True,
            )  # fmt: skip
            process.start()
            asking = asyncio.create_task(self._ask_to_stop(point)) if politely else None
            await asyncio.to_thread(process.join)
            code, self._process = process.exitcode, None
            process.close()
            # What an earlier death left is found by the next process that sends, which this one may never have been.
            unknown = len(await self.read(_sending) - before)
            self.unknown += unknown
            await self._leases_run_out()
            if asking is not None:
                asking.cancel()
            if self._ending:
                assert code in (0, -signal.SIGTERM), f"pandu run ended with {code}:\n{self.log()[-3000:]}"
            elif politely and code == 0:
                assert self.clock.monotonic() - self._asked_at < STOPS_WITHIN, "it did not stop in time"
                assert unknown == 0, f"{unknown} messages were left half sent at a clean stop"
            else:
                assert code == -signal.SIGKILL, f"pandu run ended with {code}, {point!r}:\n{self.log()[-3000:]}"
            self.deaths.append(point)

    async def _leases_run_out(self) -> None:
        """Where several processes may work, what a dead one held is free only after minutes: let them pass."""
        if self.database_url.startswith("postgresql"):
            past = datetime(2000, 1, 1, tzinfo=UTC)

            def end_leases(session: Session) -> None:
                for table in (Inbox, Outbox, File):
                    session.exec(update(table).where(col(table.lease_until).is_not(None)).values(lease_until=past))

            await self.write(end_leases)
            await self.write(lambda session: session.exec(update(Lease).values(until=past)))

    async def _next_point(self) -> str:
        """Return where to die next.

        An update that was under way at three deaths is taken for their cause and parked; who
        dies as often as here must let the innocent pass in between.
        """
        if await self.read(_suspects):
            return CALM
        return next(self._plan, "")

    async def _ask_to_stop(self, point: str) -> None:
        enough = len(self.simulator.journal.entries) + int(point.partition(":")[2])
        await self.simulator.world.until(lambda: len(self.simulator.journal.entries) >= enough, PATIENCE)
        self._asked_at = self.clock.monotonic()
        self._terminate()

    def _terminate(self) -> None:
        if self._process is not None and self._process.pid is not None:
            os.kill(self._process.pid, signal.SIGTERM)

    def _environment(self, point: str) -> dict[str, str]:
        settings = self.settings()
        return {
            "PANDU_TELEGRAM_TOKEN": settings.tokens()[0].get_secret_value(),
            "PANDU_TELEGRAM_API_URL": settings.telegram_api_url,
            "PANDU_DATABASE_URL": self.database_url,
            "PANDU_DATA_DIR": str(self.folder),
            "PANDU_LOG_LEVEL": "INFO",
            "PANDU_CRASH_AT": point,
        }


def _sending(session: Session) -> set[tuple[int | None, int]]:
    """The rows of which nobody knows whether they were sent, each with the lease under which it was tried."""
    return set(session.exec(select(Outbox.id, Outbox.fence).where(Outbox.status == "sending")).all())


def _suspects(session: Session) -> bool:
    statement = select(Inbox.id).where(Inbox.status == "pending", col(Inbox.tries) >= 2)
    return session.exec(statement.limit(1)).first() is not None


def _pandu_run(environment: dict[str, str], folder: Path, clock: QuickClock) -> None:
    """Be ``pandu run``, in a process of its own."""
    settle_in(environment, folder)

    from bot import app, cli

    app.all_assembled = partial(app.all_assembled, clock=clock, paced=False)
    sys.argv = ["pandu", "run"]
    cli.main()
