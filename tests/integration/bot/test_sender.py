"""Who sends: one process at a time, the next one soon after the first has died, and at once after it has stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import Session

from bot.sender import MARGIN_SECONDS, RENEW_SECONDS, TRY_AGAIN_SECONDS
from storage import leases, timers
from storage.database import Database, open_database
from storage.tables import Office, Timer
from tests.integration.bot.sender_house import SECONDS, House, Process
from tests.integration.storage.conftest import ANA, BOT, BUDI, NOW, OFFICE, fill
from workflow import timers as rules
from workflow.moment import Moment

T = TypeVar("T")


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    await database.write(fill)
    return House(database, tmp_path)


async def test_one_of_several_sends_and_keeps_it(house: House) -> None:
    all_of_them = [house.process(name) for name in "abc"]
    await asyncio.gather(*(one.sender.look() for one in all_of_them))
    (holder,) = [one for one in all_of_them if one.tenure.fence is not None]
    for _ in range(20):
        house.time.seconds += RENEW_SECONDS
        await asyncio.gather(*(one.sender.look() for one in all_of_them))
        assert [one for one in all_of_them if one.tenure.fence is not None] == [holder]
    assert holder.tenure.fence == 1
    # Whoever holds it: all of them learn what time it is at the database.
    assert house.time.told[-3:] == [NOW + timedelta(seconds=house.time.seconds)] * 3


async def test_when_a_process_is_killed_another_goes_on_as_soon_as_its_lease_ends(house: House) -> None:
    killed, other = house.process("killed"), house.process("other")
    assert await killed.sender.look() == RENEW_SECONDS
    await house.say(ANA)
    (item,) = await killed.delivery.claim()
    # Nothing is heard of it any more. The other one looks again in time, and not a moment after the end.
    waited = 0.0
    while other.tenure.fence is None:
        pause = await other.sender.look()
        if other.tenure.fence is None:
            house.time.seconds += pause
            waited += pause
    assert waited == SECONDS
    assert other.tenure.fence == item.fence + 1
    assert await house.rows() == [("queued", True)]
    for again in await other.delivery.claim():
        await other.delivery.deliver(again)
    assert await house.rows() == [("sent", True)]


async def test_a_process_that_was_frozen_finds_out_before_it_sends(house: House) -> None:
    frozen, other = house.process("frozen"), house.process("other")
    await frozen.sender.look()
    await house.say(ANA, BUDI)
    items = await frozen.delivery.claim()
    house.time.seconds += SECONDS - MARGIN_SECONDS
    # Its lease still lasts, nobody else may send, and yet it does not begin to any more.
    assert frozen.tenure.fence is None
    await frozen.delivery.deliver(items[0])
    assert frozen.phone.calls == []
    assert await house.rows() == [("queued", False), ("sending", False)]  # certainly not sent
    house.time.seconds += MARGIN_SECONDS
    await other.sender.look()
    assert other.tenure.fence == 2
    await frozen.delivery.deliver(items[1])
    assert frozen.phone.calls == []
    for item in await other.delivery.claim():
        await other.delivery.deliver(item)
    assert len(other.phone.calls) == 2
    assert await house.rows() == [("sent", False), ("sent", True)]


async def test_a_claim_of_one_who_still_believes_in_its_lease_is_refused(house: House) -> None:
    slow, other = house.process("slow"), house.process("other")
    await slow.sender.look()
    house.time.seconds += SECONDS
    await other.sender.look()
    await house.say(ANA)
    slow.tenure.begin(1, house.time.seconds + 60)  # as if its stopwatch had stood still
    assert await slow.delivery.claim() == []
    assert slow.tenure.fence is None
    assert len(await other.delivery.claim()) == 1


async def test_what_arrived_under_the_last_holder_is_put_down_even_after_the_take_over(house: House) -> None:
    slow, other = house.process("slow"), house.process("other")
    await slow.sender.look()
    await house.say(ANA)
    (item,) = await slow.delivery.claim()

    async def taken_over_meanwhile() -> None:
        house.time.seconds += SECONDS
        await other.sender.look()

    slow.phone.on_call = taken_over_meanwhile
    await slow.delivery.deliver(item)
    assert await house.rows() == [("sent", True)]
    assert await other.delivery.claim() == []


async def test_one_that_cannot_reach_the_database_stops_sending_in_time_and_comes_back(house: House) -> None:
    alone = house.process("alone")
    await alone.sender.look()
    alone.database.away = True
    house.time.seconds += RENEW_SECONDS
    assert await alone.sender.look() == TRY_AGAIN_SECONDS
    assert alone.tenure.fence == 1
    house.time.seconds += SECONDS - MARGIN_SECONDS - RENEW_SECONDS
    assert alone.tenure.fence is None
    alone.database.away = False
    await alone.sender.look()
    # Nobody else sent meanwhile: what it was sending is still its own.
    assert alone.tenure.fence == 1


async def test_the_lease_counts_from_before_it_was_asked_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    one = house.process("one")
    answer = one.database.write

    async def slowly(body: Callable[[Session], T]) -> T:
        house.time.seconds += 4
        return await answer(body)

    monkeypatch.setattr(one.database, "write", slowly)
    asked = house.time.seconds
    await one.sender.look()
    house.time.seconds = asked + SECONDS - MARGIN_SECONDS
    assert one.tenure.fence is None


async def test_without_the_lease_nothing_is_sent_and_no_timer_fires(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    fired: list[tuple[str, int]] = []

    def note(_session: Session, moment: Moment, timer: Timer) -> None:
        fired.append((timer.key, moment.bot_id))

    monkeypatch.setitem(rules.FIRE, "note", note)
    holder, other = house.process("holder"), house.process("other")
    await holder.sender.look()
    await other.sender.look()
    await house.say(ANA)
    await house.office.write(lambda s: timers.put(s, office_id=OFFICE, kind="note", key="k", fire_at=NOW))
    assert await other.delivery.claim() == []
    assert await other.timers.fire_due() == 0
    assert fired == []
    assert await holder.timers.fire_due() == 1
    assert fired == [("k", BOT)]


async def test_timers_of_another_bots_offices_are_left_to_that_bot(house: House) -> None:
    def body(session: Session) -> None:
        for number, bot_id in enumerate([BOT, BOT + 1, None]):
            session.add(Office(id=f"o{number}", name="O", regency="R", timezone="Asia/Jakarta", bot_id=bot_id))
            session.flush()
            for minutes in (0, 5):
                fire_at = NOW + timedelta(minutes=minutes - number)
                timers.put(session, office_id=f"o{number}", kind="note", key=f"{number}:{minutes}", fire_at=fire_at)

    await house.office.write(body)

    def due(session: Session, bot_id: int) -> list[str]:
        return [session.get_one(Timer, one).key for one in timers.due_ids(session, bot_id, NOW, 10)]

    assert await house.office.read(lambda s: due(s, BOT)) == ["0:0"]
    assert await house.office.read(lambda s: due(s, BOT + 1)) == ["1:0"]
    assert await house.office.read(lambda s: due(s, BOT + 2)) == []


@pytest.fixture
async def running(house: House) -> AsyncIterator[Process]:
    """A process that sends, at work."""
    one = house.process("first")
    one.work = asyncio.create_task(one.sender.run(one.stopping))
    async with asyncio.timeout(20):
        await sent(house, one, ANA)
    yield one
    one.stopping.set()
    await one.work


async def sent(house: House, process: Process, chat: int) -> None:
    """Say something and wait until a process has sent it."""
    arrived = asyncio.Event()

    async def note() -> None:
        arrived.set()

    process.phone.on_call = note
    await house.say(chat)
    process.delivery.wake()
    await arrived.wait()


async def test_who_stops_finishes_what_is_on_its_way_and_lets_go_at_once(house: House, running: Process) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def in_the_middle() -> None:
        begun.set()
        await go_on.wait()

    running.phone.on_call = in_the_middle
    await house.say(BUDI)
    running.delivery.wake()
    other = house.process("other")
    async with asyncio.timeout(20):
        await begun.wait()
        running.stopping.set()
        await other.sender.look()
        assert other.tenure.fence is None  # the first still sends
        go_on.set()
        assert running.work is not None
        await running.work
    assert running.database.told == [leases.sender(BOT)]
    await other.sender.look()
    assert other.tenure.fence == 2  # no time has passed
    assert await house.rows() == [("sent", False), ("sent", False)]


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_what_another_process_queued_is_sent_at_once(
    house: House, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.LOOK_AGAIN_SECONDS", 3600.0)
    one, other = house.process("one"), await open_database(database_url)
    listens, arrived = asyncio.Event(), asyncio.Event()

    def wake() -> None:
        listens.set()
        one.delivery.wake()

    async def note() -> None:
        arrived.set()

    one.phone.on_call = note
    house.office.listen(f"outbox:{BOT}", wake)
    async with asyncio.timeout(30):
        await listens.wait()
        work = asyncio.create_task(one.sender.run(one.stopping))
        while one.tenure.fence is None:
            await house.office.lease_time()
        for _ in range(50):
            await house.office.lease_time()  # by now it has looked, found nothing and rests
        await house.say(ANA)  # the other process says so, and hints at it
        other.announce(f"outbox:{BOT}")
        await arrived.wait()
        one.stopping.set()
        await work
    await other.close()
