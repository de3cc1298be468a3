"""Migrates a database without any ``alembic.ini``: the URL is given, the scripts are here.

A migration is one transaction on both databases. SQLite runs it with foreign keys off, since
building a parent table anew would otherwise delete its children, and checks them before the
COMMIT. Processes that start together wait for one another.

Alembic takes as long to load as a small command to run: it is loaded only where there is
something to migrate.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import inspect
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage import sqlite_connection
from storage.errors import NewerSchema

if TYPE_CHECKING:
    from alembic.config import Config

COMPARISON: dict[str, Any] = {"compare_type": True}
"""How models and schema are compared. Server defaults are not: SQLite reports '' wrongly."""

VERSIONS = Path(__file__).parent / "versions"
_ADVISORY_LOCK = 0x50414E4455  # "PANDU"


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up to ``revision``. See :func:`storage.database.migrate`."""

    def work(connection: Connection) -> None:
        stands = standing(connection)
        if stands == "head" and revision == "head":
            return
        if stands == "ahead":
            revisions = ", ".join(heads(connection))
            raise NewerSchema(f"a newer version of Pandu has migrated the database (to {revisions})")
        migrate_on(connection, revision)

    with_connection(url, work)


def downgrade(url: str, revision: str) -> None:
    """Migrate down to ``revision``, or to nothing with ``base``."""
    from alembic import command

    with_connection(url, lambda connection: command.downgrade(_config(connection), revision))


def write_revision(url: str, message: str) -> None:
    """Write the migration that would bring the database at ``url`` to what the tables say."""
    from alembic import command

    def work(connection: Connection) -> None:
        command.revision(_config(connection), message=message, autogenerate=True)

    with_connection(url, work)


def migrate_on(connection: Connection, revision: str) -> None:
    """Migrate up to ``revision`` inside the transaction of ``connection``."""
    from alembic import command

    command.upgrade(_config(connection), revision)


def knows(revision: str) -> bool:
    """Say whether there is such a revision in this version of Pandu."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config(None))
    return any(script.revision == revision for script in scripts.walk_revisions())


def newest() -> str:
    """Return this version's newest revision: migrations are numbered, and their files begin with the number."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def heads(connection: Connection) -> tuple[str, ...]:
    """Return the revisions that a database has been migrated to; none where it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return ()
    return tuple(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())


def standing(connection: Connection) -> Literal["empty", "behind", "head", "ahead"]:
    """Say how the schema stands to this version of Pandu; ``ahead``: a newer one has been here. Nothing is changed."""
    found = heads(connection)
    if not found:
        return "empty"
    if found == (newest(),):
        return "head"
    return "behind" if all(knows(revision) for revision in found) else "ahead"


def _config(connection: Connection | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def with_connection(url: str, work: Callable[[Connection], None]) -> None:
    """Run ``work`` as one transaction in which the schema may change, too.

    :raises ValueError: neither SQLite nor PostgreSQL.
    :raises DatabaseUnavailable: it cannot be reached.
    """
    match make_url(url).get_backend_name():
        case "sqlite":
            _on_sqlite(url, work)
        case "postgresql":
            _in_own_loop(url, work)
        case other:
            raise ValueError(f"Pandu stores in SQLite or PostgreSQL, not in {other}")


def _on_sqlite(url: str, work: Callable[[Connection], None]) -> None:
    sqlite_connection.file_of(url).parent.mkdir(parents=True, exist_ok=True)
    engine = sqlite_connection.connect(url, connections=1, foreign_keys=False)
    try:
        with engine.begin() as connection:
            before = heads(connection)
            work(connection)
            # The check reads every row: not at each start, and a record that somebody damaged can still be looked at.
            if heads(connection) != before:
                _check_references(connection)
    except Exception as error:
        fault = sqlite_connection.infrastructure_fault(error)
        if fault is not None:
            raise fault from error
        raise
    finally:
        engine.dispose()


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"the migration would break {len(broken)} references, first in table {broken[0][0]}")


def _in_own_loop(url: str, work: Callable[[Connection], None]) -> None:
    """Run PostgreSQL's migration in a thread: the caller may be inside an event loop."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(_on_postgres(url, work))
        except BaseException as error:  # handed to the caller's thread
            errors.append(error)

    thread = threading.Thread(target=run, name="migration")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


async def _on_postgres(url: str, work: Callable[[Connection], None]) -> None:
    from storage import postgres  # not loaded where the database is SQLite

    engine = create_async_engine(
        postgres.async_url(url), poolclass=NullPool, connect_args={"timeout": postgres.CONNECT_SECONDS}
    )
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            await connection.run_sync(work)
    except Exception as error:
        fault = postgres.infrastructure_fault(error)
        if fault is not None:
            raise fault from error
        raise
    finally:
        await engine.dispose()
