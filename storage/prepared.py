"""Statements that are asked again and again, compiled once and handed to the driver as they are.

SQLAlchemy finds a statement's compiled form by a key that it puts together anew at each execution,
and wraps what comes back in layers that a few rows do not need: several times the price of the
statement itself. A statement that lives as long as its module is recognised here when it comes a
second time. From then on its text, the order of its parameters and what becomes of its columns are
known, all of it as SQLAlchemy compiled it; only the way to the driver is shorter. Everything that
is put together for one execution, and whatever asks for more, goes SQLAlchemy's own way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Delete, Executable, Insert, Update
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.result import result_tuple
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import SelectBase

T = TypeVar("T")
Params = Mapping[str, Any]

_MOST_LENGTHS = 64
"""Of how many different lengths of its lists a statement's texts are kept."""

_MISSING = object()
_HARMLESS = {"populate_existing"}
"""Execution options that only say what becomes of the rows, which is the caller's."""


class Found(list[T], Generic[T]):
    """Everything a statement found, with the methods of a result that are used here.

    ``rowcount`` is how many rows a statement changed; of one that only reads it says nothing.
    """

    rowcount = -1

    def all(self) -> Sequence[T]:
        """Return everything."""
        return self

    def first(self) -> T | None:
        """Return the first, if there is any."""
        return self[0] if self else None

    def one_or_none(self) -> T | None:
        """Return the only one, if there is any; raise :class:`MultipleResultsFound` if there are several."""
        if len(self) > 1:
            raise MultipleResultsFound("Multiple rows were found when one or none was required")
        return self.first()

    def one(self) -> T:
        """Return the only one; raise :class:`NoResultFound` or :class:`MultipleResultsFound` if it is not that."""
        if not self:
            raise NoResultFound("No row was found when one was required")
        if len(self) > 1:
            raise MultipleResultsFound("Multiple rows were found when exactly one was required")
        return self[0]

    def scalars(self) -> Found[Any]:
        """Return the first column of each row."""
        return Found([cast("Any", row)[0] for row in self])

    def scalar_one(self) -> Any:
        """Return the first column of the only row; raise as :meth:`one` does."""
        return cast("Any", self.one())[0]


class _Value(NamedTuple):
    """Where a parameter's value comes from: the parameters' ``key``, else ``fixed``; at ``place`` if that is a list."""

    key: str
    place: int | None
    to_driver: Callable[[Any], Any] | None
    fixed: Any


@dataclass(slots=True)
class Prepared:
    """A statement as the driver takes it. ``lists`` are the parameters that are lists, with what they are if untold."""

    compiled: SQLCompiler
    reads: bool
    lists: dict[str, Any]
    from_driver: tuple[tuple[int, Callable[[Any], Any]], ...]
    row: Callable[[Any], Any]
    _texts: dict[tuple[int, ...], tuple[str, tuple[_Value, ...]]] = field(default_factory=dict)

    def bound(self, params: Params) -> tuple[str, tuple[Any, ...]]:
        """Return the statement's text and its values."""
        text, sources = self._text(params)
        values = []
        for key, place, to_driver, fixed in sources:
            value = params.get(key, fixed)
            if value is _MISSING:
                raise KeyError(key)
            if place is not None:
                value = value[place]
            values.append(value if to_driver is None else to_driver(value))
        return text, tuple(values)

    def ask(self, connection: Connection, text: str, values: tuple[Any, ...]) -> tuple[list[Any], int]:
        """Run the statement; return its rows as tuples, and how many it changed."""
        rows, changed = ask(connection, text, values, reads=self.reads)
        if self.from_driver and rows:
            return [self._converted(row) for row in rows], changed
        return rows, changed

    def _converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for at, convert in self.from_driver:
            values[at] = convert(values[at])
        return tuple(values)

    def _text(self, params: Params) -> tuple[str, tuple[_Value, ...]]:
        lengths = tuple([len(params.get(key, fixed)) for key, fixed in self.lists.items()]) if self.lists else ()
        known = self._texts.get(lengths)
        if known is None:
            if len(self._texts) >= _MOST_LENGTHS:
                self._texts.clear()
            known = self._texts[lengths] = self._expanded(params)
        return known

    def _expanded(self, params: Params) -> tuple[str, tuple[_Value, ...]]:
        compiled = self.compiled
        if not self.lists:
            return compiled.string, tuple(_value(compiled, name) for name in compiled.positiontup or ())
        state = compiled._process_parameters_for_postcompile(compiled.construct_params(params, escape_names=False))
        elements = {
            element: (compiled.binds[name].key, place)
            for name, expanded in state.parameter_expansion.items()
            for place, element in enumerate(expanded)
        }
        values = [
            _Value(*elements[name], state.processors.get(name), self.lists[elements[name][0]])
            if name in elements
            else _value(compiled, name)
            for name in state.positiontup or ()
        ]
        return state.statement, tuple(values)


_known: WeakKeyDictionary[Executable, dict[tuple[Any, ...], Prepared | None]] = WeakKeyDictionary()


def prepared(connection: Connection, statement: Executable, params: Any) -> Prepared | None:
    """Return a statement as it is handed to the driver, or ``None`` where it goes SQLAlchemy's way."""
    forms = _known.get(statement)
    if forms is None:
        _known[statement] = {}
        return None
    if not _may_be_asked(connection):
        return None
    # What an insert or an update is told decides which columns it writes.
    names = () if isinstance(statement, SelectBase) else tuple(params or ())
    key = (type(connection.dialect), names)
    try:
        form = forms[key]
    except KeyError:
        form = forms[key] = _prepare(connection.dialect, statement, names)
    return form


def _may_be_asked(connection: Connection) -> bool:
    """Say whether a statement can be run at once: SQLAlchemy itself looks after what has to be begun or has failed."""
    inside, nested = connection.get_transaction(), connection.get_nested_transaction()
    return inside is not None and inside.is_active and (nested is None or nested.is_active) and not connection._echo


def _prepare(dialect: Dialect, statement: Executable, names: tuple[str, ...]) -> Prepared | None:
    if not isinstance(statement, SelectBase | Insert | Update | Delete):
        return None
    if set(statement.get_execution_options()) - _HARMLESS:
        return None
    compiled = statement.compile(dialect=dialect, column_keys=sorted(names) or None)
    if not isinstance(compiled, SQLCompiler) or not compiled.positional or compiled.literal_execute_params:
        return None
    if compiled.update_prefetch or any(not _is_value(column.default) for column in compiled.insert_prefetch):
        return None
    if any(bind.callable for bind in compiled.bind_names):
        return None
    columns = [] if compiled.implicit_returning else compiled._result_columns
    if columns and not compiled._ordered_columns:
        return None
    reads = bool(columns)
    converters = [(at, one.type._cached_result_processor(dialect, None)) for at, one in enumerate(columns)]
    lists = {bind.key: _fixed(bind) for bind in compiled.bind_names if bind.expanding}
    return Prepared(
        compiled, reads, lists, tuple((at, convert) for at, convert in converters if convert is not None),
        result_tuple([one.keyname for one in columns]),
    )  # fmt: skip


def _is_value(default: Any) -> bool:
    return default is not None and default.is_scalar


def _value(compiled: SQLCompiler, name: str) -> _Value:
    bind = compiled.binds[name]
    fixed = _fixed(bind)
    for column in compiled.insert_prefetch:
        if column.key == bind.key:
            fixed = cast("Any", column.default).arg
    to_driver = compiled._bind_processors.get(name)
    return _Value(bind.key, None, cast("Callable[[Any], Any] | None", to_driver), fixed)


def _fixed(bind: BindParameter[Any]) -> Any:
    return _MISSING if bind.required else bind.value


def ask(connection: Connection, text: str, values: tuple[Any, ...], *, reads: bool) -> tuple[list[Any], int]:
    """Hand a statement to the driver, as ``Connection.execute`` does at its innermost."""
    dialect: Any = connection.dialect
    cursor: Any = connection.connection.cursor()
    try:
        if hasattr(cursor, "_invalidate_schema_cache_asof"):  # asyncpg's: statements prepared before a migration
            cursor._invalidate_schema_cache_asof = dialect._invalidate_schema_cache_asof
        for look in connection.dispatch.before_cursor_execute:
            text, values = look(connection, cursor, text, values, None, False)
        cursor.execute(text, values)
        rows = cursor.fetchall() if reads else []
        changed = cursor.rowcount
    except BaseException as error:
        _blame(connection, error, text, values, cursor)
    cursor.close()
    return rows, changed


def _blame(connection: Connection, error: BaseException, text: str, values: tuple[Any, ...], cursor: Any) -> None:
    """Raise what SQLAlchemy would have raised, and leave the connection as it would have."""
    dialect: Any = connection.dialect
    driver = dialect.loaded_dbapi
    outdated = getattr(driver, "InvalidCachedStatementError", None)
    if outdated is not None and isinstance(error, outdated | driver.InternalServerError):
        dialect._invalidate_schema_cache()
    said = text if isinstance(error, driver.Error) else None  # with its text anything would become a driver's error
    connection._handle_dbapi_exception(error, said, values, cursor, None)


def rows_of(connection: Connection, statement: Executable, params: Any = None) -> Sequence[Any]:
    """Run a statement; return its rows, which may not know their columns' names."""
    form, values = _formed(connection, statement, params)
    return connection.execute(statement, params).all() if form is None else form.ask(connection, *values)[0]


def execute(connection: Connection, statement: Executable, params: Any = None) -> Found[Any]:
    """Run a statement; return its rows, which know their columns' names."""
    form, values = _formed(connection, statement, params)
    if form is None:
        result = connection.execute(statement, params)
        found: Found[Any] = Found(result.all() if result.returns_rows else ())
        found.rowcount = result.rowcount
        return found
    rows, changed = form.ask(connection, *values)
    found = Found([form.row(row) for row in rows])
    found.rowcount = changed
    return found


def _formed(connection: Connection, statement: Executable, params: Any) -> tuple[Prepared | None, Any]:
    """Return a statement as it is handed to the driver, with its text and values; or ``None``."""
    only = _only(params)
    form = prepared(connection, statement, only) if only is not None else None
    if form is None or only is None:
        return None, ()
    try:
        return form, form.bound(only)
    except Exception:  # a value is missing or of the wrong kind: SQLAlchemy says so in its own words
        return None, ()


def _only(params: Any) -> Params | None:
    """Return the parameters of a statement that is run once, ``None`` for one that is run for several rows."""
    if params is None:
        return {}
    if isinstance(params, Mapping):
        return params
    return cast("Params", params[0]) if len(params) == 1 else None
