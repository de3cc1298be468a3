"""What a longer past costs: the same work with 1,000 and with very many finished runs of the same office."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from time import perf_counter
from typing import Any

from sqlmodel import Session, col, select

from benchmarks import databases, offices, past
from benchmarks.measuring import Compared, compare, heading
from bot.outgoing import prepare
from handlers import dispatch, incoming
from handlers.talk import Context
from storage import inbox, leases, outbox, timers
from storage.database import Database, open_database
from storage.outbox import OutboxItem
from storage.tables import Card, Outbox, Run, Task

SMALL, QUICK, LONG = 1_000, 30_000, 1_000_000
GOAL = 1.2
RUNS, TURNS = 8, 41
LEASE = timedelta(minutes=5)


def run(*, long: bool = False) -> bool:
    """Fill, measure and print; return whether the goal is met on both databases."""
    large = LONG if long else QUICK
    print(heading("What a longer past of the office costs (finished runs)", f"{SMALL:,}", f"{large:,}"))
    met = True
    for name, database in databases.BOTH.items():
        with database(_fill) as fresh:
            met &= asyncio.run(_measure(name, fresh(), fresh(), large))
    print(f"Goal: at most {GOAL} times. {'Met.' if met else 'NOT met.'}")
    return met


def _fill(session: Session) -> None:
    offices.fill(session, 1, 1, steps=1)
    task = session.exec(select(Task)).one()
    person = session.exec(select(Card.chat_id)).one()
    raw = _tap(1, person, f"do:{task.id}:{task.activation}")
    inbox.store_updates(session, offices.BOT_ID, [(1, person, json.dumps(raw))], _now())
    inbox.mark_done(session, 1, _now())
    dispatch.handle(session, incoming.parse(raw), _context())
    for row in session.exec(select(Outbox)):
        row.status, row.finished_at = "sent", _now()
    session.flush()


async def _measure(name: str, small_url: str, large_url: str, large: int) -> bool:
    both = [await Worked.open(url, size) for url, size in ((small_url, SMALL), (large_url, large))]
    met = True
    try:
        for what in ("step", "/tugas", "/status", "timer scan", "outbox claim"):
            small, big = (one.measurement(what) for one in both)
            compared: Compared = await compare(small, big, turns=TURNS, steps=1)
            print(compared.line(f"{name}: {what}"))
            met &= compared.ratio <= GOAL
    finally:
        for one in both:
            await one.database.close()
    return met


class Worked:
    """An office with a long past and some runs that are open."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.updates = count(10**9)

    @classmethod
    async def open(cls, url: str, finished: int) -> Worked:
        """Open a database and give its office so many finished runs, then a few open ones."""
        database = await open_database(url)
        run_id = await database.read(lambda session: session.exec(select(Run.id)).one()) or 0
        await database.write(lambda session: past.lengthen(session, run_id, finished - 1))
        await database.write(lambda session: offices.begin_more(session, RUNS))
        await database.write(_claim_all)
        await _settle(url)
        return cls(database)

    def measurement(self, what: str) -> Callable[[int], Awaitable[float]]:
        """Return what measures one kind of work once, in seconds."""
        work = {
            "step": self._step, "/tugas": lambda: self._command("/tugas"), "/status": lambda: self._command("/status"),
            "timer scan": self._timers, "outbox claim": self._claim,
        }[what]  # fmt: skip

        async def measure(_: int) -> float:
            return await work()

        return measure

    async def _step(self) -> float:
        pressed = await self.database.read(_next_press)
        return await self._handle(_tap(next(self.updates), *pressed))

    async def _command(self, words: str) -> float:
        person, _ = await self.database.read(_next_press)
        sender = {"id": person, "is_bot": False, "first_name": "Siti"}
        chat = {"id": person, "type": "private"}
        message = {"message_id": 1, "date": 1, "chat": chat, "from": sender, "text": words}
        return await self._handle({"update_id": next(self.updates), "message": message})

    async def _handle(self, raw: dict[str, Any]) -> float:
        """Handle an update and render all that it has the bot say."""
        parsed = incoming.parse(raw)
        begun = perf_counter()
        await self.database.write(lambda session: dispatch.handle(session, parsed, _context()))
        handled = perf_counter() - begun
        spent = handled
        # One row of a chat after the other, as they would go out.
        while items := await self.database.write(_claim_all):
            begun = perf_counter()
            for item in items:
                await self.database.read(partial(prepare, item=item, default_language="id", now=_now()))
            spent += perf_counter() - begun
        return spent

    async def _timers(self) -> float:
        begun = perf_counter()
        await self.database.read(lambda session: timers.due_ids(session, offices.BOT_ID, _now(), 50))
        return perf_counter() - begun

    async def _claim(self) -> float:
        await self.database.write(lambda session: offices.say_something(session, 1, _now()))
        begun = perf_counter()
        items = await self.database.write(_claim_all)
        if len(items) != 1:
            raise AssertionError(f"{len(items)} rows were claimed, not one")
        return perf_counter() - begun


def _claim_all(session: Session) -> list[OutboxItem]:
    held = leases.acquire(session, leases.sender(offices.BOT_ID), "bench", _now(), timedelta(days=1))
    assert held is not None
    found = outbox.claim(session, offices.BOT_ID, held.fence, _now() + LEASE, _now(), LEASE, 1000)
    for item in found:
        outbox.mark_sent(session, item.id, 7, _now())
    return found


def _next_press(session: Session) -> tuple[int, str]:
    found = session.exec(
        select(Task, Card).join(Card, col(Card.task_id) == Task.id)
        .where(Task.office_id == offices.office_id(0), Task.status == "open", col(Card.live).is_(True))
        .order_by(col(Task.id)).limit(1)
    ).one()  # fmt: skip
    return found[1].chat_id, f"do:{found[0].id}:{found[0].activation}"


def _tap(update_id: int, person: int, data: str) -> dict[str, Any]:
    message = {"message_id": 5, "date": 1, "chat": {"id": person, "type": "private"}}
    query = {"id": "1", "from": {"id": person, "is_bot": False, "first_name": "Siti"}, "message": message, "data": data}
    return {"update_id": update_id, "callback_query": query}


def _context() -> Context:
    return Context(offices.BOT_ID, "pandu_bench_bot", _now(), secrets.token_hex(8), "id")


def _now() -> datetime:
    return datetime.now(UTC)


async def _settle(url: str) -> None:
    """Let PostgreSQL know what it holds, as it finds out by itself in time; an office's SQLite never does."""
    if url.startswith("postgresql"):
        await databases.command(url, "VACUUM ANALYZE")
