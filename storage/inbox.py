"""The queue of raw updates: committed before Telegram is told, handled once, in order.

Of one person only the earliest unfinished update is ever handed out; different people's go
side by side. A try is counted when an update is handed out, so that one which kills the
process is found out too. Lease times are those of :meth:`storage.database.Database.lease_time`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Executable, and_, bindparam, exists, func, or_, update
from sqlalchemy import select as select_rows
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from storage.inserting import insert_new
from storage.literals import is_status
from storage.plain import rows_of, run
from storage.tables import Inbox, UtcDateTime

MAX_TRIES = 3
_ANY = 1_000_000
"""More tries than any update ever has."""
_LONGEST_ERROR = 1000


class NotPending(Exception):
    """Somebody else finished this update meanwhile; all that was done for it must be undone."""


def _claimable() -> Executable:
    earlier = aliased(Inbox)
    overtaking = exists().where(
        col(earlier.bot_id) == Inbox.bot_id,
        col(earlier.person) == Inbox.person,
        is_status(earlier.status, "pending"),
        col(earlier.id) < Inbox.id,
    )
    return (
        select_rows(*(col(c) for c in (Inbox.id, Inbox.update_id, Inbox.person, Inbox.raw, Inbox.tries)))
        .where(
            col(Inbox.bot_id) == bindparam("bot_id"),
            is_status(Inbox.status, "pending"),
            col(Inbox.tries) < bindparam("below"),
            or_(col(Inbox.lease_until).is_(None), col(Inbox.lease_until) <= bindparam("lease_now")),
            ~overtaking,
        )
        .order_by(col(Inbox.id))
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )


# Putting such a statement together costs more than running it.
_CLAIMABLE = _claimable()
_TABLE = rows_of(Inbox)
_LEASE = (
    update(_TABLE)
    .where(col(Inbox.id) == bindparam("item_id"))
    .values(tries=bindparam("begun"), lease_until=bindparam("until", type_=UtcDateTime))
)
_IS_CLAIMED = and_(
    col(Inbox.id) == bindparam("item_id"),
    is_status(Inbox.status, "pending"),
    col(Inbox.tries) == bindparam("begun"),
    col(Inbox.lease_until).is_not(None),
)
_CLAIMED = select_rows(col(Inbox.id)).where(_IS_CLAIMED)
_CLAIMED_ROW = select(Inbox).where(_IS_CLAIMED).with_for_update().execution_options(populate_existing=True)
_RENEW = (
    update(_TABLE)
    .where(col(Inbox.id).in_(_CLAIMED.with_for_update(skip_locked=True)))
    .values(lease_until=bindparam("until", type_=UtcDateTime))
)
_DONE = (
    update(_TABLE)
    .where(col(Inbox.id) == bindparam("item_id"), is_status(Inbox.status, "pending"))
    .values(status="done", done_at=bindparam("now", type_=UtcDateTime), lease_until=None, error=None)
)


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A claimed update. ``tries`` includes the one that begins now."""

    id: int
    update_id: int
    person: int
    raw: str
    tries: int

    @property
    def worn_out(self) -> bool:
        """Whether each allowed try ended without a word, as when the process died in it.

        Such an update is not handled again but handed to :func:`mark_failed`.
        """
        return self.tries > MAX_TRIES


def store_updates(session: Session, bot_id: int, raws: Sequence[tuple[int, int, str]], now: datetime) -> int:
    """Keep updates ``(update_id, person, raw JSON)``; return how many were new.

    ``person`` is the Telegram id whose updates stay in order, 0 where there is none.
    """
    # Always in the same order, so that two batches that overlap cannot wait for each other.
    rows = [
        {"bot_id": bot_id, "update_id": update_id, "person": person, "raw": raw, "received_at": now}
        | {"status": "pending", "tries": 0}
        for update_id, person, raw in sorted(raws)
    ]
    return insert_new(session, Inbox, rows, ["bot_id", "update_id"])


def claim(session: Session, bot_id: int, lease_now: datetime, lease: timedelta, limit: int) -> list[InboxItem]:
    """Hand out at most ``limit`` updates, the earliest of each person, oldest first.

    Nobody else is given them for ``lease``. An update on its last try is handed out only
    while no other such update is out: of several that were under way when the process died,
    only the guilty one dies three times.
    """
    params = {"bot_id": bot_id, "lease_now": lease_now, "limit": limit}
    rows = run(session, _CLAIMABLE, {**params, "below": _ANY}).all()
    suspects = [row for row in rows if row.tries >= MAX_TRIES - 1]
    if suspects:
        suspect = [] if _last_try_out(session, bot_id, lease_now) else suspects[:1]
        # Those that may not go yet take nobody's place.
        others = run(session, _CLAIMABLE, {**params, "below": MAX_TRIES - 1}).all()
        rows = sorted([*suspect, *others], key=lambda row: row.id)[:limit]
    claimed = [InboxItem(row.id, row.update_id, row.person, row.raw, row.tries + 1) for row in rows]
    if claimed:
        until = lease_now + lease
        run(session, _LEASE, [{"item_id": item.id, "begun": item.tries, "until": until} for item in claimed])
    return claimed


def renew(session: Session, item: InboxItem, until: datetime) -> bool:
    """Keep a claimed update that takes long; say whether it was still this claim's to keep.

    It is not once it is finished, given back, or in other hands. Never waits: while its row is locked,
    by the transaction of its own effect, nobody else is given it, however old its lease.
    """
    claimed = {"item_id": item.id, "begun": item.tries}
    if run(session, _RENEW, {**claimed, "until": until}).rowcount == 1:
        return True
    return run(session, _CLAIMED, claimed).first() is not None


def put_off(session: Session, bot_id: int, lease_now: datetime, resting: Mapping[int, float]) -> list[int]:
    """Let the updates of some people wait for so many seconds; return whose really were waiting.

    Only the earliest one of each is touched: the later ones never overtake it. No try is
    counted, and a process that takes over is free to go on at once.
    """
    if not resting:
        return []
    free = or_(col(Inbox.lease_until).is_(None), col(Inbox.lease_until) <= lease_now)
    earliest = (
        select(func.min(Inbox.id))
        .where(Inbox.bot_id == bot_id, is_status(Inbox.status, "pending"), col(Inbox.person).in_(list(resting)))
        .group_by(col(Inbox.person))
    )
    waiting = select(Inbox).where(col(Inbox.id).in_(earliest), is_status(Inbox.status, "pending"), free)
    # One that is locked is being handled, for longer than its lease.
    rows = session.exec(waiting.with_for_update(skip_locked=True)).all()
    for row in rows:
        row.lease_until = lease_now + timedelta(seconds=resting[row.person])
    session.flush()
    return [row.person for row in rows]


def _last_try_out(session: Session, bot_id: int, lease_now: datetime) -> bool:
    return (
        session.exec(
            select(Inbox.id)
            .where(
                Inbox.bot_id == bot_id,
                is_status(Inbox.status, "pending"),
                Inbox.tries >= MAX_TRIES,
                col(Inbox.lease_until) > lease_now,
            )
            .limit(1)
        ).first()
        is not None
    )


def mark_done(session: Session, item_id: int, now: datetime) -> None:
    """Finish an update, in the transaction that holds its effects.

    :raises NotPending: it was finished meanwhile (its lease had run out).
    """
    if run(session, _DONE, {"item_id": item_id, "now": now}).rowcount != 1:
        raise NotPending(f"update {item_id} is not pending")


def mark_failed(session: Session, item: InboxItem, error: str, now: datetime, max_tries: int = MAX_TRIES) -> bool:
    """Record a failed try; after ``max_tries`` park the update and return true.

    Else it is handed out again at once. One that is not this claim's any more (see :func:`renew`) is left alone.
    """
    row = _claimed(session, item)
    if row is None:
        return False
    row.error = error[:_LONGEST_ERROR]
    row.lease_until = None
    if row.tries < max_tries:
        return False
    row.status = "parked"
    row.done_at = now
    return True


def release(session: Session, item: InboxItem) -> None:
    """Give an update back with its try: the infrastructure failed, not the update.

    One that is not this claim's any more is left alone.
    """
    row = _claimed(session, item)
    if row is not None:
        row.lease_until = None
        row.tries = max(0, row.tries - 1)


def void_leases(session: Session, bot_id: int) -> None:
    """Free what a process that is gone had claimed; only where no other process works.

    Its tries stay counted.
    """
    session.exec(
        update(Inbox)
        .where(col(Inbox.bot_id) == bot_id, is_status(Inbox.status, "pending"), col(Inbox.lease_until).is_not(None))
        .values(lease_until=None)
    )


def list_parked(session: Session, bot_id: int | None = None, limit: int = 100) -> list[Inbox]:
    """Return parked updates, oldest first, of one bot or of all."""
    statement = select(Inbox).where(is_status(Inbox.status, "parked"))
    if bot_id is not None:
        statement = statement.where(Inbox.bot_id == bot_id)
    return list(session.exec(statement.order_by(col(Inbox.bot_id), col(Inbox.id)).limit(limit)))


def retry(session: Session, item_id: int) -> bool:
    """Give a parked update its tries back; say whether it was parked."""
    freed = session.exec(
        update(Inbox)
        .where(col(Inbox.id) == item_id, is_status(Inbox.status, "parked"))
        .values(status="pending", tries=0, lease_until=None, done_at=None)
    )
    return freed.rowcount == 1


def _claimed(session: Session, item: InboxItem) -> Inbox | None:
    claimed = {"item_id": item.id, "begun": item.tries}
    return session.exec(_CLAIMED_ROW, params=claimed).first()
