"""Idle workers do not look for themselves; the lookout finds for them what nobody told them of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, cast

import pytest
from sqlmodel import Session

from bot import lookout as watching
from bot.clock import Clock
from bot.delivery import DeliveryWorker
from bot.file_worker import FileWorker
from bot.inbox_worker import InboxWorker
from bot.lookout import LOOK_SECONDS, WATCHED_SECONDS, Lookout
from bot.tenure import Tenure
from bot.timer_worker import TimerWorker
from storage import inbox, timers
from storage.database import Database, DatabaseUnavailable
from storage.due_work import Work
from tests.integration.storage.conftest import ANA, BOT, NOW, OFFICE

T = TypeVar("T")
OTHER = BOT + 1


class Standing(Clock):
    def now(self) -> Any:
        return NOW


class Faulty(Database):
    """A database whose next readings go wrong."""

    def __init__(self, database: Database, *errors: Exception) -> None:
        self._database = database
        self._errors = list(errors)
        self.readings = 0

    async def write(self, body: Callable[[Session], T]) -> T:
        return await self._database.write(body)

    async def read(self, body: Callable[[Session], T]) -> T:
        self.readings += 1
        if self._errors:
            raise self._errors.pop(0)
        return await self._database.read(body)

    async def lease_time(self) -> Any:
        return NOW

    async def close(self) -> None:
        await self._database.close()


def watched(lookout: Lookout, bot_id: int, woken: list[tuple[int, Work]]) -> None:
    lookout.watch(bot_id, {work: (lambda work=work: woken.append((bot_id, work))) for work in Work})  # type: ignore[misc]  # a lambda's default


async def test_one_look_wakes_whose_work_it_is(office: Database) -> None:
    database, woken = Faulty(office), list[tuple[int, Work]]()
    lookout = Lookout(database, Standing())
    await lookout.look()
    assert database.readings == 0, "without bots there is nothing to ask"
    for bot_id in (BOT, OTHER):
        watched(lookout, bot_id, woken)
    await lookout.look()
    assert woken == []
    await office.write(lambda session: inbox.store_updates(session, BOT, [(1, ANA, "{}")], NOW))
    await office.write(lambda session: timers.put(session, office_id=OFFICE, kind="nudge", key="n", fire_at=NOW))
    await lookout.look()
    assert set(woken) == {(BOT, Work.UPDATES), (BOT, Work.TIMERS)}
    assert database.readings == 2, "one reading for all bots and all kinds of work"


async def test_it_goes_on_whatever_goes_wrong(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Faulty(office, DatabaseUnavailable("away"), DatabaseUnavailable("away"), ValueError("unforeseen"))
    woken, pauses = list[tuple[int, Work]](), list[float]()
    lookout = Lookout(database, Standing())
    watched(lookout, BOT, woken)
    await office.write(lambda session: inbox.store_updates(session, BOT, [(1, ANA, "{}")], NOW))

    async def rest(seconds: float) -> None:
        assert woken == [(BOT, Work.UPDATES)] * (len(pauses) == 3)
        pauses.append(seconds)
        if len(pauses) == 4:
            raise asyncio.CancelledError

    monkeypatch.setattr(watching, "sleep", rest)
    with pytest.raises(asyncio.CancelledError):
        await lookout.run()
    assert pauses == [LOOK_SECONDS] * 4


@pytest.mark.parametrize("look_for", ["inbox_worker", "delivery", "file_worker", "timer_worker"])
@pytest.mark.parametrize("is_watched", [True, False])
async def test_who_is_watched_over_rests(
    office: Database, monkeypatch: pytest.MonkeyPatch, look_for: str, is_watched: bool
) -> None:
    clock, stopping, rests = Standing(), asyncio.Event(), list[float]()
    nobody, tenure = cast("Any", None), Tenure(clock.monotonic)
    how: dict[str, Any] = {"watched": is_watched}
    workers = {
        "inbox_worker": InboxWorker(
            office, nobody, BOT, "b", clock, default_language="id", on_effect=lambda: None, **how
        ),
        "delivery": DeliveryWorker(office, nobody, nobody, BOT, clock, tenure, default_language="id", **how),
        "file_worker": FileWorker(office, nobody, nobody, BOT, clock, lambda: None, **how),
        "timer_worker": TimerWorker(office, BOT, clock, tenure, on_effect=lambda: None, **how),
    }

    async def rest(*_: asyncio.Event, seconds: float) -> None:
        rests.append(seconds)
        stopping.set()

    monkeypatch.setattr(f"bot.{look_for}.first_of", rest)
    await workers[look_for].run(stopping)  # type: ignore[attr-defined]  # one of three workers
    assert len(rests) == 1
    assert rests[0] == WATCHED_SECONDS if is_watched else rests[0] <= 1.0
