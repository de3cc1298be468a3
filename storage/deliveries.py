"""The outbox, seen by whoever delivers: claim a row, send it, say what became of it.

Of one chat never two rows are under way. A row that is tried again holds back those of its
priority behind it in its chat, so that a card does not overtake its documents. Whoever was
given a row and vanished, or gave up on it, leaves its outcome unknown: it is queued again and
marked uncertain.

Rows are handed out only to the holder of the bot's :func:`storage.leases.sender` and keep its
fence. One who was overtaken meanwhile may still say what certainly happened, but cannot queue
a row that the next holder is sending. Lease times are those of
:meth:`storage.database.Database.lease_time`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, and_, bindparam, exists, func, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from storage import leases
from storage.literals import is_status
from storage.plain import rows_of, run
from storage.tables import Outbox, UtcDateTime

FINISHED = frozenset({"sent", "skipped"})
LONGEST_BACKOFF = timedelta(minutes=5)
SECRET = "secret"  # noqa: S105 - the name of a parameter
"""The parameter of a message that is dropped from its row once it was sent, or will not be."""
_LONGEST_ERROR = 1000


def _claimable() -> SelectOfScalar[Outbox]:
    now = bindparam("now", type_=UtcDateTime)
    other = aliased(Outbox)
    same_chat = and_(col(other.bot_id) == Outbox.bot_id, col(other.chat_id) == Outbox.chat_id)
    same_priority = col(other.priority) == Outbox.priority
    chat_is_busy = exists().where(same_chat, is_status(other.status, "sending"))
    somebody_goes_first = exists().where(
        same_chat,
        is_status(other.status, "queued"),
        or_(col(other.priority) < Outbox.priority, and_(same_priority, col(other.id) < Outbox.id)),
        or_(col(other.due_at) <= now, and_(same_priority, col(other.tries) > 0)),
    )
    return (
        select(Outbox)
        .where(
            Outbox.bot_id == bindparam("bot_id"),
            is_status(Outbox.status, "queued"),
            col(Outbox.due_at) <= now,
            ~chat_is_busy,
            ~somebody_goes_first,
        )
        .order_by(col(Outbox.priority), col(Outbox.id))
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )


# Putting such a statement together costs more than running it.
_CLAIMABLE = _claimable()
_IS_EXPIRED = and_(
    col(Outbox.bot_id) == bindparam("bot_id"),
    is_status(Outbox.status, "sending"),
    col(Outbox.lease_until) <= bindparam("lease_now", type_=UtcDateTime),
)
_ANY_EXPIRED = select(Outbox.id).where(_IS_EXPIRED).limit(1)
_EXPIRED = select(Outbox).where(_IS_EXPIRED).order_by(col(Outbox.id)).with_for_update()
_THE_ROW = col(Outbox.id) == bindparam("item_id")
_CLAIM = (
    update(rows_of(Outbox))
    .where(_THE_ROW)
    .values(
        status="sending",
        fence=bindparam("by"),
        lease_until=bindparam("until", type_=UtcDateTime),
        tries=col(Outbox.tries) + 1,
    )
)
_ALL_SENT = (
    update(rows_of(Outbox))
    .where(_THE_ROW)
    .values(
        status="sent",
        finished_at=bindparam("now", type_=UtcDateTime),
        lease_until=None,
        error=None,
        message_id=func.coalesce(bindparam("message", type_=BigInteger), col(Outbox.message_id)),
    )
)
_SENT = _ALL_SENT.returning(rows_of(Outbox).c.params)


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A claimed row (see :class:`storage.tables.Outbox`). ``tries`` includes this one."""

    id: int
    fence: int
    bot_id: int
    office_id: str | None
    chat_id: int
    kind: str
    card_id: int | None
    file_id: int | None
    message_id: int | None
    template: str | None
    params: dict[str, Any]
    priority: int
    silent: bool
    tries: int
    uncertain: bool
    created_at: datetime
    not_after: datetime | None = None
    cause: str | None = None


def backoff(tries: int) -> timedelta:
    """Return how long to wait after so many tries: 2 s, 4 s, 8 s ... five minutes."""
    return min(timedelta(seconds=2 ** min(max(tries, 1), 20)), LONGEST_BACKOFF)


def claim(
    session: Session,
    bot_id: int,
    fence: int,
    now: datetime,
    lease_now: datetime,
    lease: timedelta,
    limit: int,
    under_way: Collection[int] = (),
) -> list[OutboxItem]:
    """Hand out at most ``limit`` rows that are due, each chat's first, most urgent first.

    ``under_way`` are the rows that whoever claims is still busy with: they stay with it, even if the database
    was away for longer than their lease. What became of them is known there.

    Claims for one bot follow one another: two at once could each take a row of the same chat
    if a more urgent one came in between.

    :raises storage.leases.LeaseLost: the bot's sending is in other hands than ``fence`` says.
    """
    leases.check(session, leases.sender(bot_id), fence, lease_now)
    _take_back_expired(session, bot_id, now, lease_now, lease, under_way)
    rows = run(session, _CLAIMABLE, {"bot_id": bot_id, "now": now, "limit": limit}).all()
    if rows:
        until = lease_now + lease
        run(session, _CLAIM, [{"item_id": row.id, "by": fence, "until": until} for row in rows])
    return [_item(row, fence) for row in rows]


def _item(row: Row[Any], fence: int) -> OutboxItem:
    return OutboxItem(
        id=row.id,
        fence=fence,
        bot_id=row.bot_id,
        office_id=row.office_id,
        chat_id=row.chat_id,
        kind=row.kind,
        card_id=row.card_id,
        file_id=row.file_id,
        message_id=row.message_id,
        template=row.template,
        params=row.params,
        priority=row.priority,
        silent=row.silent,
        tries=row.tries + 1,
        uncertain=row.uncertain,
        created_at=row.created_at,
        not_after=row.not_after,
        cause=row.cause,
    )


def extend(session: Session, item: OutboxItem, lease_until: datetime) -> None:
    """Keep a claim for what takes longer to send. No effect once this claim is over."""
    row = _still_claimed(session, item)
    if row is not None:
        row.lease_until = lease_until


def _take_back_expired(
    session: Session, bot_id: int, now: datetime, lease_now: datetime, lease: timedelta, under_way: Collection[int]
) -> None:
    params = {"bot_id": bot_id, "lease_now": lease_now}
    if run(session, _ANY_EXPIRED, params).first() is None:
        return
    for row in session.exec(_EXPIRED, params=params).all():
        if row.id in under_way:
            row.lease_until = lease_now + lease
        else:
            _queue_again(session, row, now, uncertain=True)


def recover(session: Session, bot_id: int, fence: int, now: datetime) -> None:
    """Queue again, as uncertain, all that was being sent under an older fence than this."""
    statement = select(Outbox).where(
        Outbox.bot_id == bot_id, is_status(Outbox.status, "sending"), col(Outbox.fence) < fence
    )
    for row in session.exec(statement.order_by(col(Outbox.id)).with_for_update()).all():
        _queue_again(session, row, now, uncertain=True)


def mark_sent(session: Session, item_id: int, message_id: int | None, now: datetime) -> None:
    """Record that Telegram took it, whoever has the row meanwhile: that is certain."""
    params = run(session, _SENT, {"item_id": item_id, "message": message_id, "now": now}).scalar_one()
    if SECRET in params:
        _forget_secret(_locked(session, item_id))


def mark_all_sent(session: Session, sent: Mapping[int, int | None], now: datetime) -> None:
    """Like :func:`mark_sent`, for rows of cards, which keep no secret: new messages' ids by those of the rows."""
    run(session, _ALL_SENT, [{"item_id": row, "message": message, "now": now} for row, message in sent.items()])


def mark_skipped(session: Session, item_id: int, now: datetime) -> None:
    """Record that there was nothing left to say."""
    row = _locked(session, item_id)
    if row.status in FINISHED:
        return
    row.status, row.finished_at, row.lease_until = "skipped", now, None
    _forget_secret(row)


def postpone(session: Session, item: OutboxItem, due_at: datetime) -> None:
    """Queue again what was certainly not sent. No effect once this claim is over."""
    row = _still_claimed(session, item)
    if row is not None:
        _queue_again(session, row, due_at)


def put_off(session: Session, item: OutboxItem, due_at: datetime, not_after: datetime | None = None) -> None:
    """Let what was never tried wait for a better hour; it holds nothing back meanwhile.

    ``not_after`` moves with it where it is given. No effect once this claim is over.
    """
    row = _still_claimed(session, item)
    if row is not None:
        row.tries = max(0, row.tries - 1)
        row.not_after = not_after or row.not_after
        _queue_again(session, row, due_at)


def mark_uncertain(session: Session, item: OutboxItem, due_at: datetime) -> None:
    """Queue again what may have been sent. No effect once this claim is over."""
    row = _still_claimed(session, item)
    if row is not None:
        _queue_again(session, row, due_at, uncertain=True)


def bury(session: Session, item_id: int, error: str) -> None:
    """Give up on a row; an operator finds it with :func:`list_dead`."""
    row = _locked(session, item_id)
    if row.status in FINISHED:
        return
    row.status, row.lease_until, row.error = "dead", None, error[:_LONGEST_ERROR]
    _forget_secret(row)


def _forget_secret(row: Outbox) -> None:
    """Drop what only the phone may keep (an invitation's link): nobody may enrol with a copy of the database."""
    if SECRET in row.params:
        row.params = {name: value for name, value in row.params.items() if name != SECRET}


def list_dead(session: Session, bot_id: int | None = None, limit: int = 100) -> list[Outbox]:
    """Return rows that were given up, oldest first, of one bot or of all."""
    statement = select(Outbox).where(is_status(Outbox.status, "dead"))
    if bot_id is not None:
        statement = statement.where(Outbox.bot_id == bot_id)
    return list(session.exec(statement.order_by(col(Outbox.bot_id), col(Outbox.id)).limit(limit)))


def retry(session: Session, item_id: int, now: datetime) -> bool:
    """Queue a row again that was given up; say whether there was one."""
    row = session.get(Outbox, item_id, with_for_update=True)
    if row is None or row.status != "dead":
        return False
    row.tries, row.error = 0, None
    _queue_again(session, row, now)
    return True


def waiting_card(session: Session, card_id: int) -> Outbox | None:
    """Return the one row that waits (queued or held) to show this card."""
    return session.exec(
        select(Outbox)
        .where(Outbox.card_id == card_id, is_status(Outbox.kind, "card"), is_status(Outbox.status, "queued", "held"))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def _queue_again(session: Session, row: Outbox, due_at: datetime, *, uncertain: bool = False) -> None:
    """Queue a row again, or hand what is known of it to the one that already waits."""
    row.lease_until = None
    row.uncertain = row.uncertain or uncertain
    twin = waiting_card(session, row.card_id) if row.kind == "card" and row.card_id is not None else None
    if twin is None:
        row.status, row.due_at = "queued", due_at
    else:
        row.status = "skipped"
        twin.uncertain = twin.uncertain or row.uncertain
        twin.tries = max(twin.tries, row.tries)
        twin.due_at = max(twin.due_at, due_at)
    session.flush()


def _locked(session: Session, item_id: int) -> Outbox:
    return session.get_one(Outbox, item_id, with_for_update=True, populate_existing=True)


def _still_claimed(session: Session, item: OutboxItem) -> Outbox | None:
    """Return the row of a claim that nobody has ended or taken over since."""
    row = _locked(session, item.id)
    return row if row.status == "sending" and row.fence == item.fence else None
