"""The sessions that bodies are given: what a transaction has loaded, it does not ask for again.

A plain session forgets an object as soon as nobody holds it. One step of one run asks for
its office, its SOP and itself many times over, in places that know nothing of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from sqlalchemy import event
from sqlmodel import Session

from storage.tables import Adoption, Office, Run

T = TypeVar("T")

_KEPT = "pandu kept"
_REMEMBERED = "pandu remembered"


class WorkingSession(Session):
    """Holds on to the few objects that are asked for everywhere; they stay those of the session."""


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
