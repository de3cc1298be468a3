"""Time as rows: what is to happen later, put down in the transaction that causes it.

A timer's effect and its disappearance are one transaction, so it happens once whoever fires
it. Whoever fires locks the timer's run before the timer itself, as everybody locks runs.
All times are business time, aware UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, literal_column
from sqlmodel import Session, col, select

from storage.causes import cause_of
from storage.inserting import insert_new
from storage.locks import lock_run
from storage.plain import rows_of, run
from storage.tables import Office, Timer

TRIES = "tries"
"""Where a timer's data counts the tries that failed."""


def put(
    session: Session,
    *,
    office_id: str,
    kind: str,
    key: str,
    fire_at: datetime,
    run_id: int | None = None,
    task_id: int | None = None,
    activation: int = 0,
    official_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> bool:
    """Put a timer down unless there is one with this key; say whether it was put."""
    session.flush()
    row = {"office_id": office_id, "kind": kind, "key": key, "fire_at": fire_at, "run_id": run_id}
    row |= {"task_id": task_id, "activation": activation, "official_id": official_id, "data": data or {}}
    row["cause"] = cause_of(session)
    return insert_new(session, Timer, [row], ["key"]) == 1


def drop(
    session: Session,
    *,
    key: str | None = None,
    run_id: int | None = None,
    task_id: int | None = None,
    office_id: str | None = None,
    kind: str | None = None,
    later_than: datetime | None = None,
) -> int:
    """Take away the timers that fit all that is named; return how many there were.

    ``later_than`` spares those that are due at that moment.

    :raises ValueError: nothing, or only a kind, is named.
    """
    if key is None and run_id is None and task_id is None and office_id is None:
        raise ValueError("timers are dropped by key, run, task or office")
    named = {"key": key, "run_id": run_id, "task_id": task_id, "office_id": office_id, "kind": kind}
    conditions = [getattr(Timer, name) == value for name, value in named.items() if value is not None]
    if later_than is not None:
        conditions.append(col(Timer.fire_at) > later_than)
    session.flush()
    statement = delete(Timer).where(*conditions).execution_options(synchronize_session=False)
    return session.exec(statement).rowcount


def drop_named(session: Session, keys: Sequence[str]) -> None:
    """Take away the timers with these keys, where there are any."""
    run(session, _DROP_NAMED, {"keys": list(keys)})


# Putting such a statement together costs more than running it.
_DROP_NAMED = delete(rows_of(Timer)).where(col(Timer.key).in_(bindparam("keys", expanding=True)))


def due_ids(session: Session, bot_id: int, now: datetime, limit: int) -> list[int]:
    """Return the timers that are due in the offices of a bot, the one due longest first."""
    due = select(Timer.id).where(col(Timer.fire_at) <= now, _of_bot(bot_id))
    # The limit is spelled out: PostgreSQL then keeps one plan, instead of planning each scan of a large table anew.
    statement = due.order_by(col(Timer.fire_at), col(Timer.id)).limit(literal_column(str(int(limit))))
    return [timer_id for timer_id in session.exec(statement) if timer_id is not None]


def _of_bot(bot_id: int) -> ColumnElement[bool]:
    """Look up the office of each timer on the way along the times.

    A join would let the database begin at the offices and sort all their timers.
    """
    return select(Office.bot_id).where(Office.id == Timer.office_id).scalar_subquery() == bot_id


def take(session: Session, timer_id: int, now: datetime) -> Timer | None:
    """Take a due timer away and return it, its run locked; ``None`` if somebody else was first.

    The returned row is deleted already: read it, put another one down, but do not change it.
    """
    known = session.exec(select(Timer.run_id).where(Timer.id == timer_id)).all()
    if not known:
        return None
    if known[0] is not None:
        lock_run(session, known[0])
    timer = session.exec(
        select(Timer)
        .where(Timer.id == timer_id, col(Timer.fire_at) <= now)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if timer is None:
        return None
    session.delete(timer)
    session.flush()
    return timer


def put_off(session: Session, timer_id: int, until: datetime) -> int:
    """Let a timer that failed try again later; return how often it has failed now (0: it is gone)."""
    timer = session.get(Timer, timer_id, with_for_update=True, populate_existing=True)
    if timer is None:
        return 0
    tries = int(timer.data.get(TRIES, 0)) + 1
    timer.data = {**timer.data, TRIES: tries}
    timer.fire_at = max(timer.fire_at, until)
    session.flush()
    return tries


def give_up(session: Session, timer_id: int) -> Timer | None:
    """Take away a timer that fails again and again, whatever is locked; return what it was."""
    timer = session.get(Timer, timer_id, with_for_update=True, populate_existing=True)
    if timer is not None:
        session.delete(timer)
        session.flush()
    return timer
