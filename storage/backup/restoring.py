"""Restoring an archive into an installation that is still empty: all of it, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlmodel import Session

from storage import sqlite_connection
from storage.backup.archive import FILES, TABLES, BadArchive, Manifest, unpack
from storage.backup.rows import DumpedTable, load, refuse_unless_empty
from storage.file_store import FileStore
from storage.migrations import run

Check = Callable[[Session], list[str]]
"""Looks at the restored rows, and says in words what is wrong with them."""


async def restore(path: Path, folder: Path, url: str, store: FileStore, check: Check) -> Manifest:
    """Restore an archive; ``folder`` is empty and has room for all of it.

    First every part is compared with the manifest, then the files go to the store (under the
    hash of their bytes, so nothing is overwritten), then all rows in one transaction, which
    is migrated to today's schema and must pass ``check``.

    :raises BadArchive: the archive, or what is in it, is not sound. Nothing was restored.
    :raises NotEmpty: there is something in the database already.
    """
    manifest = await asyncio.to_thread(unpack, path, folder)
    if not run.knows(manifest.revision):
        raise BadArchive(f"it was made by a later version of Pandu (schema {manifest.revision})")
    await asyncio.to_thread(refuse_unless_new, url)
    for sha256 in manifest.files:
        with await asyncio.to_thread((folder / FILES / sha256).open, "rb") as file:
            await store.put(file)

    def work(connection: Connection) -> None:
        fill(connection, manifest.revision, folder / TABLES, manifest.tables)
        run.migrate_on(connection, "head")
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            faults = check(session)
        if faults:
            raise BadArchive(f"its record does not hold: {faults[0]}")

    await asyncio.to_thread(in_one_transaction, url, work)
    return manifest


def refuse_unless_new(url: str) -> None:
    """Raise :class:`NotEmpty` where the database is there and holds a row; look at it only."""
    if _new_file(url) is None:
        run.with_connection(url, refuse_unless_empty)


def fill(connection: Connection, revision: str, folder: Path, tables: dict[str, DumpedTable]) -> None:
    """Bring an empty database to a schema and load the rows that were dumped of it; raises :class:`NotEmpty`."""
    refuse_unless_empty(connection)
    run.migrate_on(connection, revision)
    load(connection, folder, tables)


def in_one_transaction(url: str, work: Callable[[Connection], None]) -> None:
    """Run ``work``; a database file that was made for it goes again if it fails."""
    new = _new_file(url)
    try:
        run.with_connection(url, work)
    except BaseException:
        if new is not None:
            for suffix in ("", "-wal", "-shm"):
                new.with_name(new.name + suffix).unlink(missing_ok=True)
        raise


def _new_file(url: str) -> Path | None:
    """Return the SQLite file that is yet to be made, ``None`` where the database is there."""
    file = sqlite_connection.file_of(url) if url.startswith("sqlite") else None
    return file if file is not None and not file.exists() else None
