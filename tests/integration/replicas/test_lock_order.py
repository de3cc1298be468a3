"""Everybody locks rows in one order: a run, its tasks, the end of the chain; so nobody waits in a circle."""

from __future__ import annotations

import graphlib
from collections.abc import AsyncIterator

import pytest

from storage.database import Database, open_database
from tests.integration.replicas.locks import noted
from tests.integration.storage.test_query_plans import (
    deliver,
    grown,
    let_time_pass,
    send_in_trouble,
    take_updates,
    work,
)

pytestmark = pytest.mark.postgres
ORDER = ("run", "task", "audithead")
GUARDED = frozenset(
    {
        "inbox", "question", "chat", "outbox", "card", "timer", "file",  # of one official, or of the queues
        "runstep", "submission", "pause", "extension",  # of one run, whose row is locked before
    }
)  # fmt: skip
"""Rows that nobody locks without having locked what they belong to."""


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database on PostgreSQL."""
    opened = await open_database(postgres_url)
    yield opened
    await opened.close()


async def test_rows_are_locked_in_one_order(database: Database) -> None:
    with noted() as locks:
        crowd, cast = await grown(database, 0, 0)
        await take_updates(database)
        await work(crowd, cast)
        await send_in_trouble(database)
        await deliver(database)
        await let_time_pass(crowd, cast)
    before = locks.pairs()
    for position, first in enumerate(ORDER):
        for second in ORDER[position + 1 :]:
            assert (first, second) in before, f"nobody locks {first} and {second}: the test sees nothing"
            assert (second, first) not in before, before.get((second, first))
    assert len(locks.transactions) > 30


async def test_nobody_waits_in_a_circle(database: Database) -> None:
    """Whatever the tables, those of which several people lock the same rows are locked in one order by all."""
    with noted() as locks:
        crowd, cast = await grown(database, 0, 0)
        await work(crowd, cast)
        await let_time_pass(crowd, cast)
    order = graphlib.TopologicalSorter[str]()
    for first, second in locks.pairs():
        if first not in GUARDED and second not in GUARDED:
            order.add(second, first)
    order.prepare()
