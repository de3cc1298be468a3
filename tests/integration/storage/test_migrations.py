"""Models and migrations agree, on both databases, up and down."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.engine import Connection
from sqlmodel import Session, select

from storage.database import Database, DatabaseUnavailable, migrate, open_database
from storage.migrations import run
from storage.tables import Office, Official, Unit, metadata

NOW = datetime(2027, 1, 7, 3, 0, tzinfo=UTC)


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts=run.COMPARISON)
    found: list[Any] = compare_metadata(context, metadata)
    return found


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_models_and_migrations_agree(database: Database) -> None:
    assert await database.write(lambda session: differences(session.connection())) == []


async def test_the_record_is_guarded_by_triggers_on_both(database: Database) -> None:
    def triggers(session: Session) -> set[str]:
        if session.get_bind().dialect.name == "sqlite":
            rows = session.connection().exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            rows = session.connection().exec_driver_sql("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        return {row[0] for row in rows}

    assert {name.split("_no_")[0] for name in await database.read(triggers)} == {"auditevent"}
    assert len(await database.read(triggers)) >= 2


def stairs(url: str) -> None:
    run.upgrade(url)
    run.downgrade(url, "base")
    run.upgrade(url, "+1")
    run.downgrade(url, "-1")
    run.upgrade(url)


async def test_up_down_and_up_again_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'pandu.db'}"
    await asyncio.to_thread(stairs, url)
    await agrees(url)


@pytest.mark.postgres
async def test_up_down_and_up_again_on_postgres(empty_postgres_url: str) -> None:
    await asyncio.to_thread(stairs, empty_postgres_url)
    await agrees(empty_postgres_url)


async def agrees(url: str) -> None:
    database = await open_database(url)
    try:
        assert await database.write(lambda session: differences(session.connection())) == []
    finally:
        await database.close()


async def test_migrating_again_keeps_the_rows(database: Database, database_url: str) -> None:
    def fill(session: Session) -> None:
        session.add(Office(id="sumbang", name="Kecamatan Sumbang", regency="Banyumas", timezone="Asia/Jakarta"))
        session.flush()
        session.add(Unit(office_id="sumbang", id="sekretariat", name="Sekretariat"))
        session.add(Official(office_id="sumbang", name="Siti Rahayu"))

    await database.write(fill)
    migrate(database_url)  # also from within a running loop
    assert await database.read(lambda session: [unit.name for unit in session.exec(select(Unit))]) == ["Sekretariat"]


async def test_building_a_parent_table_anew_keeps_its_children_on_sqlite(sqlite_url: str) -> None:
    """Batch mode with foreign keys on would delete them, or fail."""
    database = await open_database(sqlite_url)

    def fill(session: Session) -> None:
        session.add(Office(id="sumbang", name="Kecamatan Sumbang", regency="Banyumas", timezone="Asia/Jakarta"))
        session.flush()
        session.add(Unit(office_id="sumbang", id="sekretariat", name="Sekretariat"))

    await database.write(fill)

    def rebuild(connection: Connection) -> None:
        from alembic.operations import Operations

        operations = Operations(MigrationContext.configure(connection, opts={"transactional_ddl": True}))
        with operations.batch_alter_table("office", recreate="always") as batch:
            batch.alter_column("regency", nullable=True)

    run.with_connection(sqlite_url, rebuild)
    assert await database.read(lambda session: len(session.exec(select(Unit)).all())) == 1
    await database.close()


def test_a_migration_that_breaks_references_is_undone(sqlite_url: str) -> None:
    def orphan(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO unit VALUES ('nowhere', 'a', 'A', 0, 1)")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")

    with pytest.raises(RuntimeError, match="1 references"):
        run.with_connection(sqlite_url, orphan)

    def count(connection: Connection) -> None:
        assert connection.exec_driver_sql("SELECT count(*) FROM unit").scalar() == 0

    run.with_connection(sqlite_url, count)


def test_a_start_that_migrates_nothing_opens_a_damaged_database_too(sqlite_url: str) -> None:
    def orphan(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO unit VALUES ('nowhere', 'a', 'A', 0, 1)")

    run.with_connection(sqlite_url, orphan)
    run.upgrade(sqlite_url)


async def test_processes_that_start_together_migrate_once_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'pandu.db'}"
    await migrate_together(url)
    await agrees(url)


@pytest.mark.postgres
async def test_processes_that_start_together_migrate_once_on_postgres(empty_postgres_url: str) -> None:
    await migrate_together(empty_postgres_url)
    await agrees(empty_postgres_url)


async def migrate_together(url: str) -> None:
    program = "import sys; from storage.database import migrate; migrate(sys.argv[1])"
    import sys

    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-W", "error", "-c", program, url) for _ in range(3)
    ]
    assert [await process.wait() for process in processes] == [0, 0, 0]


def test_other_databases_are_refused() -> None:
    with pytest.raises(ValueError, match="not in mysql"):
        migrate("mysql://host/name")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must name a file"):
        migrate(url)


def test_a_server_that_is_not_there_is_said_plainly() -> None:
    with pytest.raises(DatabaseUnavailable):
        migrate("postgresql://postgres@127.0.0.1:1/pandu")
