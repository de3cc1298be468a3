"""A long past, written by the database itself: one finished run copied a million times."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Column, Table, text
from sqlmodel import Session

from storage.tables import metadata

STRIDE = 1000
"""Ids of the original are below this; those of copy n lie STRIDE * n above them."""
_OF_RUN = "runstep task submission auditevent"
_UNIQUE = {
    ("run", "number"), ("auditevent", "seq"), ("inbox", "update_id"), ("card", "message_id"), ("outbox", "message_id"),
}  # fmt: skip
_UNIQUE_WORDS = {("run", "period_key"), ("outbox", "key"), ("timer", "key")}
_CHUNK = 20_000


def lengthen(session: Session, run_id: int, copies: int) -> None:
    """Copy a finished run, with everything that belongs to it; all copies are of the same office."""
    cards = f"SELECT card.id FROM card JOIN task ON task.id = card.task_id WHERE task.run_id = {run_id}"
    wanted: dict[str, str] = {"run": f"id = {run_id}", **dict.fromkeys(_OF_RUN.split(), f"run_id = {run_id}")}
    wanted |= {"card": f"id IN ({cards})", "outbox": f"card_id IN ({cards})", "inbox": "status = 'done'"}
    _copy(session, wanted, copies)


def multiply_open(session: Session, copies: int) -> None:
    """Copy every open run with its tasks, cards and timers, as they stand; their officials stay the same."""
    names = ("run", "runstep", "task", "card", "timer")
    _copy(session, dict.fromkeys(names, "1 = 1"), copies)


def _copy(session: Session, wanted: dict[str, str], copies: int) -> None:
    for table in metadata.sorted_tables:
        if table.name in wanted:
            for statement in _statements(table, wanted, copies):
                session.connection().execute(text(statement))
    _go_on_counting(session, wanted)


def _statements(table: Table, wanted: dict[str, str], copies: int) -> Iterator[str]:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(_value(column, set(wanted)) for column in table.columns)
    for first in range(1, copies + 1, _CHUNK):
        last = min(first + _CHUNK - 1, copies)
        yield (
            f"WITH RECURSIVE copy(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM copy WHERE n < {last}), "
            f'original AS (SELECT * FROM "{table.name}" WHERE {wanted[table.name]}{_only_originals(table)}) '
            f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM original, copy'
        )


def _only_originals(table: Table) -> str:
    column = "id" if "id" in table.columns else "run_id" if "run_id" in table.columns else ""
    return f" AND {column} < {STRIDE}" if column else ""


def _value(column: Column[object], names: set[str]) -> str:
    place = (column.table.name, column.name)
    refers = {key.column.table.name for key in column.foreign_keys}
    is_id = column.name == "id" and not refers
    if is_id or refers & names or place in _UNIQUE:
        return f'original."{column.name}" + copy.n * {STRIDE}'
    if place in _UNIQUE_WORDS:
        return f"original.\"{column.name}\" || '-' || copy.n"
    return f'original."{column.name}"'


def _go_on_counting(session: Session, wanted: dict[str, str]) -> None:
    """Let PostgreSQL's ids go on above those of the copies; SQLite does so by itself."""
    if session.get_bind().dialect.name == "postgresql":
        for name in wanted:
            if "id" in metadata.tables[name].columns:
                session.connection().execute(
                    text(f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), (SELECT max(id) FROM \"{name}\"))")
                )


Lengthen = Callable[[Session], None]
