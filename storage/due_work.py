"""Which of some bots have something to do, found in one look for all of them.

It says who should look, no more: what there is, and whether this process may have it, is found
out by whoever then claims it. Nobody who could claim something is missed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    bindparam,
    exists,
    literal_column,
    or_,
    union_all,
)
from sqlalchemy import select as select_rows
from sqlmodel import Session, col

from storage.literals import is_status
from storage.plain import run
from storage.tables import Bot, File, Inbox, Office, Outbox, Timer, UtcDateTime


class Work(StrEnum):
    """A kind of work that waits in a table."""

    UPDATES = "updates"
    FILES = "files"
    MESSAGES = "messages"
    TIMERS = "timers"


def due_work(
    session: Session, bot_ids: Collection[int], now: datetime, lease_now: datetime
) -> frozenset[tuple[Work, int]]:
    """Return what may be done at ``now`` (business time), as kinds and bots. Touches only what waits.

    ``lease_now``: :meth:`storage.database.Database.lease_time`; who claimed something and vanished is found by it.
    """
    wanted = set(bot_ids)
    rows = run(session, _DUE, {"bot_ids": sorted(wanted), "now": now, "lease_now": lease_now}).all()
    found: list[tuple[str, int]] = [tuple(row) for row in rows]
    return frozenset((Work(kind), bot_id) for kind, bot_id in found if bot_id in wanted)


def _statement() -> Executable:
    now, lease_now = bindparam("now", type_=UtcDateTime), bindparam("lease_now", type_=UtcDateTime)

    def nobody_has(table: type[Inbox | File]) -> ColumnElement[bool]:
        return or_(col(table.lease_until).is_(None), col(table.lease_until) <= lease_now)

    def of(work: Work, *there: ColumnElement[bool]) -> Any:
        ids: BindParameter[Any] = bindparam("bot_ids", expanding=True)
        return select_rows(_named(work), col(Bot.id)).where(col(Bot.id).in_(ids), *there)

    pending = exists().where(col(Inbox.bot_id) == Bot.id, is_status(Inbox.status, "pending"), nobody_has(Inbox))
    to_fetch = exists().where(
        col(File.bot_id) == Bot.id, is_status(File.status, "received"), ~col(File.discarded), col(File.due_at) <= now,
        nobody_has(File),
    )  # fmt: skip
    queued = exists().where(col(Outbox.bot_id) == Bot.id, is_status(Outbox.status, "queued"), col(Outbox.due_at) <= now)
    lapsed = exists().where(
        col(Outbox.bot_id) == Bot.id, is_status(Outbox.status, "sending"), col(Outbox.lease_until) <= lease_now
    )
    # Looked up for each timer that is due: mostly none, while a join would begin at the offices.
    served_by = select_rows(col(Office.bot_id)).where(col(Office.id) == Timer.office_id).scalar_subquery()
    timers = select_rows(_named(Work.TIMERS), served_by).where(col(Timer.fire_at) <= now)
    return union_all(
        of(Work.UPDATES, pending), of(Work.FILES, to_fetch), of(Work.MESSAGES, or_(queued, lapsed)), timers.distinct()
    )


def _named(work: Work) -> ColumnElement[str]:
    return literal_column(f"'{work}'")


# Putting such a statement together costs more than running it.
_DUE = _statement()
