"""The timed database is the database it stands before, and nothing of it is left out."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest
from sqlmodel import Session

from bot import metrics
from bot.timed_database import TimedDatabase
from storage.database import Database, DatabaseUnavailable
from storage.tables import Bot
from tests.integration.storage.conftest import BOT


def sample(name: str, kind: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, {"kind": kind}) or 0.0


async def test_transactions_are_timed_by_kind(sqlite: Database) -> None:
    timed = TimedDatabase(sqlite)
    before = [sample("pandu_database_seconds_count", kind) for kind in ("read", "write")]
    assert await timed.write(lambda session: session.get_one(Bot, BOT).id) == BOT
    assert await timed.read(lambda session: session.get_one(Bot, BOT).id) == BOT
    assert await timed.read(lambda session: session.get(Bot, 1)) is None
    after = [sample("pandu_database_seconds_count", kind) for kind in ("read", "write")]
    assert [late - early for late, early in zip(after, before, strict=True)] == [2, 1]


async def test_what_is_raised_comes_through_and_absence_is_counted(sqlite: Database) -> None:
    timed = TimedDatabase(sqlite)

    def fail(_session: Session) -> None:
        raise KeyError("ours")

    before = sample("pandu_database_away_total", "write")
    with pytest.raises(KeyError):
        await timed.write(fail)
    assert sample("pandu_database_away_total", "write") == before
    await timed.close()
    with pytest.raises(DatabaseUnavailable):
        await timed.write(lambda session: None)
    assert sample("pandu_database_away_total", "write") == before + 1


async def test_nothing_of_a_database_is_left_to_the_default(sqlite: Database) -> None:
    """A method that the timed one inherited would do nothing, or not for this database."""
    public = {name for name, _ in inspect.getmembers(Database, inspect.isfunction) if not name.startswith("_")}
    assert public <= set(vars(TimedDatabase))
    heard: list[tuple[str, object]] = []

    class Telling(TimedDatabase):
        def announce(self, topic: str) -> None:
            heard.append(("announce", topic))

        def listen(self, topic: str, wake: Callable[[], None]) -> None:
            heard.append(("listen", topic))

    timed = TimedDatabase(Telling(sqlite))
    timed.announce("outbox:1")
    timed.listen("inbox:1", lambda: None)
    assert heard == [("announce", "outbox:1"), ("listen", "inbox:1")]
    assert await timed.lease_time() <= await sqlite.lease_time()
