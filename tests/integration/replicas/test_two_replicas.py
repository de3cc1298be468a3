"""Two replicas at once, step by step in any order: every act once, one sender, no message twice without its mark."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from random import Random

import asyncpg
import pytest
from sqlmodel import Session, col, select

from messages.render import REPEATED
from storage import audit, inbox, timers
from storage.database import Database, open_database
from storage.tables import Card, Inbox, Outbox, Submission, Task, Timer
from tests.integration.replicas.interleaving import Schedule
from tests.integration.replicas.replica import Replica, SharedTime, Telegram, tap, text
from tests.integration.workflow.crowd import Crowd, press, who
from tests.integration.workflow.town import BOT, MORNING, Cast, Person
from tests.unit.workflow import builders
from workflow.verbs import Verb

pytestmark = pytest.mark.postgres
LONG = os.environ.get("PANDU_TEST_LONG") == "1"
SEEDS = range(300 if LONG else 8)
TURNS = 6
MARK = REPEATED["id"]
JOIN = builders.definition(
    builders.step(1), builders.step(2, after=(1,)), builders.step(3, after=(1,)), builders.step(4, after=(2, 3))
)


class House:
    """An office at its two last branches, and two replicas that serve it."""

    def __init__(self, databases: tuple[Database, Database, Database], folder: Path, random: Random) -> None:
        self.random = random
        self.time = SharedTime()
        self.telegram = Telegram()
        self.crowd = Crowd(databases[2])
        self.replicas = [
            Replica(name, database, self.time, self.telegram, folder)
            for name, database in zip(("one", "two"), databases[:2], strict=True)
        ]
        self.taken_over = 0

    async def prepare(self) -> Cast:
        """Let both branches and a few other things be asked for, some of them twice."""
        cast = await self.crowd.found(JOIN)
        one, two = who(cast, "clerk"), who(cast, "second-clerk")
        await self.crowd.tap(one, press(Verb.DO, await self.crowd.task(cast, 1)))
        branches = [str(press(Verb.DO, await self.crowd.task(cast, number))) for number in (2, 3)]
        raws = [
            tap(1, one.chat or 0, branches[0]), tap(2, two.chat or 0, branches[1]), tap(3, two.chat or 0, branches[0]),
            text(4, one.chat or 0, "/status"), text(5, who(cast, "head").chat or 0, "/bantuan"),
        ]  # fmt: skip
        await self.crowd.database.write(lambda session: inbox.store_updates(session, BOT, raws, MORNING))
        # Telegram brings an update again that was answered too late.
        await self.crowd.database.write(lambda session: inbox.store_updates(session, BOT, raws[:2], MORNING))
        data = {"text_id": None}
        for name in ("a", "b"):
            await self.crowd.database.write(
                partial(
                    timers.put, office_id=cast.office, kind="personal", key=f"personal:{one.id}:{name}",
                    fire_at=MORNING, official_id=one.id, data=data,
                )
            )  # fmt: skip
        return cast

    async def work(self, replica: Replica) -> None:
        """Do what a process does, again and again."""
        for _ in range(TURNS):
            await self.random.choice((replica.hear, replica.hear, replica.send, replica.send, replica.fire))()

    def between(self) -> None:
        """Time passes now and then, and some answers of Telegram get lost; one at most may send."""
        assert sum(replica.tenure.fence is not None for replica in self.replicas) <= 1
        if self.random.random() < 0.03:
            self.time.seconds += self.random.choice((2.0, 4.0, 11.0, 70.0))
        if self.random.random() < 0.02:
            self.telegram.lose_next = True

    async def finish(self) -> None:
        """Let everything come to its end: leases run out, what waits becomes due."""
        for _ in range(12):
            self.telegram.lose_next = False
            done = 0
            for replica in self.replicas:
                done += await replica.hear() + await replica.send() + await replica.fire()
            self.time.seconds += 400.0
            if not done and not await self.crowd.database.read(_left):
                return
        raise AssertionError("the replicas do not come to an end")


def _left(session: Session) -> bool:
    waiting = select(Outbox.id).where(col(Outbox.status).in_(("queued", "sending")))
    pending = select(Inbox.id).where(Inbox.status == "pending")
    return any(session.exec(query.limit(1)).first() is not None for query in (waiting, pending))


@pytest.fixture
async def databases(postgres_url: str) -> AsyncIterator[tuple[Database, Database, Database]]:
    """Two replicas' pools and one for looking."""
    opened = [await open_database(postgres_url) for _ in range(3)]
    yield opened[0], opened[1], opened[2]
    for database in opened:
        await database.close()


@pytest.fixture
async def monitor(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees who waits for whom."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("seed", SEEDS)
async def test_two_replicas_in_any_order(
    databases: tuple[Database, Database, Database], monitor: asyncpg.Connection, tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    house = House(databases, tmp_path, random)
    cast = await house.prepare()
    schedule = Schedule(monitor, random.randrange, house.between)
    await schedule.run({replica.name: house.work(replica) for replica in house.replicas})
    await house.finish()
    assert schedule.steps > 20
    await all_is_done_once(house, cast)


async def all_is_done_once(house: House, cast: Cast) -> None:
    crowd = house.crowd
    updates = await crowd.rows(Inbox)
    assert {(row.status, row.error) for row in updates} == {("done", None)}
    acts = Counter((row.step, row.verb) for row in await crowd.rows(Submission))
    assert acts == {(1, "do"): 1, (2, "do"): 1, (3, "do"): 1}
    join = await crowd.task(cast, 4)
    assert (join.status, join.activation) == ("open", 1)
    assert await crowd.faults(cast) == []
    assert await crowd.database.read(lambda session: audit.verify(session, cast.office)) == []
    assert await crowd.rows(Timer, Timer.kind == "personal") == []
    said = await crowd.rows(Outbox)
    assert {row.status for row in said} <= {"sent", "skipped"}
    assert sum(row.template == "personal_reminder" for row in said) == 2
    for card in await crowd.rows(Card, col(Card.task_id).in_([t.id for t in await crowd.rows(Task)])):
        assert not card.live or (card.message_id is not None and card.shown_revision == card.wanted_revision)
    repeats_are_marked(house, said)


def repeats_are_marked(house: House, said: list[Outbox]) -> None:
    """What is said is sent without the mark once at most; with it, only after an outcome that nobody knows."""
    sent = [words for method, _, words in house.telegram.calls if method == "send"]
    unmarked = [words for words in sent if MARK not in words]
    once = [row for row in said if row.kind in ("message", "card") and (row.status == "sent" or row.uncertain)]
    assert len(unmarked) <= len(once), (unmarked, once)
    assert len(sent) - len(unmarked) <= sum(row.tries - 1 for row in said if row.uncertain)
    assert max(Counter(words for words in unmarked if words.startswith("<b>Pengingat")).values(), default=0) <= 2


async def test_two_last_branches_that_commit_together_open_the_join(
    databases: tuple[Database, Database, Database], monitor: asyncpg.Connection, tmp_path: Path
) -> None:
    """However the steps of the two transactions follow one another."""
    house = House(databases, tmp_path, Random(1))
    for _ in range(60 if LONG else 6):
        cast = await house.crowd.found(JOIN)
        people = [who(cast, "clerk"), who(cast, "second-clerk")]
        await house.crowd.tap(people[0], press(Verb.DO, await house.crowd.task(cast, 1)))
        tasks = [await house.crowd.task(cast, number) for number in (2, 3)]

        async def close(person: Person, task: Task) -> None:
            told = await house.crowd.tap(person, press(Verb.DO, task))
            assert told.key == "done"

        schedule = Schedule(monitor, house.random.randrange)
        await schedule.run({"one": close(people[0], tasks[0]), "two": close(people[1], tasks[1])})
        join = await house.crowd.task(cast, 4)
        assert (join.status, join.activation) == ("open", 1)
        assert await house.crowd.faults(cast) == []
        assert schedule.locks_waited_for, "they never met"
