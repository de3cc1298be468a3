"""One person sends 200 updates within ten seconds: they are slowed, nobody else is, nothing is lost.

Time is a number here, so what is measured is how many updates of whom are handled by when.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlmodel import select

from bot import fair_share
from bot.clock import Clock
from bot.fair_share import BURST, REFILL_SECONDS, FairShare
from bot.inbox_worker import AT_ONCE, InboxWorker
from bot.telegram_client import TelegramClient
from handlers import dispatch
from storage import inbox
from storage.database import Database
from storage.tables import Inbox, Outbox
from tests.integration.bot.test_inbox_worker import Answers
from tests.integration.storage.conftest import ANA, BOT, BUDI

TICK = 0.05
SECONDS = 10
FLOOD = 200
OTHERS = [BUDI + number for number in range(20)]
BEGINNING = datetime(2027, 1, 7, 3, 0, tzinfo=UTC)


class ByHand(Clock):
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Counting:
    """A worker whose updates are handled the moment they are claimed, and written down."""

    def __init__(self, database: Database, clock: ByHand, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database, self.clock = database, clock
        self.sent = 0
        self.handled: list[tuple[int, int, float]] = []
        self.sent_at: dict[int, float] = {}

        async def lease_time() -> datetime:
            return clock.now()

        monkeypatch.setattr(database, "lease_time", lease_time)
        monkeypatch.setattr(
            dispatch, "handle", lambda _s, i, _c: self.handled.append((i.person, i.update_id, clock.seconds))
        )
        client = cast("TelegramClient", Answers())
        self.worker = InboxWorker(
            database, client, BOT, "pandu_bot", clock, default_language="id", on_effect=lambda: None
        )

    async def send(self, *people: int) -> None:
        raws = []
        for person in people:
            self.sent += 1
            self.sent_at[self.sent] = self.clock.seconds
            content = {"message_id": self.sent, "from": {"id": person}, "chat": {"id": person, "type": "private"}}
            raws.append((self.sent, person, json.dumps({"update_id": self.sent, "message": content})))
        now = self.clock.now()
        await self.database.write(lambda session: inbox.store_updates(session, BOT, raws, now))

    async def work(self) -> None:
        """Handle all that may be handled at this moment."""
        while items := await self.worker.claim():
            for item in items:
                await self.worker.handle(item)

    def of(self, *people: int) -> list[tuple[int, int, float]]:
        return [one for one in self.handled if one[0] in people]

    async def flood(self) -> None:
        """Let ANA send all she has in ten seconds, and everybody else one update each second."""
        for tick in range(round(SECONDS / TICK)):
            self.clock.seconds = tick * TICK
            others = OTHERS if tick % round(1 / TICK) == 0 else []
            await self.send(*[ANA] * (FLOOD // round(SECONDS / TICK)), *others)
            await self.work()


@pytest.fixture
def counting(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(sqlite, ByHand(), monkeypatch)


async def test_who_floods_is_slowed_and_nobody_else_waits(counting: Counting) -> None:
    await counting.flood()
    own = len(counting.of(ANA))
    assert BURST < own <= BURST + SECONDS / REFILL_SECONDS + 1
    others = counting.of(*OTHERS)
    assert Counter(person for person, _, _ in others) == dict.fromkeys(OTHERS, SECONDS)
    assert [number for _, number, at in others if at != counting.sent_at[number]] == []


async def test_nothing_of_a_flood_is_lost_and_its_order_stays(counting: Counting) -> None:
    await counting.flood()
    for _ in range(FLOOD - BURST):
        counting.clock.seconds += REFILL_SECONDS
        await counting.work()
    numbers = [number for _, number, _ in counting.of(ANA)]
    assert len(numbers) == FLOOD
    assert numbers == sorted(numbers)

    def unfinished(session: Any) -> int:
        return len(session.exec(select(Inbox).where(Inbox.status != "done")).all())

    assert await counting.database.read(unfinished) == 0
    # Slowed, not punished: after a rest all turns are there again.
    before, counting.clock.seconds = len(counting.handled), counting.clock.seconds + BURST * REFILL_SECONDS
    await counting.send(*[ANA] * BURST)
    await counting.work()
    assert len(counting.handled) == before + BURST


async def test_an_official_is_told_once_a_stranger_never(counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_share, "BURST", 3)
    stranger = 4242
    for tick in range(20):
        counting.clock.seconds = tick * TICK
        await counting.send(ANA, stranger)
        await counting.work()

    def told(session: Any) -> list[tuple[int, str | None]]:
        return [(row.chat_id, row.template) for row in session.exec(select(Outbox))]

    assert await counting.database.read(told) == [(ANA, "slowed_down")]


async def test_those_who_take_turns_within_reason_never_rest(counting: Counting) -> None:
    await counting.send(*[ANA] * BURST)
    await counting.work()
    assert len(counting.of(ANA)) == BURST


async def test_updates_of_nobody_wait_for_nobody(counting: Counting) -> None:
    await counting.send(*[0] * (3 * BURST))
    await counting.work()
    assert len(counting.handled) == 3 * BURST


async def test_more_flooders_than_are_served_at_once_do_not_hold_up_one_who_does_not(
    counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_share, "BURST", 3)
    flooders = [9_000_000 + number for number in range(2 * AT_ONCE)]
    for tick in range(6):
        counting.clock.seconds = tick * TICK
        await counting.send(*flooders)
        await counting.work()
    await counting.send(*flooders, BUDI)
    await counting.work()
    assert [at for _, _, at in counting.of(BUDI)] == [counting.clock.seconds]


def test_the_book_of_turns_does_not_grow_for_ever() -> None:
    clock = ByHand()
    share = FairShare(clock.monotonic)
    for person in range(1, 5000):
        clock.seconds += REFILL_SECONDS
        share.take(person)
    assert len(share._full_at) <= 1001
    assert share.resting() == {}
