"""The queue of files to fetch: a row is there before its bytes are.

Lease times are those of :meth:`storage.database.Database.lease_time`. A file's outcome may
settle its task: who records it takes the run's lock first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from storage.literals import is_status
from storage.tables import File

_QUEUED = "pandu file queued"


@dataclass(frozen=True, slots=True)
class FileItem:
    """A claimed file (see :class:`storage.tables.File`). ``tries`` includes this one."""

    id: int
    office_id: str
    bot_id: int
    chat_id: int
    message_id: int
    telegram_file_id: str
    form: str
    name: str
    size: int | None
    task_id: int | None
    tries: int
    cause: str | None = None


def queue(session: Session, file: File) -> None:
    """Put a file that somebody sent into the queue of those to fetch."""
    session.add(file)
    session.info[_QUEUED] = True


def any_queued(session: Session) -> bool:
    """Say whether this transaction queued a file, so that whoever fetches may be told."""
    return bool(session.info.get(_QUEUED))


def claim_files(
    session: Session, now: datetime, lease_now: datetime, lease: timedelta, limit: int, bot_id: int | None = None
) -> list[FileItem]:
    """Hand out at most ``limit`` files to fetch, oldest first, of one bot or of all.

    Files that were replaced before they were fetched are left alone.
    """
    statement = select(File).where(
        is_status(File.status, "received"),
        ~col(File.discarded),
        File.due_at <= now,
        or_(col(File.lease_until).is_(None), col(File.lease_until) <= lease_now),
    )
    if bot_id is not None:
        statement = statement.where(File.bot_id == bot_id)
    rows = session.exec(statement.order_by(col(File.id)).limit(limit).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.tries += 1
        row.lease_until = lease_now + lease
    session.flush()
    return [_item(row) for row in rows]


def _item(row: File) -> FileItem:
    return FileItem(
        id=row.id or 0,
        office_id=row.office_id,
        bot_id=row.bot_id,
        chat_id=row.chat_id,
        message_id=row.message_id,
        telegram_file_id=row.telegram_file_id,
        form=row.form,
        name=row.name,
        size=row.size,
        task_id=row.task_id,
        tries=row.tries,
        cause=row.cause,
    )


def mark_stored(session: Session, file_id: int, sha256: str, size: int, kind: str) -> bool:
    """Record that the bytes are in the store; ``size`` is in bytes.

    Return false, and change nothing, where somebody else settled the file meanwhile.
    """
    row = _waiting(session, file_id)
    if row is None:
        return False
    row.status, row.sha256, row.size, row.kind, row.lease_until = "stored", sha256, size, kind, None
    return True


def mark_refused(session: Session, file_id: int, reason: str) -> bool:
    """Record why a file was not taken; return as :func:`mark_stored`."""
    row = _waiting(session, file_id)
    if row is None:
        return False
    row.status, row.refusal, row.lease_until = "refused", reason, None
    return True


def postpone_file(session: Session, file_id: int, due_at: datetime) -> None:
    """Try again later, at business time ``due_at``."""
    row = _waiting(session, file_id)
    if row is not None:
        row.due_at, row.lease_until = due_at, None


def give_back(session: Session, file_id: int) -> None:
    """Undo a claim: the try does not count, and the file may be claimed again at once."""
    row = _waiting(session, file_id)
    if row is not None:
        row.tries, row.lease_until = row.tries - 1, None


def renew_lease(session: Session, file_id: int, lease_until: datetime) -> None:
    """Keep a claimed file up to ``lease_until``; one that is settled or was given back stays what it is.

    Never waits: while its row is locked, by whoever settles it, nobody else is given it.
    """
    row = _waiting(session, file_id, skip_locked=True)
    if row is not None and row.lease_until is not None:
        row.lease_until = lease_until


def void_leases(session: Session) -> None:
    """Free what a process that is gone had claimed; only where no other process works."""
    for row in session.exec(
        select(File).where(is_status(File.status, "received"), ~col(File.discarded), col(File.lease_until).is_not(None))
    ):
        row.lease_until = None


def _waiting(session: Session, file_id: int, *, skip_locked: bool = False) -> File | None:
    return session.exec(
        select(File)
        .where(File.id == file_id, is_status(File.status, "received"))
        .with_for_update(skip_locked=skip_locked)
        .execution_options(populate_existing=True)
    ).first()
