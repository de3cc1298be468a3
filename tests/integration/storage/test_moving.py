"""A lived-in office moves to another database and back: every row, every number, every chain."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from bot.cli import db
from bot.cli.backup import faults
from bot.process_lock import only_process
from bot.settings import Unusable
from storage import moving, sqlite_connection
from storage.backup.restoring import fill
from storage.backup.rows import DumpedTable, NotEmpty, dump, in_order
from storage.database import open_database
from storage.moving import NotTheSame, SourceChanged, StillWorking, move
from storage.tables import AuditEvent, Bot, Inbox, Lease, Official, metadata
from tests.integration.storage.lived_in import OFFICE, Copy
from workflow import audit_replay


@pytest.fixture
def office(lived_in: Path, tmp_path: Path) -> Copy:
    return Copy(lived_in, tmp_path / "copy")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'pandu.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


def folder_in(tmp_path: Path, name: str) -> Path:
    made = tmp_path / name
    made.mkdir()
    return made


async def moved(
    source_url: str, target_url: str, folder: Path, check: Callable[[Session], list[str]] = faults
) -> dict[str, DumpedTable]:
    source = await open_database(source_url)
    try:
        return await move(source, target_url, folder, check)
    finally:
        await source.close()


async def dumped(url: str, folder: Path) -> dict[str, DumpedTable]:
    database = await open_database(url)
    try:
        return await database.read(lambda session: dump(session, folder))
    finally:
        await database.close()


async def test_every_row_moves_and_comes_back(office: Copy, target_url: str, tmp_path: Path) -> None:
    source_url = f"sqlite:///{office.path}"
    before = await dumped(source_url, folder_in(tmp_path, "before"))
    tables = await moved(source_url, target_url, folder_in(tmp_path, "there"))
    assert tables == before
    assert {name for name, table in tables.items() if table.rows} >= {"auditevent", "run", "task", "file", "seat"}
    assert await dumped(target_url, folder_in(tmp_path, "after")) == before

    back = f"sqlite:///{tmp_path / 'back.db'}"
    await moved(target_url, back, folder_in(tmp_path, "home"))
    assert await dumped(back, folder_in(tmp_path, "at-home")) == before
    assert await dumped(source_url, folder_in(tmp_path, "untouched")) == before


async def test_life_goes_on_with_new_numbers(office: Copy, target_url: str, tmp_path: Path) -> None:
    await moved(f"sqlite:///{office.path}", target_url, folder_in(tmp_path, "there"))
    database = await open_database(target_url)
    try:
        numbers = await database.read(lambda s: [number or 0 for number in s.exec(select(Official.id))])

        def add(session: Session) -> int:
            row = Official(office_id=OFFICE, name="Baru")
            session.add(row)
            session.flush()
            return row.id or 0

        assert await database.write(add) > max(numbers)
        # Seen at once, as in the old database: nobody recorded how this official came.
        (fault,) = await database.read(lambda s: audit_replay.verify(s, OFFICE))
        assert "is not on record" in fault.what
    finally:
        await database.close()


async def test_what_a_process_had_claimed_is_free_in_the_new_database(
    office: Copy, target_url: str, tmp_path: Path
) -> None:
    claimed = "2036-01-01 00:00:00.000000"
    office.spoil(
        f"UPDATE inbox SET status = 'pending', lease_until = '{claimed}' WHERE id = (SELECT max(id) FROM inbox)"
    )
    await moved(f"sqlite:///{office.path}", target_url, folder_in(tmp_path, "there"))
    database = await open_database(target_url)
    try:
        pending = await database.read(lambda s: s.exec(select(Inbox).where(Inbox.status == "pending")).all())
        assert [row.lease_until for row in pending] == [None]
    finally:
        await database.close()


async def test_a_target_that_holds_anything_is_refused_and_left_alone(
    office: Copy, database_url: str, tmp_path: Path
) -> None:
    other = await open_database(database_url)
    try:
        await other.write(lambda session: session.add(Bot(id=1, username="lain_bot")))
        with pytest.raises(NotEmpty):
            await moved(f"sqlite:///{office.path}", database_url, folder_in(tmp_path, "there"))
        assert await other.read(lambda s: s.exec(select(Bot.id)).all()) == [1]
        assert await other.read(lambda s: s.exec(select(AuditEvent.seq)).all()) == []
    finally:
        await other.close()


async def nothing_in(url: str) -> bool:
    """Say whether a move that failed left nothing of it: no file, or no table."""
    if url.startswith("sqlite"):
        return not sqlite_connection.file_of(url).exists()
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        return not await connection.fetch("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()


async def test_a_record_that_does_not_hold_is_not_moved(office: Copy, target_url: str, tmp_path: Path) -> None:
    office.spoil("UPDATE auditevent SET kind = 'task.decide' WHERE seq = 3")
    with pytest.raises(NotTheSame, match="was changed after it was written"):
        await moved(f"sqlite:///{office.path}", target_url, folder_in(tmp_path, "there"))
    assert await nothing_in(target_url)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE official SET name = 'Pencuri' WHERE id = 1",
        "DELETE FROM timer",
        "UPDATE task SET subject = 'x' WHERE id = 1",
    ],
)
async def test_a_row_that_changes_on_the_way_is_found(
    office: Copy, target_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    def and_harm(connection: Connection, revision: str, folder: Path, tables: dict[str, DumpedTable]) -> None:
        fill(connection, revision, folder, tables)
        assert connection.exec_driver_sql(harm).rowcount

    monkeypatch.setattr(moving, "fill", and_harm)
    with pytest.raises(NotTheSame, match=r"table (official|timer|task)"):
        await moved(f"sqlite:///{office.path}", target_url, folder_in(tmp_path, "there"), check=lambda _session: [])
    assert await nothing_in(target_url)


async def test_a_database_that_somebody_sends_from_is_not_moved(office: Copy, target_url: str, tmp_path: Path) -> None:
    await moved(f"sqlite:///{office.path}", target_url, folder_in(tmp_path, "there"))
    database = await open_database(target_url)
    try:
        now = await database.lease_time()
        lease = Lease(name="sender:1", holder="mesin-b:17", fence=2, until=now + timedelta(minutes=1))
        await database.write(lambda session: session.add(lease))
        with pytest.raises(StillWorking, match="mesin-b:17"):
            await move(database, f"sqlite:///{tmp_path / 'x.db'}", folder_in(tmp_path, "x"), faults)
    finally:
        await database.close()
    assert not (tmp_path / "x.db").exists()


async def test_nothing_is_kept_of_a_source_that_somebody_began_to_work_on(
    office: Copy, target_url: str, tmp_path: Path
) -> None:
    await moved(f"sqlite:///{office.path}", target_url, folder_in(tmp_path, "there"))
    database = await open_database(target_url)
    loop = asyncio.get_running_loop()

    def begin(_session: Session) -> list[str]:
        lease = Lease(name="sender:1", holder="mesin-b:17", fence=2, until=now - timedelta(minutes=1))
        asyncio.run_coroutine_threadsafe(database.write(lambda session: session.add(lease)), loop).result()
        return []

    try:
        now = await database.lease_time()
        with pytest.raises(SourceChanged):
            await move(database, f"sqlite:///{tmp_path / 'x.db'}", folder_in(tmp_path, "x"), begin)
    finally:
        await database.close()
    assert await nothing_in(f"sqlite:///{tmp_path / 'x.db'}")


def test_rows_come_in_an_order_that_no_locale_changes() -> None:
    class Postgres:
        dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # it has no annotations

    unit = in_order(Postgres(), metadata.tables["unit"])  # type: ignore[arg-type]  # only its dialect is asked for
    said = str(unit.compile(dialect=Postgres.dialect))
    assert said.endswith('ORDER BY unit.office_id COLLATE "C", unit.id COLLATE "C"')


async def pandu(*arguments: str) -> Result:
    """Run ``pandu db ...``, which brings its own event loop, beside the test's."""
    app = typer.Typer()
    app.add_typer(db.app, name="db")
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["db", "move", *arguments], catch_exceptions=True))


async def test_the_command_moves_and_says_what(office: Copy, target_url: str, tmp_path: Path) -> None:
    done = await pandu(f"sqlite:///{office.path}", target_url)
    assert done.exit_code == 0, done.output
    assert "setiap tabel sama baris demi baris, dan rekam jejak cocok" in done.output
    events = office.ask("SELECT count(*) FROM auditevent")[0][0]
    assert any(line.split()[:2] == ["auditevent", str(events)] for line in done.output.splitlines())
    again = await pandu(f"sqlite:///{office.path}", target_url)
    assert isinstance(again.exception, Unusable)
    assert "sudah berisi" in str(again.exception)


async def test_the_command_refuses_while_pandu_runs(office: Copy, tmp_path: Path) -> None:
    target = tmp_path / "new.db"
    with only_process(office.path):
        said = await pandu(f"sqlite:///{office.path}", f"sqlite:///{target}")
    assert isinstance(said.exception, Unusable)
    assert "hentikan dahulu" in str(said.exception)
    assert not target.exists()


@pytest.mark.parametrize("wrong", ["mysql://x:rahasia@y/z", "rahasia", "sqlite://", "postgresql+rahasia"])
async def test_the_command_repeats_no_address_it_cannot_use(office: Copy, wrong: str) -> None:
    for arguments in ((f"sqlite:///{office.path}", wrong), (wrong, f"sqlite:///{office.path}")):
        said = await pandu(*arguments)
        assert isinstance(said.exception, Unusable)
        assert "rahasia" not in said.output + str(said.exception)


async def test_the_command_names_a_source_that_is_not_there(tmp_path: Path) -> None:
    said = await pandu(f"sqlite:///{tmp_path}/tidak-ada.db", f"sqlite:///{tmp_path}/new.db")
    assert isinstance(said.exception, Unusable)
    assert "tidak-ada.db" in str(said.exception)
    with pytest.raises(sqlite3.OperationalError):
        sqlite3.connect(f"file:{tmp_path}/tidak-ada.db?mode=ro", uri=True)
