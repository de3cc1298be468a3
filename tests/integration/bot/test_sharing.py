"""Several processes of several bots share them: evenly, without a break, and nothing is said twice for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlmodel import Session, col, select

from bot.sender import LENGTH
from bot.sharing import LOOK_SECONDS, THERE, Sharing
from storage import leases
from storage.database import Database
from storage.fellows import KEPT
from storage.tables import Bot, Lease
from tests.integration.bot.sender_house import SECONDS, House, Process, Timed
from tests.integration.storage.conftest import ANA, BOT, BUDI, fill

BOTS = [BOT, BOT + 1, BOT + 2, BOT + 3]


@dataclass
class Machine:
    """One process that serves all the bots."""

    database: Timed
    sharing: Sharing
    processes: dict[int, Process] = field(default_factory=dict)
    due: dict[int, float] = field(default_factory=dict)
    """When each bot's sender looks again."""

    def sends_for(self) -> set[int]:
        return {bot for bot, process in self.processes.items() if process.tenure.fence is not None}


class Country:
    """The machines, and the time in which they look as often as they would by themselves."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.machines: list[Machine] = []

    def starts(self, name: str) -> Machine:
        database = Timed(self.house.office, self.house.time)
        sharing = Sharing(cast("Any", database), self.house.time, BOTS, holder=name)
        machine = Machine(database, sharing)
        for bot in BOTS:
            machine.processes[bot] = self.house.process(name, bot_id=bot, database=database, sharing=sharing)
            machine.due[bot] = 0.0
            sharing.watch(bot, lambda bot=bot: machine.due.update({bot: 0.0}))  # type: ignore[misc]  # a lambda's default
        self.machines.append(machine)
        return machine

    async def passes(self, seconds: float, *, step: float = 0.5) -> None:
        """Let time pass; nobody sends for a bot that another sends for."""
        time = self.house.time
        end, looked = time.seconds + seconds, time.seconds
        while time.seconds < end:
            for machine in self.machines:
                if time.seconds >= looked:
                    await machine.sharing.look()
                for bot, process in machine.processes.items():
                    if time.seconds >= machine.due[bot]:
                        machine.due[bot] = time.seconds + await process.sender.look()
            looked = looked + LOOK_SECONDS if time.seconds >= looked else looked
            held = [bot for machine in self.machines for bot in machine.sends_for()]
            assert len(held) == len(set(held))
            time.seconds += step

    def shares(self) -> list[int]:
        return [len(machine.sends_for()) for machine in self.machines]


@pytest.fixture
async def country(database: Database, tmp_path: Path) -> Country:
    def bots(session: Session) -> None:
        fill(session)
        session.add_all([Bot(id=bot, username=f"bot_{bot}") for bot in BOTS[1:]])

    await database.write(bots)
    return Country(House(database, tmp_path))


async def test_who_comes_later_is_given_half(country: Country) -> None:
    country.starts("first")
    await country.passes(1)
    assert country.shares() == [4]
    country.starts("second")
    await country.passes(SECONDS)
    assert country.shares() == [2, 2]
    before = [machine.sends_for() for machine in country.machines]
    await country.passes(60)
    assert [machine.sends_for() for machine in country.machines] == before, "nobody moves without a reason"


async def test_three_share_four(country: Country) -> None:
    for name in ("first", "second", "third"):
        country.starts(name)
    await country.passes(3 * SECONDS)
    assert sorted(country.shares()) == [1, 1, 2]


async def test_what_is_on_its_way_ends_before_a_bot_is_given_back(country: Country) -> None:
    first = country.starts("first")
    await country.passes(1)
    begun, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def in_the_middle() -> None:
        begun.release()
        await go_on.wait()

    for process in first.processes.values():
        process.phone.on_call = in_the_middle
    for bot in BOTS:
        await country.house.say(ANA, BUDI, bot_id=bot)
    stopping = asyncio.Event()
    delivering = [asyncio.create_task(one.delivery.run(stopping)) for one in first.processes.values()]
    for _ in range(2 * len(BOTS)):
        await begun.acquire()
    country.starts("second")
    await country.passes(4)
    assert country.shares() == [2, 0], "two send nothing new, and are not let go before the end"
    await country.passes(2 * SECONDS)
    assert country.shares() == [2, 0]
    go_on.set()
    stopping.set()
    for process in first.processes.values():
        process.delivery.wake()
    await asyncio.gather(*delivering)
    await country.passes(SECONDS)
    assert country.shares() == [2, 2]
    rows = await country.house.rows()
    assert [uncertain for _, uncertain in rows] == [False] * 8, "nothing had to be said again"


async def test_who_dies_is_taken_over_as_soon_as_its_lease_ends(country: Country) -> None:
    country.starts("first")
    country.starts("second")
    await country.passes(2 * SECONDS)
    assert country.shares() == [2, 2]
    country.machines.pop(0)
    await country.passes(SECONDS)
    assert country.shares() == [4]


async def test_who_stops_leaves_at_once(country: Country) -> None:
    first = country.starts("first")
    second = country.starts("second")
    await country.passes(2 * SECONDS)
    country.machines.remove(first)
    await first.sharing.leave()
    await first.sharing.leave()
    for process in first.processes.values():
        await process.sender.let_go()
    assert first.database.told.count(first.sharing.topic) == 1
    await first.sharing.look()  # what still runs does not bring it back
    await second.sharing.look()
    for process in second.processes.values():
        await process.sender.look()
    assert country.shares() == [4], "and no time has passed"


async def test_what_nobody_takes_is_taken_back(country: Country) -> None:
    first = country.starts("first")
    await country.passes(1)
    stuck = country.starts("stuck")
    stuck.processes.clear()  # it says that it is there, and does nothing
    await country.passes(4)
    assert country.shares() == [2, 0]
    (free, _) = sorted(set(BOTS) - first.sends_for())
    assert await first.processes[free].sender.look() > 1, "no asking again and again"
    assert first.processes[free].tenure.fence is None
    shares = []
    for _ in range(10):
        await country.passes(1)
        shares.append(country.shares()[0])
    assert shares[:5] == [2] * 5
    assert 4 in shares, "after as long as a lease lasts"


async def test_without_the_database_all_stays_as_it_was(country: Country) -> None:
    first = country.starts("first")
    country.starts("second")
    await country.passes(2 * SECONDS)
    first.database.away = True
    await first.sharing.look()
    assert not first.sharing.leaves_to_others()
    await first.sharing.leave()
    assert first.database.told.count(first.sharing.topic) == 0


async def test_processes_that_are_long_gone_are_forgotten(country: Country) -> None:
    first, gone = country.starts("first"), country.starts("gone")
    await gone.sharing.look()
    await first.sharing.look()
    names = select(Lease.name).where(col(Lease.name).startswith("process:"))
    country.house.time.seconds += (KEPT + THERE).total_seconds()
    await first.sharing.look()
    assert len(await country.house.office.read(lambda session: session.exec(names).all())) == 2
    country.house.time.seconds += 1
    await first.sharing.look()
    assert len(await country.house.office.read(lambda session: session.exec(names).all())) == 1


async def test_a_lease_is_renewed_past_the_processs_other_work(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = country.starts("first")

    async def crowded(_body: Any) -> Any:
        raise AssertionError("a lease waits behind the process's other work")

    write = first.database.write
    monkeypatch.setattr(first.database, "write_first", write)
    monkeypatch.setattr(first.database, "write", crowded)
    await first.sharing.look()
    for process in first.processes.values():
        await process.sender.look()
    assert len(first.sends_for()) == 4
    await first.sharing.leave()
    for process in first.processes.values():
        await process.sender.let_go()
    held = await country.house.office.read(lambda session: leases.read(session, leases.sender(BOT)))
    assert held is not None
    assert held.until <= await first.database.lease_time()


async def test_there_is_shorter_than_a_senders_lease() -> None:
    """Who died is known to be gone before what it sent for comes free, so nobody waits for it then."""
    assert THERE + timedelta(seconds=LOOK_SECONDS) < LENGTH - timedelta(seconds=3)
