"""Three real ``pandu serve`` processes that are killed and started again, each with a clock of its own.

Every start is a fork of a process that has imported Pandu already. Three things differ from
production: business time runs faster, nobody paces the messages, and leases are shorter, so
that a run of a minute sees as many of them run out as a bad day.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Any

from bot.clock import Clock, SharedClock
from tests.e2e.own_process import settle_in
from tests.postgres import free_port

COUNT = 3
SPEED = 20.0
"""Business seconds in each real one."""
SKEWS = (-240.0, 0.0, 300.0)
"""Seconds by which the replicas' machines are wrong."""
MONDAY = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
STOPS_WITHIN = 10.0
DISK_FULL = "disk-full"
"""While a file of this name is in the data folder, no replica can store another one."""

_forks = get_context("forkserver")
_forks.set_forkserver_preload([__name__, "bot.app", "bot.cli.process", "storage.postgres", "asyncpg"])


class WrongMachine(Clock):
    """A machine whose clock is wrong."""

    skew = timedelta()

    def now(self) -> datetime:
        """Return what the machine believes the time to be."""
        return datetime.now(UTC) + self.skew


class WrongClock(SharedClock, WrongMachine):
    """Pandu's own clock on a wrong machine; business time begins on a Monday morning and runs faster."""

    def __init__(self, began: datetime, skew: float = 0.0) -> None:
        super().__init__()
        self.began = began
        self.skew = timedelta(seconds=skew)

    def now(self) -> datetime:
        """Return business time."""
        return MONDAY + (super().now() - self.began) * SPEED

    def wall(self) -> datetime:
        """Return the time as Pandu has it, which runs as everywhere."""
        return super().now()


class Replicas:
    """Keeps the processes alive, whatever ends them, as an orchestrator does."""

    def __init__(self, folder: Path, began: datetime, random: Random) -> None:
        self.folder = folder
        self.ports = [free_port() for _ in range(COUNT)]
        self.deaths = 0
        self.failed_starts = 0
        self._clocks = [WrongClock(began, skew) for skew in SKEWS]
        self._random = random
        self._processes: dict[int, BaseProcess] = {}
        self._supervisors: list[asyncio.Task[None]] = []
        self._killed: set[int] = set()
        self._ending = False

    def start(self, environment: dict[str, str]) -> None:
        """Start every replica."""
        self._supervisors = [asyncio.create_task(self._supervise(n, environment)) for n in range(COUNT)]

    def kill_one(self) -> None:
        """Pull the plug of a replica."""
        if self._processes:
            number = self._random.choice(sorted(self._processes))
            self._killed.add(number)
            self._signal(number, signal.SIGKILL)

    def check(self) -> None:
        """Raise what a supervisor found wrong."""
        for task in self._supervisors:
            if task.done():
                task.result()

    async def stop(self) -> None:
        """Ask every replica to stop, and wait for it; raise what went wrong."""
        self._ending = True
        for number in list(self._processes):
            self._signal(number, signal.SIGTERM)
        await asyncio.gather(*self._supervisors)

    def log(self) -> str:
        """What the processes printed."""
        return (self.folder / "log").read_text(errors="replace")

    def _signal(self, number: int, what: signal.Signals) -> None:
        pid = self._processes[number].pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, what)

    async def _supervise(self, number: int, environment: dict[str, str]) -> None:
        while not self._ending:
            here = environment | {"PANDU_LISTEN": f"127.0.0.1:{self.ports[number]}"}
            process = _forks.Process(target=_pandu_serve, args=(here, self.folder, self._clocks[number]), daemon=True)
            process.start()
            self._processes[number] = process
            await asyncio.to_thread(process.join)
            del self._processes[number]
            code = process.exitcode
            process.close()
            if number in self._killed:
                self._killed.discard(number)
                self.deaths += 1
            elif self._ending:
                assert code in (0, -signal.SIGTERM), f"pandu serve ended with {code}:\n{self.log()[-3000:]}"
            else:
                # While the database is away a start is given up with one line; another follows.
                assert code == 1, f"pandu serve ended with {code}:\n{self.log()[-3000:]}"
                self.failed_starts += 1
                await asyncio.sleep(0.3)


def _pandu_serve(environment: dict[str, str], folder: Path, clock: Clock) -> None:
    """Be ``pandu serve``, in a process of its own."""
    settle_in(environment, folder)

    from bot import app, cli, file_worker, inbox_worker, sender

    app.all_assembled = partial(app.all_assembled, clock=clock, paced=False)
    inbox_worker.LEASE = timedelta(seconds=6)
    file_worker.LEASE, file_worker.RENEW_SECONDS = timedelta(seconds=6), 2.0
    sender.LENGTH, sender.RENEW_SECONDS, sender.MARGIN_SECONDS = timedelta(seconds=4), 1.0, 0.5
    sender.ANSWER_SECONDS = 2.0
    _disk_may_be_full(folder / DISK_FULL)
    sys.argv = ["pandu", "serve"]
    cli.main()


def _disk_may_be_full(sign: Path) -> None:
    """Let what is forced to the disk find no room while the sign is there: the file store does that with every file."""
    sync = os.fsync

    def fsync(fd: Any) -> None:
        if sign.exists():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(fd)

    os.fsync = fsync
