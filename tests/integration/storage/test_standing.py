"""How the schema of a database stands to this version of Pandu."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlmodel import Session

from storage.database import Database, migrate
from storage.migrations import run


@pytest.mark.parametrize(("revision", "standing"), [("0001", "behind"), ("9999", "ahead"), (None, "empty")])
async def test_another_schema_is_told_apart(database: Database, revision: str | None, standing: str) -> None:
    def change(session: Session) -> str:
        connection = session.connection()
        assert run.standing(connection) == "head"
        connection.exec_driver_sql("DELETE FROM alembic_version")
        if revision is not None:
            connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{revision}')")
        return run.standing(connection)

    assert await database.write(change) == standing


def test_the_newest_file_is_the_end_of_the_migrations() -> None:
    scripts = ScriptDirectory(str(run.VERSIONS.parent))
    assert scripts.get_heads() == [run.newest()]


def test_where_nothing_is_to_migrate_the_library_for_it_is_not_loaded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/office.db"
    migrate(url)
    looks = f"import sys; from storage.database import migrate; migrate({url!r}); print('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", looks], capture_output=True, text=True).stdout == "False\n"
