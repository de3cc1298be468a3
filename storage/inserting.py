"""Insert unless there: the one statement whose spelling differs between the databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from storage.tables import Table


def insert_new(session: Session, table: type[Table], rows: list[dict[str, Any]], unique: list[str]) -> int:
    """Insert the rows whose ``unique`` columns are not taken yet, in order; return how many."""
    if not rows:
        return 0
    # Both spellings have the same methods; their only common ancestor lacks them.
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(inspect(table).local_table).on_conflict_do_nothing(index_elements=unique)
    # Rows as parameters, not as text of the statement: that would be compiled anew each time.
    return len(session.exec(statement.returning(literal_column("1")), params=rows).all())
