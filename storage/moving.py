"""Moving all rows of an installation from one database to another, of the same kind or not: all, or nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlmodel import Session, col, select

from storage import file_rows, inbox
from storage.backup.making import revision_of
from storage.backup.restoring import Check, fill, in_one_transaction, refuse_unless_new
from storage.backup.rows import DumpedTable, dump
from storage.database import Database
from storage.tables import Bot, Lease


class StillWorking(Exception):
    """Somebody sends from the database that is to be moved. ``holder`` names the process."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder} holds a lease")
        self.holder = holder


class NotTheSame(Exception):
    """What came out of the new database is not what went in. Nothing is kept of it."""


async def move(source: Database, target_url: str, folder: Path, check: Check) -> dict[str, DumpedTable]:
    """Copy every row into a database that is still empty; return what each table holds there.

    ``folder`` is empty and has room for all rows. In the one transaction that fills it, the new
    database is read again, every table is compared with the source by the hash of its rows, and
    ``check`` looks at the result. The source is only read.

    :raises StillWorking: a process works on the source.
    :raises NotEmpty: there is something in the target already.
    :raises NotTheSame: a table differs, or ``check`` found something.
    """
    await asyncio.to_thread(refuse_unless_new, target_url)
    before, after = folder / "before", folder / "after"
    before.mkdir()
    after.mkdir()
    lease_now = await source.lease_time()

    def read(session: Session) -> tuple[str, dict[str, DumpedTable]]:
        lease = session.exec(select(Lease).where(Lease.until > lease_now)).first()
        if lease is not None:
            raise StillWorking(lease.holder)
        return revision_of(session), dump(session, before)

    revision, tables = await source.read(read)

    def work(connection: Connection) -> None:
        fill(connection, revision, before, tables)
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            _compare(tables, dump(session, after))
            faults = check(session)
            if faults:
                raise NotTheSame(faults[0])
            _free(session)
            session.commit()

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
