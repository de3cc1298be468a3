from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlmodel import col, select
from telegram.error import Conflict

from bot.clock import Clock
from bot.polling import Poller
from bot.telegram_client import Flood, RefusedToken, ServerFault, TelegramClient, Unsent
from storage.database import Database, DatabaseUnavailable
from storage.tables import Bot, Inbox
from tests.integration.storage.conftest import BOT
from workflow import gap


class Stopped(Clock):
    def __init__(self) -> None:
        self.time = datetime(2027, 1, 7, 3, 0, tzinfo=UTC)
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, by: timedelta) -> None:
        self.time += by
        self.seconds += by.total_seconds()


class Script:
    """A Telegram that answers getUpdates by a script and notes the offsets it was asked with."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.offsets: list[int | None] = []

    async def get_updates(self, offset: int | None, _seconds: int, _kinds: list[str]) -> list[Any]:
        self.offsets.append(offset)
        answer = self.answers.pop(0) if self.answers else []
        if isinstance(answer, Exception):
            raise answer
        return cast("list[Any]", answer)


def update(number: int, person: int = 5, **content: Any) -> dict[str, Any]:
    return {"update_id": number, "message": {"from": {"id": person}, "text": "halo", **content}}


Made = Callable[..., tuple[Poller, Script]]


@pytest.fixture
def clock() -> Stopped:
    return Stopped()


@pytest.fixture
def make(sqlite: Database, clock: Stopped) -> Made:
    def made(*answers: Any, database: Database = sqlite) -> tuple[Poller, Script]:
        script = Script(*answers)
        client = cast("TelegramClient", script)
        return Poller(database, client, BOT, clock, keep=database.write, on_told=lambda: None), script

    return made


async def stored(database: Database) -> list[tuple[int, int]]:
    rows = await database.read(lambda s: s.exec(select(Inbox.update_id, Inbox.person).order_by(col(Inbox.id))).all())
    return list(rows)


async def test_a_batch_is_stored_before_it_is_acknowledged(make: Made, sqlite: Database) -> None:
    poller, script = make([update(7), update(8, person=6)])
    assert await poller.poll() == 0
    assert await stored(sqlite) == [(7, 5), (8, 6)]
    await poller.poll()
    assert script.offsets == [None, 9]


async def test_without_a_commit_nothing_is_acknowledged(make: Made, sqlite: Database) -> None:
    class Away:
        async def write(self, _body: object) -> None:
            raise DatabaseUnavailable("away")

    poller, script = make([update(7)], [update(7)], database=cast("Database", Away()))
    assert await poller.poll() > 0
    assert await poller.poll() > 0
    assert script.offsets == [None, None]
    assert await stored(sqlite) == []


async def test_the_same_update_twice_is_one(make: Made, sqlite: Database) -> None:
    poller, _ = make([update(7)], [update(7), update(8)], [update(8)])
    for _ in range(3):
        await poller.poll()
    assert await stored(sqlite) == [(7, 5), (8, 5)]


async def test_what_is_no_update_is_passed_over(make: Made, sqlite: Database) -> None:
    strange = ["text", {}, {"update_id": "7"}, {"update_id": 1 << 70}, {"update_id": True}, None]
    poller, script = make([*strange, update(9, person=1 << 70), {"update_id": 10, "message": "\ud800\0"}])
    assert await poller.poll() == 0
    assert await stored(sqlite) == [(9, 0), (10, 0)]
    await poller.poll()
    assert script.offsets[-1] == 11


async def test_an_update_that_cannot_be_stored_does_not_hold_up_the_rest(
    make: Made, sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage import inbox

    honest = inbox.store_updates

    def picky(session: Any, bot_id: int, raws: Any, now: datetime) -> int:
        if any(raw[0] == 8 for raw in raws):
            raise ValueError("impossible")
        return honest(session, bot_id, raws, now)

    monkeypatch.setattr(inbox, "store_updates", picky)
    poller, script = make([update(7), update(8), update(9)])
    assert await poller.poll() == 0
    assert await stored(sqlite) == [(7, 5), (9, 5)]
    await poller.poll()
    assert script.offsets[-1] == 10


@pytest.mark.parametrize("error", [Conflict("terminated by other getUpdates"), Unsent("x"), ServerFault("502")])
async def test_faults_are_waited_out_ever_longer(make: Made, error: Exception) -> None:
    poller, _ = make(*[error] * 9, [])
    pauses = [await poller.poll() for _ in range(9)]
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert await poller.poll() == 0


async def test_a_refused_token_is_not_asked_about_all_the_time(make: Made) -> None:
    poller, _ = make(RefusedToken("no"))
    assert await poller.poll() >= 16


async def test_a_request_to_wait_is_obeyed(make: Made) -> None:
    poller, _ = make(Flood(13))
    assert await poller.poll() == 13


async def test_an_old_offset_is_let_go_of(make: Made, clock: Stopped) -> None:
    poller, script = make([update(7)], [], [])
    await poller.poll()
    await poller.poll()
    clock.advance(timedelta(days=2))
    await poller.poll()
    assert script.offsets == [None, 8, None]


async def test_after_a_long_silence_officials_are_told_once(
    make: Made, sqlite: Database, clock: Stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[datetime] = []
    monkeypatch.setattr(gap, "gap_notice", lambda _session, _bot_id, now, _wall: told.append(now))
    poller, _ = make([], [], [], [])
    await poller.poll()
    clock.advance(timedelta(seconds=149))
    await poller.poll()
    assert told == []
    clock.advance(timedelta(seconds=151))
    await poller.poll()
    assert told == [clock.time]
    clock.advance(timedelta(seconds=30))
    await poller.poll()
    assert len(told) == 1
    last = await sqlite.read(lambda s: s.get_one(Bot, BOT).last_poll_at)
    assert last == clock.time


async def test_a_jump_of_business_time_is_no_absence(
    make: Made, sqlite: Database, clock: Stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[datetime] = []
    monkeypatch.setattr(gap, "gap_notice", lambda _session, _bot_id, now, _wall: told.append(now))
    machine = clock.time
    monkeypatch.setattr(clock, "wall", lambda: machine)
    poller, _ = make([], [], [])
    await poller.poll()
    clock.advance(timedelta(days=10))
    await poller.poll()
    assert told == []
    assert await sqlite.read(lambda s: s.get_one(Bot, BOT).last_poll_at) == machine
    machine += timedelta(seconds=151)
    await poller.poll()
    assert told == [clock.time], "the machine was away indeed; said in business time"


async def test_a_note_that_cannot_be_written_does_not_stop_polling(
    make: Made, sqlite: Database, clock: Stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(gap, "gap_notice", broken)
    poller, _ = make([], [update(7)])
    await poller.poll()
    clock.advance(timedelta(seconds=500))
    assert await poller.poll() == 0
    assert await stored(sqlite) == [(7, 5)]
    assert await sqlite.read(lambda s: s.get_one(Bot, BOT).last_poll_at) == clock.time


async def test_a_waiting_poll_is_broken_off_when_the_bot_stops(make: Made) -> None:
    poller, _ = make()
    waiting = asyncio.Event()

    class Silent(Script):
        async def get_updates(self, *_: object) -> list[Any]:
            waiting.set()
            await asyncio.Event().wait()
            return []

    poller._client = cast("TelegramClient", Silent())
    stopping = asyncio.Event()
    running = asyncio.create_task(poller.run(stopping))
    await waiting.wait()
    stopping.set()
    await asyncio.wait_for(running, 5)
