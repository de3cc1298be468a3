"""What goes wrong around the bot: Telegram stumbles, updates come twice or backwards, the database goes away."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import cycle
from random import Random

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from simulator import Simulator
from storage.database import DatabaseUnavailable
from tests.e2e.office import Office

Trouble = Callable[[], AbstractAsyncContextManager[None]]

UNKNOWN = {"server_error", "drop_before", "drop_after", "timeout_before", "timeout_after"}
"""The faults after which nobody but Telegram knows whether it did its work."""

SENDS = ("sendMessage", "sendDocument", "editMessageText", "editMessageReplyMarkup")


def unknown_outcomes(simulator: Simulator) -> int:
    """Count the sendings and edits of which the bot could not know the outcome."""
    return sum(entry.fault in UNKNOWN for method in SENDS for entry in simulator.journal.calls(method))


def stumbling(simulator: Simulator, random: Random) -> Trouble:
    """Telegram with another trouble at each turn."""
    kinds = ["twice", "backwards", *sorted(UNKNOWN)] * 3 + ["flood one chat", "flood all"]
    random.shuffle(kinds)
    turns = cycle(kinds)

    @asynccontextmanager
    async def trouble() -> AsyncIterator[None]:
        kind = next(turns)
        match kind:
            case "twice":
                simulator.duplicate_next(3)
            case "backwards":
                simulator.hold_updates()
            case "flood one chat":
                simulator.fault("flood", method=random.choice(SENDS), retry_after=1)
            case "flood all":
                simulator.fault("flood", times=2, retry_after=1)
            case _:
                method = random.choice((*SENDS, "sendMessage", "getUpdates", "getFile", "file", "answerCallbackQuery"))
                simulator.fault(kind, method=method, times=random.randint(1, 2), seconds=0.1)  # type: ignore[arg-type]  # of UNKNOWN
        yield
        if kind == "backwards":
            simulator.release_updates(backwards=True)

    return trouble


class Outages:
    """A database that goes away for a moment in the middle of work, until the bot has noticed."""

    def __init__(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office = office
        self.count = 0
        self._noticed = asyncio.Event()
        assert office.pandu is not None
        database = office.pandu.database

        def watch(name: str) -> None:
            asked = getattr(database, name)

            async def watched(*arguments: object) -> object:
                try:
                    return await asked(*arguments)
                except DatabaseUnavailable:
                    self._noticed.set()
                    raise

            monkeypatch.setattr(database, name, watched)

        # Whoever claims asks for the time of the leases first.
        for name in ("write", "lease_time"):
            watch(name)

    @asynccontextmanager
    async def before(self) -> AsyncIterator[None]:
        """Away when the updates come."""
        async with self._away():
            yield

    @asynccontextmanager
    async def within(self) -> AsyncIterator[None]:
        """Away as soon as the bot begins to say something."""
        calls = self._calls()
        yield
        await self.office.simulator.world.until(lambda: self._calls() > calls, 10.0)
        async with self._away():
            pass

    def _calls(self) -> int:
        return sum(entry.method != "getUpdates" for entry in self.office.simulator.journal.entries)

    @asynccontextmanager
    async def _away(self) -> AsyncIterator[None]:
        self.count += 1
        url = self.office.database_url
        taken = _locked_sqlite if url.startswith("sqlite") else _closed_postgres
        async with taken(url):
            self._noticed.clear()
            yield
            await asyncio.wait_for(self._noticed.wait(), 30.0)


@asynccontextmanager
async def _locked_sqlite(url: str) -> AsyncIterator[None]:
    """Hold the write lock, as a backup or a stuck command does."""
    other = sqlite3.connect(make_url(url).database or "", isolation_level=None, timeout=10.0)
    try:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


@asynccontextmanager
async def _closed_postgres(url: str) -> AsyncIterator[None]:
    """Cut every connection and let no new one in."""
    parts = make_url(url)
    name = parts.database
    other = await asyncpg.connect(url.rpartition("/")[0] + "/postgres")
    try:
        await other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        yield
    finally:
        await other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await other.close()


def now_and_then(troubles: list[Trouble], otherwise: Trouble, *, every: int) -> Trouble:
    """Return each of some troubles in turn at every so many turns, another one else."""
    turns = cycle([*[otherwise] * (every - 1), None])
    special = cycle(troubles)
    return lambda: (next(turns) or next(special))()


__all__ = ["Outages", "now_and_then", "stumbling", "unknown_outcomes"]
