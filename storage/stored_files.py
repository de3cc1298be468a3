"""Whether the stored files still hold the bytes that were handed in."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from storage.file_store import FileStore
from storage.tables import File


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as its row says; ``id`` is the row's."""

    office_id: str
    id: int
    sha256: str


def stored(session: Session) -> list[Stored]:
    """Return every file that is said to be in the store, oldest first."""
    query = select(File).where(File.status == "stored", col(File.sha256).is_not(None)).order_by(col(File.id))
    return [Stored(file.office_id, file.id or 0, file.sha256 or "") for file in session.exec(query)]


async def damaged(store: FileStore, files: Iterable[Stored]) -> list[tuple[Stored, str]]:
    """Read the files again; return those that are missing or hold other bytes, and which of both."""
    found = []
    for file in files:
        try:
            content = await store.read(file.sha256)
        except (FileNotFoundError, ValueError):
            found.append((file, "is missing from the store"))
            continue
        if await asyncio.to_thread(lambda content=content: hashlib.sha256(content).hexdigest()) != file.sha256:  # type: ignore[misc]
            found.append((file, "holds other bytes than were handed in"))
    return found
