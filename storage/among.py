"""A condition that a column is one of many values, in one form for however many there are.

An ``IN`` with a parameter for each value is put together anew at every execution, and
PostgreSQL prepares and plans it anew for each number of values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Boolean, String, TypeDecorator, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class _Values(TypeDecorator[Iterable[Any]]):
    """Values as one parameter: an array, or JSON where there are none."""

    impl = String
    cache_ok = True

    def __init__(self, *, words: bool) -> None:
        super().__init__()
        self.words = words

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(String() if self.words else BigInteger()))
        return dialect.type_descriptor(String())

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        values = sorted(set(value or ()))
        return values if dialect.name == "postgresql" else json.dumps(values)


class _Among(FunctionElement[bool]):
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002 - it stands as it is, whatever is beside it
        """Keep SQLite, where a truth is a number, from being asked whether the condition equals 1: without an index."""
        return self


def among(column: Any, name: str, *, words: bool = False) -> FunctionElement[bool]:
    """Return the condition that a column is one of the numbers (or ``words``) given as the parameter ``name``."""
    return _Among(column, bindparam(name, type_=_Values(words=words)))


@compiles(_Among, "postgresql")
def _as_array(element: _Among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among)
def _as_json(element: _Among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - names and a parameter
