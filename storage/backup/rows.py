"""The rows of all tables as JSON lines, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, DateTime, MetaData, Select, String, Table, TypeDecorator, func, insert, select, text
from sqlalchemy.engine import Connection
from sqlmodel import Session

from storage.tables import metadata

PAGE = 1000


@dataclass(frozen=True, slots=True)
class DumpedTable:
    """What one table's lines hold: the order of the values, how many rows, and the lines' SHA-256."""

    columns: list[str]
    rows: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """Return it for the manifest."""
        return asdict(self)


class NotEmpty(Exception):
    """The database to restore into already holds something; nothing is ever overwritten."""


def dump(session: Session, folder: Path) -> dict[str, DumpedTable]:
    """Write every table to ``folder/<table>.jsonl``, from one consistent view; each row is a list."""
    return {table.name: _dump_table(session, table, folder / f"{table.name}.jsonl") for table in metadata.sorted_tables}


def _dump_table(session: Session, table: Table, path: Path) -> DumpedTable:
    digest, count = hashlib.sha256(), 0
    with path.open("wb") as out:
        for row in _rows(session.connection(), table):
            line = json.dumps([_to_json(value) for value in row], ensure_ascii=False).encode() + b"\n"
            out.write(line)
            digest.update(line)
            count += 1
    return DumpedTable([column.name for column in table.columns], count, digest.hexdigest())


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    """Yield a table's rows by primary key; only a page of them is in memory."""
    return iter(connection.execute(in_order(connection, table), execution_options={"yield_per": PAGE}))


def in_order(connection: Connection, table: Table) -> Select[Any]:
    """Return the query for a table's rows in an order that is the same whatever the database and its locale."""
    # SQLite compares text by its bytes; a PostgreSQL made for a language does not, unless told to.
    by_bytes = "C" if connection.dialect.name == "postgresql" else "BINARY"
    key = [column.collate(by_bytes) if _is_text(column) else column for column in table.primary_key.columns]
    return select(table).order_by(*key)


def _is_text(column: Column[Any]) -> bool:
    kind = column.type
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, String)


def _to_json(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def refuse_unless_empty(connection: Connection) -> None:
    """Raise :class:`NotEmpty` if any table of the database holds a row."""
    there = MetaData()
    there.reflect(connection)
    for table in there.sorted_tables:
        if table.name != "alembic_version" and connection.execute(select(func.count()).select_from(table)).scalar():
            raise NotEmpty(table.name)


def load(connection: Connection, folder: Path, dumped: dict[str, DumpedTable]) -> None:
    """Insert the lines that :func:`dump` wrote into empty tables of the same revision.

    The tables are taken as the database has them, not as today's code does: an archive of an
    earlier release is restored into that release's schema and migrated afterwards.
    """
    there = MetaData()
    there.reflect(connection)
    for table in there.sorted_tables:
        if table.name in dumped:
            _load_table(connection, table, folder / f"{table.name}.jsonl", dumped[table.name])


def _load_table(connection: Connection, table: Table, path: Path, dumped: DumpedTable) -> None:
    times = {c.name for c in table.columns if isinstance(c.type, DateTime)}
    naive = connection.dialect.name == "sqlite"

    def value(name: str, raw: Any) -> Any:
        if raw is None or name not in times:
            return raw
        at = datetime.fromisoformat(raw)
        return at.replace(tzinfo=None) if naive else at

    page: list[dict[str, Any]] = []
    with path.open("rb") as lines:
        for line in lines:
            row = json.loads(line)
            page.append({n: value(n, raw) for n, raw in zip(dumped.columns, row, strict=True)})
            if len(page) == PAGE:
                connection.execute(insert(table), page)
                page = []
    if page:
        connection.execute(insert(table), page)
    if connection.dialect.name == "postgresql":
        _go_on_counting(connection, table)


def _go_on_counting(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after those that came with numbers of their own."""
    for column in table.primary_key.columns:
        names = {"table": f'"{table.name}"', "column": column.name}
        sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), names).scalar()
        latest = connection.execute(select(func.max(column))).scalar() if sequence else None
        if latest is not None:
            connection.execute(
                text("SELECT setval(CAST(:sequence AS regclass), :latest)"), {"sequence": sequence, "latest": latest}
            )
