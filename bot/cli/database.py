"""One transaction for a command that looks or changes something and ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session

from bot.settings import Unusable, load_settings
from storage.database import Database, migrate, open_database

T = TypeVar("T")


def reading(body: Callable[[Session], T], *, create: bool = False) -> T:
    """Read from the installation's database, which must exist unless it is to be created."""
    return asyncio.run(_once(body, write=False, create=create))


def writing(body: Callable[[Session], T], *, create: bool = False) -> T:
    """Change the installation's database, which must exist unless it is to be created, in one transaction."""
    return asyncio.run(_once(body, write=True, create=create))


async def _once(body: Callable[[Session], T], *, write: bool, create: bool) -> T:
    settings = load_settings()
    if create:
        settings.make_data_dir()
    elif settings.sqlite_path is not None and not settings.sqlite_path.exists():
        raise Unusable(f"Belum ada basis data di {settings.sqlite_path}; jalankan pandu office load dahulu.")
    try:
        await asyncio.to_thread(migrate, settings.database)
        database: Database = await open_database(settings.database)
    except ValueError as error:
        raise Unusable(f"PANDU_DATABASE_URL: {error}") from None
    try:
        return await (database.write(body) if write else database.read(body))
    finally:
        await database.close()
