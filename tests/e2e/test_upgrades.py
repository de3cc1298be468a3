"""A database of every earlier schema, with live runs in every state, is taken over and its runs are finished."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect
from sqlmodel import Session, col, select

from storage import audit
from storage.database import migrate, open_database
from storage.migrations import run
from storage.tables import Inbox, Outbox, Run, Task
from tests.e2e.driver import Move
from tests.e2e.office import Office
from tests.e2e.offices import PEOPLE
from tests.fixtures.upgrades.load import REVISIONS, load
from tests.fixtures.upgrades.record import Undecided
from tests.integration.storage.test_migrations import differences
from workflow import audit_replay

LIVE = 3
"""How many runs of a recorded office are open."""
TIMES_ASKED = 4


class UpgradedOffice(Office):
    """An office whose database comes from earlier; Telegram counts on from where it was."""

    async def take_over(self) -> None:
        """Start today's bot on it; meanwhile everybody has asked for their tasks."""
        self.bot.last_message_id += 100_000
        self.bot.last_update_id += 100_000
        self.clock.advance(timedelta(hours=1))
        await self.everybody_asks()
        await self.open()

    async def everybody_asks(self) -> None:
        """Everybody asks for their tasks."""
        for phone in self.phones.phones.values():
            await phone.says("/tugas")

    async def finish_runs(self) -> None:
        """Do what the phones ask for until every run is finished; who sees no way on asks for their tasks."""
        driver = Undecided(self.phones, names="later")
        for _ in range(TIMES_ASKED):
            while move := await self.simulator.world.until(driver.next_move, 3.0):
                assert isinstance(move, Move)
                await driver.make(move)
            await self.quiet()
            if "open" not in (await self.read(states))["runs"]:
                return
            await self.everybody_asks()
        raise AssertionError(driver.story())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'pandu.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_earlier_database_is_taken_over_whole(tmp_path: Path, empty_url: str, revision: str) -> None:
    await asyncio.to_thread(load, revision, empty_url, tmp_path / "files")
    earlier = await asyncio.to_thread(counted, empty_url)
    await asyncio.to_thread(migrate, empty_url)
    database = await open_database(empty_url)
    try:
        later = await asyncio.to_thread(counted, empty_url)
        assert {table: later[table] for table in earlier} == earlier
        assert await database.write(lambda session: differences(session.connection())) == []
        assert await database.read(lambda session: audit.verify(session, "sumbang")) == []
        assert await database.read(lambda session: audit_replay.verify(session, "sumbang")) == []
    finally:
        await database.close()


def counted(url: str) -> dict[str, int]:
    """Count the rows of every table there is."""
    found: dict[str, int] = {}

    def count(connection: Connection) -> None:
        for table in inspect(connection).get_table_names():
            found[table] = connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar_one()

    run.with_connection(url, count)
    return found


@pytest.mark.parametrize(
    ("revision", "empty_url"),
    [
        ("0001", "sqlite"),
        pytest.param("0001", "postgres", marks=[pytest.mark.postgres, pytest.mark.long]),
        pytest.param("0002", "sqlite", marks=pytest.mark.long),
        pytest.param("0002", "postgres", marks=[pytest.mark.postgres, pytest.mark.long]),
        pytest.param("0003", "sqlite", marks=pytest.mark.long),
        pytest.param("0003", "postgres", marks=[pytest.mark.postgres, pytest.mark.long]),
    ],
    indirect=["empty_url"],
)
async def test_runs_begun_under_an_earlier_version_are_finished(tmp_path: Path, empty_url: str, revision: str) -> None:
    await asyncio.to_thread(load, revision, empty_url, tmp_path / "files")
    office = UpgradedOffice(tmp_path, empty_url, "", PEOPLE)
    try:
        await office.take_over()
        before = await office.read(states)
        assert before["runs"].count("open") == LIVE
        assert {"finished", "cancelled"} < set(before["runs"])
        assert len(set(before["steps"])) >= LIVE
        assert "pending" not in before["updates"]
        await office.finish_runs()
        after = await office.read(states)
        assert after["runs"].count("finished") == before["runs"].count("finished") + LIVE
        assert set(after["outbox"]) == {"sent", "skipped"}
        assert await office.faults("sumbang") == []
        assert await office.read(lambda session: audit.verify(session, "sumbang")) == []
    finally:
        await office.close()


def states(session: Session) -> dict[str, list[str]]:
    """In what states everything is; of open tasks, the step."""
    soon = col(Outbox.status) != "queued"
    return {
        "runs": list(session.exec(select(Run.status).order_by(col(Run.id)))),
        "steps": [str(step) for step in session.exec(select(Task.step).where(Task.status == "open"))],
        "updates": list(session.exec(select(Inbox.status))),
        "outbox": list(session.exec(select(Outbox.status).where(soon))),
    }
