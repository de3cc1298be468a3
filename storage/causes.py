"""What a transaction was caused by and what it put on record: noted on its session, for those who look after Pandu.

No rule reads either. A cause holds ids only: ``<bot id>:<update id>`` for an update of Telegram's,
``timer:<id>`` for a timer. It is kept with what that transaction wants to be said, fetched or
done later, so that one search of the log finds all that came of one tap.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmodel import Session

_CAUSE = "pandu cause"
_DEEDS = "pandu deeds"


@dataclass(frozen=True, slots=True)
class Deed:
    """An event that was put on record; ``kind`` is one of the record's few kinds."""

    kind: str
    office_id: str
    run_id: int | None
    task_id: int | None


def cause_of_update(bot_id: int, update_id: int) -> str:
    """Return the cause of all that an update brings about."""
    return f"{bot_id}:{update_id}"


def cause_of_timer(timer_id: int) -> str:
    """Return the cause of all that a timer brings about."""
    return f"timer:{timer_id}"


def because(session: Session, cause: str | None) -> None:
    """Say what the rest of this transaction is caused by."""
    session.info[_CAUSE] = cause


def cause_of(session: Session) -> str | None:
    """Return what this transaction is caused by, if anybody said so."""
    cause: str | None = session.info.get(_CAUSE)
    return cause


def note(session: Session, deed: Deed) -> None:
    """Note what was put on record."""
    session.info.setdefault(_DEEDS, []).append(deed)


def deeds(session: Session) -> tuple[Deed, ...]:
    """Return what this transaction put on record so far, in order."""
    return tuple(session.info.get(_DEEDS, ()))


@contextmanager
def all_or_nothing(session: Session) -> Iterator[None]:
    """Open a savepoint; whatever is raised inside undoes what was done in it, and the noting of it.

    The session's objects are then read anew when they are next looked at.
    """
    before = len(deeds(session))
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del session.info.get(_DEEDS, [])[before:]
        # Rolling back does so only for what the ORM wrote; of bare statements it knows nothing.
        session.expire_all()
        raise
