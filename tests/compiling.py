"""Each statement is compiled once in a test process, not once in every test.

A test opens a database of its own, and SQLAlchemy keeps what it has compiled per open
database: a quarter of the computing time went into compiling the same statements again. All
databases of one kind are the same to the compiler here: one driver, one version.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

_STATEMENTS = 5_000
"""As many as all tests of one process know, so that none is compiled anew for want of room."""


def compile_once() -> None:
    """Let every database that is opened from now on find what was compiled for another of its kind."""
    compiled: dict[type, LRUCache[Any, Any]] = {}
    make = Engine.__init__

    def make_with_shared_statements(engine: Engine, *arguments: Any, **options: Any) -> None:
        make(engine, *arguments, **options)
        # Not the dialect itself: who listens on one engine's dialect must not hear the others.
        engine._compiled_cache = compiled.setdefault(type(engine.dialect), LRUCache(_STATEMENTS))

    Engine.__init__ = make_with_shared_statements  # type: ignore[method-assign,assignment]  # for tests only
    # What is compiled is looked up by statement and dialect.
    DefaultDialect.__eq__ = _of_one_kind  # type: ignore[method-assign,assignment]  # as above
    DefaultDialect.__hash__ = _by_kind  # type: ignore[method-assign,assignment]  # as above


def _of_one_kind(dialect: DefaultDialect, other: object) -> bool:
    return type(dialect) is type(other)


def _by_kind(dialect: DefaultDialect) -> int:
    return hash(type(dialect))
