"""Conditions that a partial index can answer.

An index over live rows only is used for a statement that spells its condition out: neither
SQLite nor a prepared statement of PostgreSQL looks into a bound parameter.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, literal_column
from sqlmodel import col


def is_status(column: Any, *statuses: str) -> ColumnElement[bool]:
    """Return ``column = 'status'`` (or ``IN``) with the words of this program as literals."""
    words: list[ColumnElement[str]] = [literal_column(f"'{status}'") for status in statuses]
    return col(column) == words[0] if len(words) == 1 else col(column).in_(words)
