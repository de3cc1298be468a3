"""A database with a long past: one office that really worked, its runs and then itself copied many times.

Copies are finished: nothing in them is due, open, queued or pending. What statements meet is
therefore a few live rows among very many that are not.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select
from sqlmodel import Session

from storage.tables import metadata

OF_RUNS = frozenset(
    {
        "run", "runstep", "task", "submission", "card", "file", "outbox", "auditevent", "erasabletext", "inbox",
        "pause", "extension",
    }
)  # fmt: skip
OF_OFFICES = frozenset(metadata.tables.keys() - {"bot", "lease"})

_FINISHED: dict[tuple[str, str], Any] = {
    ("run", "status"): "finished", ("run", "ended_at"): datetime(2027, 1, 4, tzinfo=UTC), ("task", "status"): "done",
    ("card", "live"): False, ("outbox", "status"): "sent", ("inbox", "status"): "done", ("file", "status"): "stored",
}  # fmt: skip
_OF_EACH_COPY = {
    ("run", "number"), ("run", "period_key"), ("auditevent", "seq"), ("inbox", "update_id"), ("file", "message_id"),
    ("outbox", "key"), ("outbox", "message_id"), ("card", "message_id"), ("timer", "key"), ("invitation", "token_hash"),
    ("setupcode", "token_hash"),
}  # fmt: skip
"""What is unique, besides ids."""
_OF_EACH_OFFICE = {"telegram_id", "chat_id", "person"}
"""Whom the copies are about: other people."""


def copy_runs(session: Session, copies: int) -> None:
    """Copy every run of every office, finished."""
    _copy(session.connection(), OF_RUNS, copies, stride=10_000)


def copy_offices(session: Session, copies: int) -> None:
    """Copy every office with its runs, finished."""
    _copy(session.connection(), OF_OFFICES, copies, stride=10_000_000)


def _copy(connection: Connection, names: Collection[str], copies: int, stride: int) -> None:
    for table in metadata.sorted_tables:
        if table.name in names:
            found = [dict(row) for row in connection.execute(select(table)).mappings()]
            rows = [_copied(table, row, names, copy * stride) for copy in range(1, copies + 1) for row in found]
            if rows:
                connection.execute(insert(table), rows)


def _copied(table: Table, row: dict[str, Any], names: Collection[str], shift: int) -> dict[str, Any]:
    """Return a row as the copy has it: with ids of its own, and references to the copies of what it refers to."""
    copied = {}
    for column in table.columns:
        value, place = row[column.name], (table.name, column.name)
        refers = {key.column.table.name for key in column.foreign_keys}
        is_id = column.name == "id" and (not refers) and len(table.primary_key.columns) == 1
        other = place in _OF_EACH_COPY or ("office" in names and column.name in _OF_EACH_OFFICE)
        if value is not None and (is_id or refers & set(names) or other):
            value = value + shift if isinstance(value, int) else f"{value}-{shift}"
        copied[column.name] = _FINISHED.get(place, value)
    return copied
