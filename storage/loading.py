"""What a select finds, as objects of the session or plain values, at the price of the bare statement.

At each execution the ORM works out anew how rows become objects, which costs several times the
statement itself. Pandu's tables have no relationships, no inheritance and no columns that are
loaded later, so that a row is its object's attributes. What asks for more (loader options, other
execution options) goes the ORM's own way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Select, bindparam, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import instance_state
from sqlmodel import Session, select
from sqlmodel.sql.expression import SelectOfScalar

from storage.prepared import Found, execute, rows_of


@dataclass(frozen=True, slots=True)
class Entity:
    """A table's class, with what a row needs to become one of its objects.

    ``columns`` are the attributes in the order of a row, ``key_at`` says which of them are the
    key; ``by_key`` asks for one object, with the parameters ``key_names``.
    """

    mapper: Mapper[Any]
    columns: tuple[str, ...]
    key_at: tuple[int, ...]
    key_names: tuple[str, ...]
    by_key: Select[Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a statement's rows are taken: ``parts`` are objects of a table, or single values (``None``).

    ``scalar``: the only part stands alone. ``afresh``: objects that the session knows take over
    what the row says (``populate_existing``).
    """

    parts: tuple[Entity | None, ...]
    scalar: bool
    afresh: bool


_entities: dict[type, Entity] = {}
_plans: WeakKeyDictionary[Any, Plan | None] = WeakKeyDictionary()


def plan_of(statement: object) -> Plan | None:
    """Return how to take a statement's rows, or ``None`` where that is for the ORM."""
    if not isinstance(statement, Select):
        return None
    try:
        return _plans[statement]
    except KeyError:
        plan = _plans[statement] = _plan(statement)
        return plan


def _plan(statement: Select[Any]) -> Plan | None:
    options = dict(statement.get_execution_options())
    afresh = bool(options.pop("populate_existing", False))
    if options or statement._with_options:
        return None
    asked = statement.column_descriptions
    parts = tuple(_part(column) for column in asked)
    wholes = {column["entity"] for column, part in zip(asked, parts, strict=True) if part}
    if sum(column.get("entity") in wholes for column in asked) > len(wholes):
        return None  # a column that is asked for twice comes once: a row is then not its parts side by side
    return Plan(parts, isinstance(statement, SelectOfScalar), afresh)


def _part(asked: Any) -> Entity | None:
    """Return the table whose object is asked for, aliased or not; ``None`` for anything else."""
    whose = asked.get("entity")  # of an expression that names no table nothing is said
    if whose is None or asked["expr"] is not whose:
        return None
    return entity_of(inspect(whose).mapper.class_)


def entity_of(kind: type) -> Entity:
    """Return what has to be known of a table's class."""
    known = _entities.get(kind)
    if known is None:
        mapper: Mapper[Any] = inspect(kind)
        columns = tuple(mapper.columns.keys())
        names = tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)
        is_it = (column == bindparam(name) for name, column in zip(names, mapper.primary_key, strict=True))
        known = _entities[kind] = Entity(
            mapper, columns, tuple(columns.index(name) for name in names), names, select(kind).where(*is_it)
        )
    return known


def load(session: Session, connection: Connection, statement: Select[Any], plan: Plan, params: Any) -> Found[Any]:
    """Run a statement and take its rows as planned. Changes the session holds back are the caller's to flush."""
    if not any(plan.parts):
        bare = execute(connection, statement, params)
        return bare.scalars() if plan.scalar else bare
    rows = rows_of(connection, statement, params)
    found: list[list[Any]] = []
    at = 0
    for part in plan.parts:
        found.append(_objects(session, part, rows, at, afresh=plan.afresh) if part else [row[at] for row in rows])
        at += len(part.columns) if part else 1
    return Found(found[0] if plan.scalar else zip(*found, strict=True))


def known(session: Session, entity: Entity, key: tuple[Any, ...]) -> Any | None:
    """Return the object of a key that the session holds, if it holds it whole."""
    found = session.identity_map.get((entity.mapper.class_, key, None))
    return None if found is None or instance_state(found).expired_attributes else found


def _objects(session: Session, entity: Entity, rows: Sequence[Any], begin: int, *, afresh: bool) -> list[Any]:
    """Make objects as the ORM's loader does, those that the session knows being the same ones.

    In each row theirs are the columns from ``begin`` on; an outer join without a match is ``None``.
    """
    kind, manager, identities = entity.mapper.class_, entity.mapper.class_manager, session.identity_map
    noticed, end = session.dispatch.loaded_as_persistent, begin + len(entity.columns)
    found: list[Any] = []
    for row in rows:
        values = row[begin:end]
        key = (kind, tuple([values[at] for at in entity.key_at]), None)
        one = identities.get(key)
        if one is None:
            if None in key[1]:
                found.append(None)
                continue
            one = manager.new_instance()
            state = instance_state(one)
            state.key, state.session_id = key, session.hash_key
            state.dict.update(zip(entity.columns, values, strict=True))
            identities.add(state)
            noticed(session, state)
        elif afresh:
            state = instance_state(one)
            state.dict.update(zip(entity.columns, values, strict=True))
            state._commit_all(state.dict, identities)
        elif instance_state(one).expired_attributes:
            state = instance_state(one)
            row_of = zip(entity.columns, values, strict=True)
            missing = {name: value for name, value in row_of if name not in state.dict}
            state.dict.update(missing)
            state._commit(state.dict, missing)  # not what was changed meanwhile
        found.append(one)
    return found
