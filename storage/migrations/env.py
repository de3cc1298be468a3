"""Runs the migrations on the connection that :mod:`storage.migrations.run` hands over."""

from __future__ import annotations

from typing import Literal

from alembic import context
from sqlalchemy.engine import Connection
from sqlmodel.sql.sqltypes import AutoString

from storage.migrations.run import COMPARISON
from storage.tables import UtcDateTime, metadata


def _plain_types(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write migrations without our own types: they must not change with the code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({item.length})" if item.length else "sa.String()"
    return False


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # SQLite alters a table by building it anew; its DDL is as transactional as PostgreSQL's.
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
    render_item=_plain_types,
    **COMPARISON,
)
context.run_migrations()
