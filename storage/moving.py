"""Moving all rows of an installation from one database to another, of the same kind or not: all, or nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.engine import Connection
from sqlmodel import Session, col, func, select

from storage import file_rows, inbox
from storage.backup.making import revision_of
from storage.backup.restoring import Check, fill, in_one_transaction, refuse_unless_new
from storage.backup.rows import DumpedTable, dump
from storage.database import Database
from storage.tables import AuditEvent, Bot, Inbox, Lease, Outbox


class StillWorking(Exception):
    """Somebody sends from the database that is to be moved. ``holder`` names the process."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder} holds a lease")
        self.holder = holder


class SourceChanged(Exception):
    """Somebody worked on the source while it was copied. Nothing is kept of the copy."""


class NotTheSame(Exception):
    """What came out of the new database is not what went in. Nothing is kept of it."""


class Standing(NamedTuple):
    """What changes as soon as anybody works on a database."""

    fences: dict[str, int]
    newest: tuple[int | None, ...]
    """How much is on record, and the highest numbers of what came in and is to be said."""


def _standing(session: Session) -> Standing:
    fences = {lease.name: lease.fence for lease in session.exec(select(Lease))}
    questions = (select(func.count()).select_from(AuditEvent), select(func.max(Inbox.id)), select(func.max(Outbox.id)))
    newest = tuple(session.exec(question).one() for question in questions)
    return Standing(fences, newest)


async def move(source: Database, target_url: str, folder: Path, check: Check) -> dict[str, DumpedTable]:
    """Copy every row into a database that is still empty; return what each table holds there.

    ``folder`` is empty and has room for all rows. In the one transaction that fills it, the new
    database is read again, every table is compared with the source by the hash of its rows, and
    ``check`` looks at the result. The source is only read, once more just before the end: what
    somebody who began meanwhile put there would be lost.

    :raises StillWorking: a process works on the source.
    :raises SourceChanged: a process has begun to work there meanwhile.
    :raises NotEmpty: there is something in the target already.
    :raises NotTheSame: a table differs, or ``check`` found something.
    """
    await asyncio.to_thread(refuse_unless_new, target_url)
    before, after = folder / "before", folder / "after"
    before.mkdir()
    after.mkdir()
    lease_now = await source.lease_time()

    def read(session: Session) -> tuple[str, dict[str, DumpedTable], Standing]:
        lease = session.exec(select(Lease).where(Lease.until > lease_now)).first()
        if lease is not None:
            raise StillWorking(lease.holder)
        return revision_of(session), dump(session, before), _standing(session)

    revision, tables, standing = await source.read(read)
    loop = asyncio.get_running_loop()

    def work(connection: Connection) -> None:
        fill(connection, revision, before, tables)
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            _compare(tables, dump(session, after))
            faults = check(session)
            if faults:
                raise NotTheSame(faults[0])
            _free(session)
            session.commit()
        if asyncio.run_coroutine_threadsafe(source.read(_standing), loop).result() != standing:
            raise SourceChanged

    await asyncio.to_thread(in_one_transaction, target_url, work)
    return tables


def _compare(before: dict[str, DumpedTable], after: dict[str, DumpedTable]) -> None:
    for name, table in before.items():
        if after[name] != table:
            raise NotTheSame(f"table {name}: {table.rows} rows before, {after[name].rows} after, or other contents")


def _free(session: Session) -> None:
    """Free what a process had claimed when it ended: nobody works on a database that was just moved."""
    for bot_id in session.exec(select(Bot.id).order_by(col(Bot.id))).all():
        inbox.void_leases(session, bot_id)
    file_rows.void_leases(session)
