"""Which rows each transaction locks, in order, noted from the statements that PostgreSQL is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

_LOCKING_READ = re.compile(r"\bFROM\s+\"?(\w+)\"?.*\bFOR (?:NO KEY )?UPDATE", re.DOTALL)
_CHANGE = re.compile(r"^\s*(?:UPDATE|DELETE FROM)\s+\"?(\w+)\"?")


@dataclass(slots=True)
class Locks:
    """What was locked: of each transaction, the tables in the order in which rows of them were locked first."""

    transactions: list[list[str]] = field(default_factory=list)
    _open: dict[int, list[str]] = field(default_factory=dict)

    def take(self, connection: Connection, table: str) -> None:
        """Note a row's lock."""
        taken = self._open.setdefault(id(connection), [])
        if table not in taken:
            taken.append(table)

    def end(self, connection: Connection) -> None:
        """Note that a transaction is over."""
        taken = self._open.pop(id(connection), [])
        if taken:
            self.transactions.append(taken)

    def pairs(self) -> dict[tuple[str, str], list[str]]:
        """Return which table was locked before which, each with a transaction that did so."""
        return {
            (first, second): taken
            for taken in self.transactions
            for position, first in enumerate(taken)
            for second in taken[position + 1 :]
        }


@contextmanager
def noted() -> Iterator[Locks]:
    """Note the row locks of every transaction of this process meanwhile."""
    locks = Locks()

    def statement(connection: Connection, _cursor: Any, words: str, _p: Any, _c: Any, _many: bool) -> None:
        found = _CHANGE.match(words) or _LOCKING_READ.search(words)
        if found:
            locks.take(connection, found.group(1))

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", locks.end)
    event.listen(Engine, "rollback", locks.end)
    try:
        yield locks
    finally:
        event.remove(Engine, "before_cursor_execute", statement)
        event.remove(Engine, "commit", locks.end)
        event.remove(Engine, "rollback", locks.end)
