"""Reads that come while an earlier one runs go to the database together, and share what they load.

What comes in at a quiet moment is read at once. Under load, messages about the same run or
office ask for its rows once: see :func:`storage.sessions.once`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlmodel import Session

from storage.database import Database
from storage.errors import DatabaseUnavailable

T = TypeVar("T")

AT_MOST = 16


@dataclass(slots=True)
class _Waiting:
    body: Callable[[Session], Any]
    outcome: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class ReadingTogether:
    """Reads of one database for one worker."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def read(self, body: Callable[[Session], T]) -> T:
        """Run ``body`` as :meth:`Database.read` would, perhaps with others on the same view.

        :raises DatabaseUnavailable: an infrastructure fault; try again later.
        """
        one = _Waiting(body)
        self._waiting.append(one)
        if self._running is None:
            self._running = asyncio.create_task(self._work())
        result: T = await one.outcome
        return result

    async def _work(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
                await self._read([one for one in group if not one.outcome.done()])
        finally:
            self._running = None

    async def _read(self, group: list[_Waiting]) -> None:
        try:
            results = await self._database.read(lambda session: [one.body(session) for one in group])
        except DatabaseUnavailable as error:
            for one in group:
                _settle(one, error=error)
        except Exception as error:
            if len(group) == 1:
                _settle(group[0], error=error)
                return
            # Whose fault it is shows when each is alone; nobody is told of another's.
            for one in group:
                await self._read([one])
        else:
            for one, result in zip(group, results, strict=True):
                _settle(one, result)


def _settle(one: _Waiting, result: Any = None, error: Exception | None = None) -> None:
    if one.outcome.done():  # whoever waited was cancelled meanwhile
        return
    if error is not None:
        one.outcome.set_exception(error)
    else:
        one.outcome.set_result(result)
