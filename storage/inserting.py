"""Insert unless there: the one statement whose spelling differs between the databases."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Executable, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from storage.plain import rows_of, run
from storage.tables import Table


def insert_new(session: Session, table: type[Table], rows: list[dict[str, Any]], unique: list[str]) -> int:
    """Insert the rows whose ``unique`` columns are not taken yet, in order; return how many."""
    if not rows:
        return 0
    # Rows as parameters, not as text of the statement: that would be compiled anew each time.
    return len(run(session, _insert(session.get_bind().dialect.name, table, tuple(unique)), rows).all())


@cache
def _insert(dialect: str, table: type[Table], unique: tuple[str, ...]) -> Executable:
    # Both spellings have the same methods; their only common ancestor lacks them.
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(rows_of(table)).on_conflict_do_nothing(index_elements=unique)
    prepared: Executable = statement.returning(literal_column("1"))
    return prepared
