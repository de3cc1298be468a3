"""How the schema of a database stands to this version of Pandu."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from storage.database import Database
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
