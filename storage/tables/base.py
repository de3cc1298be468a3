"""What all tables share: names of constraints, indexes over what is alive, and times that are always UTC."""

from __future__ import annotations

from collections.abc import Callable, Set
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from pydantic.fields import FieldInfo
from sqlalchemy import DateTime, Index, MetaData, TypeDecorator, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import InstrumentedAttribute
from sqlmodel import SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)


class Table(SQLModel):
    """Base of every table."""

    metadata = metadata
    # Rows are never validated by pydantic, whose checks for each table take long to put together.
    model_config = {"defer_build": True}

    def __init__(self, **data: Any) -> None:
        """Take over values and defaults as they are: a new row has no history that SQLAlchemy would have to keep."""
        fields, values, makers = _defaults_of(type(self))
        values = {**values, **{name: make() for name, make in makers if name not in data}}
        values.update(data if data.keys() <= fields else {name: data[name] for name in fields & data.keys()})
        self.__dict__.update(values)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a column as SQLAlchemy does, without pydantic's share in it, which is for validated values."""
        if name == "_sa_instance_state":
            self.__dict__[name] = value  # as SQLModel does, but first: every row that becomes an object comes by here
        elif isinstance(getattr(type(self), name, None), InstrumentedAttribute):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)


@cache
def _defaults_of(table: type[Table]) -> tuple[Set[str], dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """Return a table's fields, the defaults of those that have one, and what makes the others' anew for each row."""
    optional = {name: field for name, field in table.model_fields.items() if not field.is_required()}
    fixed = {name: field.default for name, field in optional.items() if _is_fixed(field)}
    made = ((name, partial(field.get_default, call_default_factory=True)) for name, field in optional.items())
    return frozenset(table.model_fields), fixed, tuple((name, make) for name, make in made if name not in fixed)


def _is_fixed(field: FieldInfo) -> bool:
    return field.default_factory is None and isinstance(field.default, str | int | float | None)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite, which keeps no zone, gets it back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone must not be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (its interface)
        """Return an aware UTC time."""
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)


def index_where(condition: str, name: str, *columns: str, unique: bool = False) -> Index:
    """Return an index over the few rows that are still alive, however many are finished.

    A database uses it only for statements that spell ``condition`` out as literals.
    """
    where = text(condition)
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
