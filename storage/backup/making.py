"""Backing up a living installation: one consistent view of the rows, then the files they name."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from storage.backup.archive import FILES, MANIFEST, TABLES, Manifest, add_bytes, add_file, new_archive
from storage.backup.rows import DumpedTable, dump
from storage.database import Database
from storage.file_store import FileStore, whole
from storage.migrations import run
from storage.tables import AuditHead, File


async def back_up(database: Database, store: FileStore, path: Path, now: datetime) -> Manifest:
    """Write an archive of everything to ``path`` while the bot may go on working.

    Rows come first: a stored file never changes and is never removed, so every file that they
    name is still there afterwards. One that is not, or is damaged, is listed in the manifest.

    :raises FileExistsError: there is something at ``path`` already.
    :raises FilesUnavailable: the store of files is away; there is no archive then.
    """
    if await asyncio.to_thread(path.exists):
        raise FileExistsError(path)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".pandu-backup-") as name:
        folder = Path(name)
        revision, tables, heads, named = await database.read(lambda session: _read(session, folder))
        sizes, missing = await _look_at_files(store, named)
        manifest = Manifest(now, revision, tables, sizes, missing, heads)
        with new_archive(path) as tar:
            add_bytes(tar, MANIFEST, manifest.to_bytes())
            for table in tables:
                await asyncio.to_thread(tar.add, folder / f"{table}.jsonl", f"{TABLES}/{table}.jsonl")
            for sha256, size in sizes.items():
                async with store.opened(sha256) as file:
                    await asyncio.to_thread(add_file, tar, f"{FILES}/{sha256}", file, size)
    return manifest


def _read(session: Session, folder: Path) -> tuple[str, dict[str, DumpedTable], dict[str, tuple[int, str]], list[str]]:
    heads = {head.office_id: (head.seq, head.hash) for head in session.exec(select(AuditHead))}
    named = session.exec(select(File.sha256).where(col(File.sha256).is_not(None)).distinct().order_by(File.sha256))
    return revision_of(session), dump(session, folder), heads, [sha256 for sha256 in named if sha256 is not None]


def revision_of(session: Session) -> str:
    """Return the schema's revision."""
    return next(iter(run.heads(session.connection())), "")


async def _look_at_files(store: FileStore, named: list[str]) -> tuple[dict[str, int], list[str]]:
    sizes: dict[str, int] = {}
    missing: list[str] = []
    for sha256 in named:
        size = await store.size(sha256)
        if size is not None and await whole(store, sha256):
            sizes[sha256] = size
        else:
            missing.append(sha256)
    return sizes, missing
