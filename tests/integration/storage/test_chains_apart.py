"""Each office's chain is a queue of its own: writers of one take turns, those of others do not wait for them.

On PostgreSQL, with locks held and looked at; nothing is measured.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest
from sqlalchemy.util import await_only
from sqlmodel import Session, col, select

from storage import audit
from storage.database import Database, open_database
from storage.tables import AuditEvent, AuditHead, Office
from tests.integration.storage.conftest import NOW

pytestmark = pytest.mark.postgres
OFFICES = ("sumbang", "tambak")
BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = await open_database(postgres_url)
    await opened.write(found)
    yield opened
    await opened.close()


def found(session: Session) -> None:
    for office in OFFICES:
        session.add(Office(id=office, name=office, regency="Banyumas", timezone="Asia/Jakarta"))


def happens(session: Session, office: str, number: int = 0) -> None:
    audit.record(session, office_id=office, at=NOW, kind="something.happened", payload={"number": number})


def seqs(session: Session) -> dict[str, int]:
    return {head.office_id: head.seq for head in session.exec(select(AuditHead))}


async def until(database: Database, holds: Callable[[int], bool]) -> None:
    """Look again and again at how many wait for a lock, until that is so."""
    async with asyncio.timeout(30):
        while not holds(await database.read(lambda s: s.connection().exec_driver_sql(BLOCKED).scalar_one())):
            pass


@pytest.mark.parametrize("fresh", [True, False], ids=["first event", "later event"])
async def test_one_office_waits_for_itself_only(database: Database, fresh: bool) -> None:
    if not fresh:
        for office in OFFICES:
            await database.write(partial(happens, office=office))
    before = 0 if fresh else 1
    holding, release = asyncio.Event(), asyncio.Event()

    def hold(session: Session) -> None:
        happens(session, "sumbang", 1)
        holding.set()
        await_only(release.wait())

    first = asyncio.create_task(database.write(hold))
    await holding.wait()
    second = asyncio.create_task(database.write(partial(happens, office="sumbang", number=2)))
    await until(database, lambda waiting: waiting == 1)

    # The end of Sumbang's chain is locked, and somebody queues for it; Tambak writes all the same.
    for number in range(3):
        await database.write(partial(happens, office="tambak", number=number))
    assert (await database.read(seqs)).get("tambak") == before + 3
    assert (first.done(), second.done()) == (False, False)

    release.set()
    await asyncio.gather(first, second)
    assert await database.read(seqs) == {"sumbang": before + 2, "tambak": before + 3}
    for office in OFFICES:
        assert await database.read(partial(audit.verify, office_id=office)) == []


async def test_a_fork_is_refused_by_the_database_itself(database: Database) -> None:
    """Two who wrote the same event number without the lock: the table takes only one."""
    await database.write(partial(happens, office="sumbang"))
    met = asyncio.Barrier(2)
    tries: list[int] = []

    def fork(session: Session, number: int) -> None:
        head = session.exec(select(AuditHead).where(AuditHead.office_id == "sumbang")).one()
        tries.append(number)
        if len(tries) <= 2:
            await_only(met.wait())
        event = AuditEvent(
            office_id="sumbang", seq=head.seq + 1, at=NOW, kind="forked", payload="{}", previous_hash=head.hash, hash=""
        )
        event.hash = audit.hash_of(event)
        session.add(event)
        head.seq, head.hash = event.seq, event.hash
        session.flush()

    await asyncio.gather(*(database.write(partial(fork, number=number)) for number in (1, 2)))
    assert len(tries) == 3  # whoever came second ran again, upon what the first had written
    rows = select(AuditEvent.seq).where(AuditEvent.office_id == "sumbang").order_by(col(AuditEvent.seq))
    assert list(await database.read(lambda s: s.exec(rows).all())) == [1, 2, 3]
    assert await database.read(lambda s: audit.verify(s, "sumbang")) == []
