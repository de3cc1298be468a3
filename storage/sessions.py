"""The sessions that bodies are given: what a transaction has loaded, it does not ask for again.

A plain session forgets an object as soon as nobody holds it. One step of one run asks for
its office, its SOP and itself many times over, in places that know nothing of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar, cast

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from storage.loading import entity_of, known, load, plan_of
from storage.tables import Adoption, Delegation, Office, Run, Table
from storage.writing import write

T = TypeVar("T")

_KEPT = "pandu kept"
_REMEMBERED = "pandu remembered"
_KEPT_UNTIL_WRITTEN = (Delegation,)
"""The tables whose answers are kept in sessions that may write."""


class WorkingSession(Session):
    """Holds on to the few objects that are asked for everywhere; they stay those of the session.

    Loads and writes objects without the ORM's detours, see :mod:`storage.loading` and :mod:`storage.writing`.
    """

    _connected: tuple[SessionTransaction | None, Connection] | None = None
    _within: SessionTransaction | None = None

    def connection(self, *args: Any, **options: Any) -> Connection:
        """Return the connection of the transaction, or of the savepoint that is open in it; looked for once.

        A savepoint is set only when its connection is asked for: what is sent past that is not undone with it.
        """
        within = self._inside()
        if args or options:
            return super().connection(*args, **options)
        if self._connected is None or within is None or self._within is not within:
            connection = super().connection()
            self._connected = (self.get_transaction(), connection)
            self._within = self._inside()
        return self._connected[1]

    def reading_connection(self) -> Connection:
        """Return the connection to read with: a savepoint is only begun where there is something to undo."""
        if self._connected is not None and self._connected[0] is self.get_transaction() is not None:
            return self._connected[1]
        return self.connection()

    def flush(self, objects: Any = None) -> None:
        """See :meth:`sqlalchemy.orm.Session.flush`."""
        if not self._flushing and self._is_clean():
            return
        held_back = (*self._dirty_states, *self._new, *self._deleted)
        if any(state.class_ in _KEPT_UNTIL_WRITTEN for state in held_back):
            look_again(self)
        if self._flushing or objects is not None or not write(self, self.connection()):
            super().flush(objects)

    def close(self) -> None:
        """See :meth:`sqlalchemy.orm.Session.close`.

        What was held on to goes at once: a session that refers to itself takes all its objects along to
        Python's search for garbage.
        """
        super().close()
        self._connected = self._within = None
        self.info.clear()

    def _inside(self) -> SessionTransaction | None:
        return self.get_nested_transaction() or self.get_transaction()

    def exec(self, statement: Any, *, params: Any = None, **options: Any) -> Any:
        """See :meth:`sqlmodel.Session.exec`; what is found is always whole, never fetched bit by bit."""
        plan = None if options else plan_of(statement)
        if plan is None:
            return super().exec(statement, params=params, **options)
        if self.autoflush:
            self.flush()
        return load(self, self.reading_connection(), statement, plan, params)

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """See :meth:`sqlalchemy.orm.Session.get`."""
        key = ident if isinstance(ident, tuple) else (ident,)
        if options or None in key or not isinstance(entity, type) or isinstance(ident, dict):
            return super().get(entity, ident, **options)
        kind = entity_of(entity)
        found = known(self, kind, key)
        if found is None:
            found = self.exec(kind.by_key, params=dict(zip(kind.key_names, key, strict=True))).first()
        return found

    def get_one(self, entity: Any, ident: Any, **options: Any) -> Any:
        """See :meth:`sqlalchemy.orm.Session.get_one`."""
        found = self.get(entity, ident, **options)
        if found is None:
            raise NoResultFound("No row was found when one was required")
        return found


class ReadingSession(WorkingSession):
    """Sees one unchanging view of the database."""

    def flush(self, objects: Any = None) -> None:  # noqa: ARG002  (its interface)
        """Refuse to write: the database would, too, in words that sound as if it were away.

        :raises RuntimeError: there is something to write.
        """
        if self.new or self.dirty or self.deleted:
            raise RuntimeError("a body that reads changed rows; it belongs in write()")


@event.listens_for(WorkingSession, "loaded_as_persistent")
def _keep(session: Session, loaded: object) -> None:
    if isinstance(loaded, Office | Adoption | Run):
        session.info.setdefault(_KEPT, []).append(loaded)


@event.listens_for(WorkingSession, "after_soft_rollback")
def _undone(session: Session, _transaction: SessionTransaction) -> None:
    look_again(session)


def look_again(session: Session) -> None:
    """Forget the answers of a session that may write: others may have changed what they rest on.

    Called wherever a lock was waited for, or something undone.
    """
    if not isinstance(session, ReadingSession):
        session.info.pop(_REMEMBERED, None)


def take_note(session: Session, key: Hashable, value: T, *, of: type[Table]) -> None:
    """Take an answer that was read along with something else as :func:`once` would keep it."""
    once(session, key, lambda: value, of=of)


def once(session: Session, key: Hashable, load: Callable[[], T], *, of: type[Table] | None = None) -> T:
    """Return what ``load`` reads, read only once for each ``key`` on an unchanging view.

    A session that may write reads it anew each time, unless it rests on one table alone (``of``):
    then until it writes to that one, locks a run or an office, or takes something back.
    """
    if not isinstance(session, ReadingSession) and of not in _KEPT_UNTIL_WRITTEN:
        return load()
    remembered = cast("dict[Hashable, T]", session.info.setdefault(_REMEMBERED, {}))
    if key not in remembered:
        remembered[key] = load()
    return remembered[key]


def foresee(session: Session, read: Mapping[Hashable, object]) -> None:
    """Remember, by their keys, what was read together before :func:`once` asks for any of it."""
    if isinstance(session, ReadingSession):
        session.info.setdefault(_REMEMBERED, {}).update(read)
