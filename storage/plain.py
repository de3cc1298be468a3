"""Statements without objects: run as they are on a session's connection.

What passes through the queues and the record at every tap is rows that nobody keeps; making
objects of them costs several times their way to the database and back. Rows that a session
knows as objects are changed by :func:`change` only: it would go on showing what they were. To take
such statements back use :func:`storage.causes.all_or_nothing`, which has everything read anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Executable, inspect
from sqlalchemy import Table as Rows
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.selectable import SelectBase
from sqlmodel import Session

from storage.prepared import Found, execute
from storage.sessions import WorkingSession
from storage.tables import Table


def rows_of(table: type[Table]) -> Rows:
    """Return a table without its objects."""
    return cast("Rows", inspect(table).local_table)


def run(
    session: Session, statement: Executable, params: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
) -> Found[Any]:
    """Run a statement, put together once, in the session's transaction, after what the session holds back."""
    session.flush()
    if isinstance(session, WorkingSession) and isinstance(statement, SelectBase):
        return execute(session.reading_connection(), statement, params)
    return execute(session.connection(), statement, params)


def change(session: Session, statement: Executable, key: Mapping[str, Any], row: Table, **values: Any) -> Found[Any]:
    """Run a statement that sets ``values`` on one row, and tell the object that the session has of it.

    The statement's parameters are ``key`` and the names of the values. Returns what it returns.
    """
    found = run(session, statement, {**key, **values})
    for name, value in values.items():
        set_committed_value(row, name, value)
    return found
