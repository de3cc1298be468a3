"""Reads that come while an earlier one runs go to the database together, and share what they load.

What comes in at a quiet moment is read at once. Under load, messages about the same run or
office ask for its rows once: see :func:`storage.sessions.once`. What is known to be asked for
soon is read for all of them before (:func:`storage.sessions.foresee`). What somebody waits for
is read first, and told as soon as it is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
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
    about: Any
    outcome: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class ReadingTogether:
    """Reads of one database for one worker.

    ``ahead`` reads what all will need, given what each is about, and says which (by their places)
    somebody waits for.
    """

    def __init__(
        self, database: Database, ahead: Callable[[Session, Sequence[Any]], Collection[int]] = lambda _, __: ()
    ) -> None:
        self._database = database
        self._ahead = ahead
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def read(self, body: Callable[[Session], T], about: Any = None) -> T:
        """Run ``body`` as :meth:`Database.read` would, perhaps with others on the same view.

        :raises DatabaseUnavailable: an infrastructure fault; try again later.
        """
        one = _Waiting(body, about)
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

    async def _read(self, group: list[_Waiting], *, ahead: bool = True) -> None:
        loop = asyncio.get_running_loop()
        try:
            results = await self._database.read(lambda session: self._all(session, group, loop, ahead=ahead))
        except DatabaseUnavailable as error:
            for one in group:
                _settle(one, error=error)
        except Exception as error:
            if len(group) == 1 and not ahead:
                _settle(group[0], error=error)
                return
            # Whose fault it is shows when each is alone and reads what it asks for only; nobody is told of another's.
            for one in group:
                if not one.outcome.done():
                    await self._read([one], ahead=False)
        else:
            for one, result in results:
                _settle(one, result)

    def _all(
        self, session: Session, group: Sequence[_Waiting], loop: asyncio.AbstractEventLoop, *, ahead: bool
    ) -> list[tuple[_Waiting, Any]]:
        """Read all, and return with their results those that were not told yet."""
        first = self._ahead(session, [one.about for one in group]) if ahead else ()
        if len(group) > 1:
            for place in first:
                one = group[place]
                loop.call_soon_threadsafe(_settle, one, one.body(session))
        return [(one, one.body(session)) for place, one in enumerate(group) if len(group) == 1 or place not in first]


def _settle(one: _Waiting, result: Any = None, error: Exception | None = None) -> None:
    if one.outcome.done():  # whoever waited was cancelled meanwhile
        return
    if error is not None:
        one.outcome.set_exception(error)
    else:
        one.outcome.set_result(result)
