"""Plays a quarter with the real workers on one PostgreSQL, as fast as they can.

Business time hardly moves until everything that is due has happened, then goes on to the next
thing; so the pace is that of the machine, and what waits in a queue waits for the machine only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import asyncpg
from sqlmodel import Session, col, exists, func, or_, select

from benchmarks.soak import town
from benchmarks.soak.phones import Phones
from benchmarks.soak.samples import Sample, memory_mb
from benchmarks.soak.town import Size
from bot.clock import Clock
from bot.delivery import DeliveryWorker
from bot.inbox_worker import InboxWorker
from bot.lookout import Lookout
from bot.sender import Sender
from bot.tenure import Tenure
from bot.timer_worker import TimerWorker
from storage import inbox
from storage.database import Database
from storage.due_work import Work
from storage.literals import is_status
from storage.tables import Card, Inbox, Outbox, Run, Task, Timer
from tests import next_timer
from workflow.moment import Moment
from workflow.state import PartStatus

BEGINS = datetime(2027, 1, 4, 0, 0, tzinfo=UTC)
DAYS = 89
STARTS_WITHIN_DAYS = 60
STEP = timedelta(minutes=30)
"""What comes within so much business time comes at once."""
LOOK_SECONDS = 0.05
SAMPLE_SECONDS = 2.0
IN_TOTAL = (
    "SELECT (SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()), "
    "pg_database_size(current_database()), "
    "(SELECT deadlocks FROM pg_stat_database WHERE datname = current_database())"
)


class StandingClock(Clock):
    """Business time that stands until it is moved; the stopwatch is real."""

    def __init__(self, begins: datetime) -> None:
        self.time = begins

    def now(self) -> datetime:
        """Return business time."""
        return self.time


class Soak:
    """The offices, the workers of their bots in one process, and what was seen of them."""

    def __init__(
        self, database: Database, url: str, size: Size, seed: int = 1, *, asking: Database | None = None
    ) -> None:
        """``asking``: what the soak itself asks through, where it shall not wait among the workers."""
        self._worked_on, self.database, self.size = database, asking or database, size
        self.clock, random = StandingClock(BEGINS), Random(seed)
        self.samples: list[Sample] = []
        self.deadlocks = self.updates = 0
        self.busy_seconds = 0.0
        self._url = url
        self._asked_at = time.monotonic()
        self._count = 0
        self.phones = [Phones(bot, self.clock.now, Random(f"{seed}:{bot}")) for bot in town.bot_ids(size)]
        self._workers: list[DeliveryWorker | InboxWorker | TimerWorker] = []
        self._running: list[InboxWorker | Sender] = []
        self._lookout = Lookout(self._worked_on, self.clock)
        for phones in self.phones:
            self._assemble(phones)
        self._starts = sorted(
            (BEGINS + timedelta(days=random.uniform(0, STARTS_WITHIN_DAYS)), run % size.offices, run // size.offices)
            for run in range(size.runs)
        )

    def _assemble(self, phones: Phones) -> None:
        client: Any = phones
        tenure = Tenure(self.clock.monotonic)
        store: Any = None
        delivery = DeliveryWorker(
            self._worked_on, client, store, phones.id, self.clock, tenure, default_language="id", paced=False,
            watched=True,
        )  # fmt: skip
        updates = InboxWorker(
            self._worked_on, client, phones.id, phones.username, self.clock, default_language="id",
            on_effect=delivery.wake, paced=False, watched=True,
        )  # fmt: skip
        firing = TimerWorker(self._worked_on, phones.id, self.clock, tenure, on_effect=delivery.wake, watched=True)
        wakes = {Work.UPDATES: updates.wake, Work.MESSAGES: delivery.wake, Work.TIMERS: firing.wake}
        self._lookout.watch(phones.id, wakes | {Work.FILES: lambda: None})
        self._running += [updates, Sender(self._worked_on, phones.id, self.clock, tenure, delivery, firing)]
        self._workers += [delivery, updates, firing]

    async def found(self) -> None:
        """Write the offices that are not there yet; of what was played before, go on where it stopped."""
        for first in range(0, self.size.offices, 20):
            numbers = range(first, min(first + 20, self.size.offices))
            await self.database.write(partial(self._found, numbers=numbers))
        stopped_at = await self.database.read(lambda session: session.exec(select(func.max(Inbox.received_at))).one())
        if stopped_at is not None:
            self.clock.time = stopped_at.astimezone(UTC)
        for bot_id, chat, data in await self.database.read(_open_cards):
            next(phones for phones in self.phones if phones.id == bot_id).expect(chat, data)

    def _found(self, session: Session, numbers: Sequence[int]) -> None:
        for number in numbers:
            town.found(session, self.size, number, self.clock.time)

    async def play(self, *, seconds: float, on_sample: Callable[[Sample], None], until_finished: bool = False) -> bool:
        """Let time pass for at most so many real seconds; return whether the quarter is over.

        ``until_finished``: only until every run is.
        """
        stopping = asyncio.Event()
        begun, cpu = time.monotonic(), time.process_time()
        over = False
        async with asyncio.TaskGroup() as group:
            looking = [group.create_task(self._look(begun, on_sample)), group.create_task(self._lookout.run())]
            for running in self._running:
                group.create_task(running.run(stopping))
            while not over and time.monotonic() < begun + seconds:
                await self._settled()
                over = await self._go_on() or (until_finished and await self.database.read(self._finished))
            await self._settled()
            self.busy_seconds = time.process_time() - cpu
            stopping.set()
            for worker in self._workers:
                worker.wake()
            for task in looking:
                task.cancel()
        await self._sample(begun, on_sample)
        return over

    async def rest(self, seconds: float) -> None:
        """Let the workers find nothing to do for so long."""
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self._lookout.run())
            for running in self._running:
                group.create_task(running.run(stopping))
            await asyncio.sleep(seconds)
            looking.cancel()
            stopping.set()
            for worker in self._workers:
                worker.wake()

    async def _go_on(self) -> bool:
        """Move to the next thing that is to come; return whether that is after the quarter."""
        due = await self.database.read(self._next)
        coming = [phones.taps[0][0] for phones in self.phones if phones.taps]
        coming += [start[0] for start in self._starts[:1]] + ([due] if due is not None else [])
        end = BEGINS + timedelta(days=DAYS)
        if not coming or min(coming) > end:
            return True
        self.clock.time = max(self.clock.time, min(coming)) + STEP
        self._asked_at = time.monotonic()
        while self._starts and self._starts[0][0] <= self.clock.time:
            _, office, run = self._starts.pop(0)
            self._count += 1
            moment = Moment(town.bot_ids(self.size)[office % self.size.bots], self.clock.time, f"{self._count:016x}")
            await self.database.write(partial(town.begin, moment=moment, number=office, run=run))
        for phones in self.phones:
            updates = phones.due()
            self.updates += len(updates)
            if updates:
                store = partial(inbox.store_updates, bot_id=phones.id, raws=updates, now=self.clock.time)
                await self.database.write(store)
        for worker in self._workers:
            worker.wake()
        return False

    def _next(self, session: Session) -> datetime | None:
        queued = select(func.min(Outbox.due_at)).where(Outbox.status == "queued", col(Outbox.due_at) > self.clock.time)
        times = [next_timer.next_at(session, bot) for bot in town.bot_ids(self.size)] + [session.exec(queued).one()]
        return min((at for at in times if at is not None), default=None)

    async def _settled(self) -> None:
        while not await self.database.read(self._quiet):
            await asyncio.sleep(LOOK_SECONDS)
            # What was put off for a moment comes again only as time passes.
            self.clock.time += timedelta(seconds=LOOK_SECONDS)
        self._asked_at = time.monotonic()

    def _quiet(self, session: Session) -> bool:
        now = self.clock.time
        waiting = or_(
            exists().where(is_status(Inbox.status, "pending")),
            exists().where(col(Timer.fire_at) <= now),
            exists().where(is_status(Outbox.status, "queued"), col(Outbox.due_at) <= now),
            exists().where(is_status(Outbox.status, "sending")),
        )
        return not session.exec(select(waiting)).one()

    def _finished(self, session: Session) -> bool:
        return not self._starts and not session.exec(select(exists().where(is_status(Run.status, "open")))).one()

    async def _look(self, begun: float, on_sample: Callable[[Sample], None]) -> None:
        while True:
            await self._sample(begun, on_sample)
            await asyncio.sleep(SAMPLE_SECONDS)

    async def _sample(self, begun: float, on_sample: Callable[[Sample], None]) -> None:
        waited = time.monotonic() - self._asked_at
        outbox, waiting, finished = await self.database.read(self._counts)
        connection = await asyncpg.connect(self._url)
        try:
            lock_waits, size, self.deadlocks = await connection.fetchrow(IN_TOTAL)
        finally:
            await connection.close()
        sample = Sample(
            seconds=round(time.monotonic() - begun, 1),
            business_time=self.clock.time.isoformat(timespec="minutes"),
            updates=self.updates,
            messages=sum(phones.messages for phones in self.phones),
            finished_runs=finished,
            memory_mb=round(memory_mb(), 1),
            outbox=outbox,
            inbox=waiting,
            waiting_seconds=round(waited, 3) if outbox or waiting else 0.0,
            lock_waits=lock_waits,
            database_mb=round(size / 1e6, 1),
        )
        self.samples.append(sample)
        on_sample(sample)

    def _counts(self, session: Session) -> tuple[int, int, int]:
        due = select(func.count()).where(Outbox.status == "queued", col(Outbox.due_at) <= self.clock.time)
        waiting = select(func.count()).where(Inbox.status == "pending")
        finished = select(func.count()).where(Run.status == "finished")
        return session.exec(due).one(), session.exec(waiting).one(), session.exec(finished).one()


def _open_cards(session: Session) -> list[tuple[int, int, str]]:
    """Return the buttons that stand on phones unpressed."""
    statement = (
        select(Card.bot_id, Card.chat_id, Task.id, Task.activation)
        .join(Task, col(Task.id) == Card.task_id)
        .where(col(Card.live).is_(True), col(Card.message_id).is_not(None), Task.status == PartStatus.OPEN)
    )
    return [(bot, chat, f"do:{task}:{activation}") for bot, chat, task, activation in session.exec(statement)]
