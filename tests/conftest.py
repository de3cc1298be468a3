"""What every test may ask for: a migrated, empty database of its own, of either kind."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from storage.database import Database, migrate, open_database
from tests.compiling import compile_once
from tests.postgres import TemporaryPostgres
from tests.s3 import TemporaryS3

_TEMPLATE = "pandu_template"

# The same examples in every ordinary run, so that a change that breaks nothing cannot turn red;
# new ones are looked for with PANDU_TEST_LONG=1.
SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
settings.register_profile(
    "short", max_examples=100, deadline=None, derandomize=True, suppress_health_check=SLOW_IS_FINE
)
settings.register_profile("long", max_examples=3000, deadline=None, suppress_health_check=SLOW_IS_FINE)
settings.load_profile("long" if os.environ.get("PANDU_TEST_LONG") == "1" else "short")

compile_once()


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives until the end, and most of its long walks.

    Looking through the libraries and the tests again and again was a seventh of the computing time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 50)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TemporaryPostgres]:
    """One server per test process, with a migrated template to copy."""
    server = TemporaryPostgres()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[TemporaryS3]:
    """One S3-compatible service per test process; a test takes a prefix of its own."""
    server = TemporaryS3()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "pandu.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a migrated, empty SQLite database."""
    path = tmp_path / "pandu.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
async def empty_postgres_url(postgres_server: TemporaryPostgres) -> AsyncIterator[str]:
    """The URL of a PostgreSQL database with nothing in it."""
    name = f"empty_{uuid4().hex}"
    await _on_server(postgres_server, f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    await _on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def postgres_url(postgres_server: TemporaryPostgres) -> AsyncIterator[str]:
    """The URL of a migrated, empty PostgreSQL database."""
    names = await _on_server(postgres_server, f"SELECT datname FROM pg_database WHERE datname = '{_TEMPLATE}'")
    if not names:
        await _on_server(postgres_server, f"CREATE DATABASE {_TEMPLATE}")
        migrate(postgres_server.url(_TEMPLATE))
    name = f"test_{uuid4().hex}"
    # By its files: half the work of writing every page to the log first, which is for much larger ones to avoid.
    await _on_server(postgres_server, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
    yield postgres_server.url(name)
    await _on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated, empty database; the test runs on both kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty, open database; the test runs on both kinds."""
    opened = await open_database(database_url)
    yield opened
    await opened.close()


async def _on_server(server: TemporaryPostgres, statement: str) -> list[object]:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        rows: list[object] = await connection.fetch(statement)
        return rows
    finally:
        await connection.close()
