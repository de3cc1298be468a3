"""Whether the stored files still hold the bytes that were handed in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from storage.file_store import FileStore, whole
from storage.tables import File

AT_ONCE = 8
MISSING = "is missing from the store"
DAMAGED = "holds other bytes than were handed in"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as its row says; ``id`` is the row's."""

    office_id: str
    id: int
    sha256: str


def stored(session: Session) -> list[Stored]:
    """Return every file that is said to be in the store, oldest first."""
    query = (
        select(File.office_id, File.id, File.sha256)
        .where(File.status == "stored", col(File.sha256).is_not(None))
        .order_by(col(File.id))
    )
    return [Stored(office_id, file_id or 0, sha256 or "") for office_id, file_id, sha256 in session.exec(query)]


async def damaged(store: FileStore, files: Iterable[Stored]) -> list[tuple[Stored, str]]:
    """Read the files again; return those that are missing or hold other bytes, and which of both.

    :raises FilesUnavailable: the store is away, and nothing is known.
    """
    of_name: dict[str, list[Stored]] = {}
    for file in files:
        of_name.setdefault(file.sha256, []).append(file)
    found = [(file, what) async for name, what in _faults(store, list(of_name)) for file in of_name[name]]
    return sorted(found, key=lambda fault: fault[0].id)


async def _faults(store: FileStore, names: list[str]) -> AsyncIterator[tuple[str, str]]:
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        for name, fault in zip(some, await asyncio.gather(*(_fault(store, name) for name in some)), strict=True):
            if fault is not None:
                yield name, fault


async def _fault(store: FileStore, name: str) -> str | None:
    try:
        return None if await whole(store, name) else DAMAGED
    except (FileNotFoundError, ValueError):
        return MISSING


async def names(store: FileStore) -> set[str]:
    """Return what is in the store, whether a row names it or not."""
    return {name async for name in store.names()}
