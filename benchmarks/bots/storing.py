"""One row kept per update, through SQLModel's own asynchronous session: what a small bot would write first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, MetaData, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


class Base(SQLModel):
    """Apart from Pandu's own tables."""

    metadata = MetaData()


class Tap(Base, table=True):
    """An update that was handled."""

    id: int | None = Field(default=None, primary_key=True)
    update_id: int = Field(sa_type=BigInteger)
    chat_id: int = Field(sa_type=BigInteger)
    data: str
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))


async def opened(url: str) -> Callable[[int, int, str], Awaitable[None]]:
    """Make the table, and return what keeps one update durably."""
    address = make_url(url)
    engine = create_async_engine(address.set(drivername=DRIVERS[address.get_backend_name()]))
    if address.get_backend_name() == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def _configure(connection: Any, _record: object) -> None:
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)

    async def keep(update_id: int, chat_id: int, data: str) -> None:
        async with AsyncSession(engine) as session:
            session.add(Tap(update_id=update_id, chat_id=chat_id, data=data))
            await session.commit()

    return keep
