"""Hints between the processes at one PostgreSQL database that there may be work: LISTEN and NOTIFY.

Nothing depends on them: whoever waits also looks by itself every so often. They travel on a
connection of their own, after the COMMIT they tell of, so that no transaction waits for them;
many for the same topic become one. While that connection is lost, hints are lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

log = logging.getLogger(__name__)

CHANNEL = "pandu"
ALIVE_SECONDS = 30.0
"""So often an idle connection is asked whether it is still there: a broken line says nothing by itself."""
ANSWER_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 30.0
LAST_WORD_SECONDS = 1.0


class Wakeups:
    """One connection that sends and receives hints, made anew for as long as it takes.

    ``engine`` is used for nothing else and keeps no connections.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._wakes: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self._to_say: set[str] = set()
        self._all_said = asyncio.Event()
        self._all_said.set()
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self.connections = 0
        """How many were made so far."""

    def announce(self, topic: str) -> None:
        """Send a hint soon; see :meth:`storage.database.Database.announce`."""
        self._to_say.add(topic)
        self._all_said.clear()
        self._begin()

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        """Call ``wake`` at each hint of this topic, and whenever some may have been missed."""
        self._wakes[topic].append(wake)
        self._begin()

    async def close(self) -> None:
        """Send what is still to be sent, if that is possible at once; then nothing any more."""
        if self._task is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORD_SECONDS):
                    await self._all_said.wait()
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._engine.dispose()

    def _begin(self) -> None:
        self._work.set()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="wakeups")

    async def _run(self) -> None:
        while True:
            try:
                async with self._engine.connect() as borrowed:
                    raw = await borrowed.get_raw_connection()
                    try:
                        await self._serve(raw.driver_connection)
                    finally:
                        raw.invalidate()
            except Exception as error:  # whatever it is: they are only hints
                cause = error.orig if isinstance(error, DBAPIError) else error
                log.warning("no hints between processes for now (%s); they look by themselves", type(cause).__name__)
            pause = min(LONGEST_PAUSE_SECONDS, 0.1 * 2.0**self._failures)
            self._failures = min(self._failures + 1, 10)
            await asyncio.sleep(pause)

    async def _serve(self, connection: Any) -> None:
        """Send and receive on an asyncpg connection until it is lost."""
        connection.add_termination_listener(lambda _: self._work.set())
        await connection.add_listener(CHANNEL, self._heard)
        self.connections += 1
        self._failures = 0
        for wakes in self._wakes.values():
            for wake in wakes:
                wake()
        while not connection.is_closed():
            self._work.clear()
            topics, self._to_say = sorted(self._to_say), set()
            for topic in topics:
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, topic, timeout=ANSWER_SECONDS)
            if self._to_say:
                continue
            self._all_said.set()
            try:
                async with asyncio.timeout(ALIVE_SECONDS):
                    await self._work.wait()
            except TimeoutError:
                await connection.execute("SELECT 1", timeout=ANSWER_SECONDS)

    def _heard(self, _connection: Any, _pid: int, _channel: str, topic: str) -> None:
        for wake in self._wakes.get(topic, ()):
            wake()
