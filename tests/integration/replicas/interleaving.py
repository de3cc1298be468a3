"""A scheduler that lets one of several actors take one step at a time: every statement, COMMIT and call is a step.

Who waits for another's row lock is found out from PostgreSQL itself; then somebody else goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.util import await_only

LOOK_SECONDS = 0.01
"""After so long without a step PostgreSQL is asked whether somebody waits for a lock."""

_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


class Actor:
    """One who does something, a step at a time."""

    def __init__(self, name: str, schedule: Schedule) -> None:
        self.name = name
        self.task: asyncio.Task[None] | None = None
        self._schedule = schedule
        self._turn: asyncio.Future[None] | None = None

    @property
    def waits(self) -> bool:
        """Whether the next step may be given."""
        return self._turn is not None and not self._turn.done()

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.task is not None and self.task.done()

    async def step(self) -> None:
        """Wait for one's turn."""
        self._turn = asyncio.get_running_loop().create_future()
        self._schedule.changed.set()
        await self._turn

    def go(self) -> None:
        """Give the turn."""
        assert self._turn is not None
        self._turn.set_result(None)


async def step() -> None:
    """Be a step of whoever acts; nothing where nobody is scheduled."""
    actor = _actor.get()
    if actor is not None:
        await actor.step()


class Schedule:
    """Runs some actors to their end, one step at a time, in the order that ``choose`` decides.

    ``choose(n)`` returns a number below ``n``. ``between`` is called before every step.
    """

    def __init__(
        self, monitor: asyncpg.Connection, choose: Callable[[int], int], between: Callable[[], None] = lambda: None
    ) -> None:
        self.changed = asyncio.Event()
        self.steps = 0
        self.locks_waited_for = 0
        self._monitor = monitor
        self._choose = choose
        self._between = between

    async def run(self, deeds: dict[str, Coroutine[Any, Any, None]]) -> None:
        """Let everybody act at once; raise what goes wrong."""
        actors = [Actor(name, self) for name in deeds]
        with _every_statement_is_a_step():
            for actor, deed in zip(actors, deeds.values(), strict=True):
                actor.task = asyncio.create_task(self._act(actor, deed))
            try:
                await self._schedule(actors)
            finally:
                for actor in actors:
                    assert actor.task is not None
                    actor.task.cancel()
                await asyncio.gather(*(actor.task for actor in actors if actor.task), return_exceptions=True)

    async def _act(self, actor: Actor, deed: Coroutine[Any, Any, None]) -> None:
        _actor.set(actor)
        try:
            await actor.step()
            await deed
        finally:
            self.changed.set()

    async def _schedule(self, actors: list[Actor]) -> None:
        while True:
            await self._everybody_stands(actors)
            for actor in actors:
                if actor.done and actor.task is not None:
                    actor.task.result()
            ready = [actor for actor in actors if actor.waits]
            if not ready:
                if all(actor.done for actor in actors):
                    return
                continue  # all wait for locks: PostgreSQL ends one of them
            self._between()
            self.steps += 1
            ready[self._choose(len(ready))].go()

    async def _everybody_stands(self, actors: list[Actor]) -> None:
        """Return when everybody has come to the next step, has ended, or waits for a lock."""
        while moving := [actor for actor in actors if not actor.waits and not actor.done]:
            self.changed.clear()
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self.changed.wait()
            except TimeoutError:
                blocked: int = await self._monitor.fetchval(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
                )
                if blocked >= len(moving):
                    self.locks_waited_for += 1
                    return


@contextmanager
def _every_statement_is_a_step() -> Iterator[None]:
    def before_statement(*_: Any) -> None:
        if _actor.get() is not None:
            await_only(step())

    def before_commit(_: Any) -> None:
        if _actor.get() is not None:
            await_only(step())

    event.listen(Engine, "before_cursor_execute", before_statement)
    event.listen(Engine, "commit", before_commit)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", before_statement)
        event.remove(Engine, "commit", before_commit)
