"""Timers on both databases: each fires once, whoever comes first; a poisoned one holds nobody up."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from bot import timer_worker
from bot.clock import Clock
from bot.tenure import Tenure
from bot.timer_worker import TRIES, TRY_AGAIN, TimerWorker
from storage import outbox, timers
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.tables import Bot, Office, Official, Outbox, Timer
from tests import next_timer
from workflow import notices
from workflow import timers as rules
from workflow.moment import Moment

BOT = 7_000_000_001
NOW = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)


class Stopped(Clock):
    """Time that stands where the test puts it."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time


def say(session: Session, moment: Moment, timer: Timer) -> None:
    """Say something without a key: whatever fires twice is said twice."""
    outbox.say(
        session, bot_id=moment.bot_id, chat_id=1, office_id=timer.office_id, template="home",
        params={"key": timer.key}, now=moment.now,
    )  # fmt: skip


def fail(_session: Session, _moment: Moment, _timer: Timer) -> None:
    raise ValueError("poison")


@pytest.fixture
async def opened(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setitem(rules.FIRE, "say", say)
    monkeypatch.setitem(rules.FIRE, "poison", fail)

    def body(session: Session) -> None:
        session.add(Bot(id=BOT, username="pandu_bot"))
        session.add(Office(id="office", name="O", regency="R", timezone="Asia/Jakarta", bot_id=BOT))
        session.flush()
        session.add(Official(office_id="office", name="Admin", telegram_id=1, admin=True))

    await database.write(body)
    return database


async def put(database: Database, kind: str, key: str, fire_at: datetime = NOW) -> bool:
    return await database.write(
        lambda session: timers.put(session, office_id="office", kind=kind, key=key, fire_at=fire_at)
    )


async def said(database: Database) -> list[str]:
    rows = await database.read(lambda session: session.exec(select(Outbox).order_by(col(Outbox.id))).all())
    return [row.params.get("key") or row.template or "" for row in rows]


def worker(database: Database, clock: Clock) -> TimerWorker:
    return TimerWorker(database, BOT, clock, holding(clock), on_effect=lambda: None)


def holding(clock: Clock) -> Tenure:
    """A tenure that does not end."""
    tenure = Tenure(clock.monotonic)
    tenure.begin(1, math.inf)
    return tenure


async def next_at(database: Database) -> datetime | None:
    return await database.read(lambda session: next_timer.next_at(session, BOT))


async def test_two_workers_race_and_every_timer_fires_once(opened: Database) -> None:
    for number in range(20):
        await put(opened, "say", f"say:{number}")
    workers = [worker(opened, Stopped()) for _ in range(3)]
    await asyncio.gather(*(one.fire_due() for one in workers))
    assert sorted(await said(opened)) == sorted(f"say:{number}" for number in range(20))
    assert await next_at(opened) is None


async def test_one_occasion_is_put_down_once_and_fires_at_its_time(opened: Database) -> None:
    assert await put(opened, "say", "say:a", NOW + timedelta(minutes=5))
    assert not await put(opened, "say", "say:a", NOW)
    clock = Stopped()
    assert await worker(opened, clock).fire_due() == 0
    assert await next_at(opened) == NOW + timedelta(minutes=5)
    clock.time += timedelta(minutes=5)
    assert await worker(opened, clock).fire_due() == 1
    assert await said(opened) == ["say:a"]


async def test_a_poisoned_timer_holds_nobody_up_and_is_given_up_after_three_tries(opened: Database) -> None:
    await put(opened, "poison", "poison:1", NOW - timedelta(hours=1))
    await put(opened, "say", "say:1")
    clock = Stopped()
    one = worker(opened, clock)
    await one.fire_due()
    assert await said(opened) == ["say:1"]
    for _ in range(TRIES - 2):
        clock.time += TRY_AGAIN
        await one.fire_due()
    assert await next_at(opened) is not None
    clock.time += TRY_AGAIN
    await one.fire_due()
    assert await next_at(opened) is None
    assert await said(opened) == ["say:1", "timer_given_up"]


async def test_a_timer_that_cannot_even_be_given_up_holds_nobody_up(
    opened: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "timer_given_up", fail)
    monkeypatch.setattr(timer_worker, "REST_SECONDS", 0.0)
    clock = Stopped()
    for number in range(TRIES + 1):
        await put(opened, "poison", "1")
        await put(opened, "say", f"say:{number}", clock.time)
        await worker(opened, clock).fire_due()
        clock.time += TRY_AGAIN
    assert await said(opened) == [f"say:{number}" for number in range(TRIES + 1)]


async def test_a_timer_that_was_moved_since_it_was_found_waits_for_its_new_time(opened: Database) -> None:
    await put(opened, "say", "say:a")
    (found,) = await opened.read(lambda session: timers.due_ids(session, BOT, NOW, 10))
    later = NOW + timedelta(minutes=5)
    await opened.write(lambda session: timers.put_off(session, found, later))
    assert await opened.write(lambda session: rules.fire(session, Moment(BOT, NOW, "n"), found)) is None
    assert (await said(opened), await next_at(opened)) == ([], later)


async def test_who_is_succeeded_meanwhile_leaves_the_rest_to_the_successor(opened: Database) -> None:
    for number in range(3):
        await put(opened, "say", f"say:{number}")
    clock = Stopped()
    tenure = holding(clock)
    await TimerWorker(opened, BOT, clock, tenure, on_effect=tenure.end).fire_due()
    assert await said(opened) == ["say:0"]
    assert await worker(opened, Stopped()).fire_due() == 2


async def test_a_database_that_is_away_does_not_count_against_a_timer(
    opened: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise DatabaseUnavailable("away")

    await put(opened, "say", "say:1")
    one = worker(opened, Stopped())
    for _ in range(TRIES + 1):
        with monkeypatch.context() as gone:
            gone.setattr(rules, "fire", away)
            with pytest.raises(DatabaseUnavailable):
                await one.fire_due()
    await one.fire_due()
    assert await said(opened) == ["say:1"]


async def test_a_worker_fires_what_becomes_due_until_it_is_stopped(opened: Database) -> None:
    fired, stopping = asyncio.Event(), asyncio.Event()
    clock = Stopped()
    one = TimerWorker(opened, BOT, clock, holding(clock), on_effect=fired.set)
    task = asyncio.create_task(one.run(stopping))
    await put(opened, "say", "say:1")
    one.wake()
    async with asyncio.timeout(10):
        await fired.wait()
        stopping.set()
        await task
    assert await said(opened) == ["say:1"]
