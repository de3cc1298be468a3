"""What a session holds back, written at the price of the bare statements.

The ORM's unit of work sorts out relationships, inheritance, versions and columns that the database
fills in, at ten times the price of the statement. Pandu's tables have none of these: a new object is
one INSERT, a changed one an UPDATE of what changed. Deleting, whatever is written in bulk, and every
table or value that asks for more is left to the ORM.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Executable, bindparam, insert, update
from sqlalchemy import Table as Rows
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.state import InstanceState
from sqlalchemy.sql.elements import ClauseElement
from sqlmodel import Session

from storage.prepared import execute

State = InstanceState[Any]

MOST = 16
"""How many objects are written one by one; more of them the ORM writes in batches."""


@dataclass(slots=True)
class _Kind:
    """A table whose objects are written here.

    ``generated`` is the key that the database gives to a new row, if it does; ``left_out`` are
    columns that keep their own default where an object says nothing.
    """

    mapper: Mapper[Any]
    rows: Rows
    columns: dict[str, Column[Any]]
    keys: tuple[str, ...]
    generated: str | None
    left_out: frozenset[str]
    inserts: dict[tuple[str, ...], Executable] = field(default_factory=dict)
    updates: dict[tuple[str, ...], Executable] = field(default_factory=dict)


@dataclass(slots=True)
class _Write:
    kind: _Kind
    state: State
    statement: Executable
    params: dict[str, Any]
    new: bool


class _ForTheOrm(Exception):
    """Something is asked for that only the ORM does."""


_kinds: dict[Mapper[Any], _Kind | None] = {}


def write(session: Session, connection: Connection) -> bool:
    """Write what a session holds back; return ``False``, having done nothing, where that is for the ORM.

    As there, tables come by the names of their classes, changes before new rows, those in the order of
    their keys and these in the order in which they were made.

    :raises StaleDataError: a row that was to be changed is gone.
    """
    changed, new = list(session._dirty_states), list(session._new)
    if session._deleted or len(changed) + len(new) > MOST:
        return False
    try:
        writes = [_change(state) for state in changed] + [_addition(state) for state in new]
    except _ForTheOrm:
        return False
    for one in sorted((one for one in writes if one is not None), key=_place):
        done = execute(connection, one.statement, one.params)
        if not one.new and done.rowcount != 1:
            raise StaleDataError(f"an UPDATE of {one.kind.rows.name} matched {done.rowcount} rows, not one")
        if done:
            one.state.dict[str(one.kind.generated)] = done.scalar_one()
    session._register_persistent({*changed, *new})
    return True


def _place(one: _Write) -> tuple[Any, ...]:
    if one.new:
        return one.kind.mapper._sort_key, True, (one.state.insert_order,)
    return one.kind.mapper._sort_key, False, _key(one.state)


def _key(state: State) -> tuple[Any, ...]:
    return () if state.key is None else tuple(state.key[1])


def _change(state: State) -> _Write | None:
    """Return the UPDATE of an object that the session knows, ``None`` where nothing differs after all."""
    kind = _kind_of(state)
    values = state.dict
    differ = sorted(
        name
        for name, before in state.committed_state.items()
        if name not in values or not state.manager[name].impl.is_equal(values[name], before)
    )
    if not differ:
        return None
    if any(name not in values or name not in kind.columns or name in kind.keys for name in differ):
        raise _ForTheOrm
    names = tuple(differ)
    if names not in kind.updates:
        is_it = (kind.columns[name] == bindparam(f"is_{name}", type_=kind.columns[name].type) for name in kind.keys)
        kind.updates[names] = update(kind.rows).where(*is_it).values(_bound(kind, names))
    params = {f"to_{name}": _plain(values[name]) for name in names}
    params |= {f"is_{name}": part for name, part in zip(kind.keys, _key(state), strict=True)}
    return _Write(kind, state, kind.updates[names], params, new=False)


def _addition(state: State) -> _Write:
    """Return the INSERT of a new object."""
    kind = _kind_of(state)
    values = state.dict
    if state.key is not None or any(name not in values for name in kind.columns):
        raise _ForTheOrm
    names = tuple(name for name in kind.columns if values[name] is not None or name not in kind.left_out)
    if names not in kind.inserts:
        statement = insert(kind.rows).values(_bound(kind, names))
        if kind.generated is not None and kind.generated not in names:
            statement = statement.returning(kind.columns[kind.generated])
        kind.inserts[names] = statement
    params = {f"to_{name}": _plain(values[name]) for name in names}
    return _Write(kind, state, kind.inserts[names], params, new=True)


def _bound(kind: _Kind, names: Iterable[str]) -> dict[Any, Any]:
    return {kind.columns[name]: bindparam(f"to_{name}", type_=kind.columns[name].type) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, ClauseElement) or hasattr(value, "__clause_element__"):
        raise _ForTheOrm  # to be worked out by the database
    return value


def _kind_of(state: State) -> _Kind:
    mapper = state.mapper
    try:
        kind = _kinds[mapper]
    except KeyError:
        kind = _kinds[mapper] = _kind(mapper)
    if kind is None:
        raise _ForTheOrm
    return kind


def _kind(mapper: Mapper[Any]) -> _Kind | None:
    rows = mapper.local_table
    columns = dict(mapper.columns.items())
    if not isinstance(rows, Rows):
        return None
    simple = (
        not mapper.relationships
        and mapper.version_id_col is None
        and mapper.polymorphic_on is None
        and len(columns) == len(rows.columns)
        and not any(one.server_default or one.onupdate or one.server_onupdate for one in columns.values())
    )
    if not simple:
        return None
    keys = tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)
    generated = rows.autoincrement_column
    named = None if generated is None else mapper.get_property_by_column(generated).key
    left_out = {name for name, column in columns.items() if column.default is not None or name == named}
    return _Kind(mapper, rows, columns, keys, named, frozenset(left_out))
