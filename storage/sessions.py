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
from storage.tables import Adoption, Office, Run

T = TypeVar("T")

_KEPT = "pandu kept"
_REMEMBERED = "pandu remembered"


class WorkingSession(Session):
    """Holds on to the few objects that are asked for everywhere; they stay those of the session.

    Loads objects without the ORM's detours, see :mod:`storage.loading`.
    """

    _connected: tuple[SessionTransaction, Connection] | None = None

    def connection(self, *args: Any, **options: Any) -> Connection:
        """Return the transaction's connection, looked for once."""
        if args or options:
            return super().connection(*args, **options)
        inside = self.get_transaction()
        if self._connected is not None and self._connected[0] is inside:
            return self._connected[1]
        connection = super().connection()
        inside = self.get_transaction()
        self._connected = (inside, connection) if inside is not None else None
        return connection

    def exec(self, statement: Any, *, params: Any = None, **options: Any) -> Any:
        """See :meth:`sqlmodel.Session.exec`; what is found is always whole, never fetched bit by bit."""
        plan = None if options else plan_of(statement)
        if plan is None:
            return super().exec(statement, params=params, **options)
        if self.autoflush:
            self.flush()
        return load(self, self.connection(), statement, plan, params)

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


@event.listens_for(WorkingSession, "loaded_as_persistent")
def _keep(session: Session, loaded: object) -> None:
    if isinstance(loaded, Office | Adoption | Run):
        session.info.setdefault(_KEPT, []).append(loaded)


def once(session: Session, key: Hashable, load: Callable[[], T]) -> T:
    """Return what ``load`` reads, read only once for each ``key`` on an unchanging view.

    A session that may write reads it anew each time.
    """
    if not isinstance(session, ReadingSession):
        return load()
    remembered = cast("dict[Hashable, T]", session.info.setdefault(_REMEMBERED, {}))
    if key not in remembered:
        remembered[key] = load()
    return remembered[key]


def foresee(session: Session, read: Mapping[Hashable, object]) -> None:
    """Remember, by their keys, what was read together before :func:`once` asks for any of it."""
    if isinstance(session, ReadingSession):
        session.info.setdefault(_REMEMBERED, {}).update(read)
