"""An office with one official, a bot and a run, for what the rows refer to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from storage.database import Database
from storage.tables import Adoption, Bot, Card, Office, Official, Run, Task
from workflow.adoption import content_hash

NOW = datetime(2027, 1, 7, 3, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
BOT = 7_000_000_001
ANA, BUDI = 5_000_000_001, 5_000_000_002
OFFICE = "sumbang"


def fill(session: Session) -> None:
    """Write the office and a run with four tasks, ids 1 to 4, and cards of the same ids."""
    session.add(Bot(id=BOT, username="pandu_bot"))
    session.add(Office(id=OFFICE, name="Kecamatan Sumbang", regency="Kabupaten Banyumas", timezone="Asia/Jakarta"))
    session.flush()
    session.add(Official(id=1, office_id=OFFICE, name="Siti Rahayu", telegram_id=ANA))
    session.add(
        Adoption(
            id=1, office_id=OFFICE, sop_id="a", version="1", title="A", content="{}",
            content_hash=content_hash("{}"), adopted_at=NOW,
        )
    )
    session.flush()
    session.add(
        Run(
            id=1,
            office_id=OFFICE,
            number=1,
            adoption_id=1,
            sop_id="a",
            title="A",
            period="TW IV 2026",
            period_key="tw iv 2026",
            started_by=1,
            started_at=NOW,
        )
    )
    session.flush()
    for number in range(1, 5):
        session.add(Task(id=number, office_id=OFFICE, run_id=1, step=number, part="work"))
    session.flush()
    for number in range(1, 5):
        session.add(Card(id=number, office_id=OFFICE, bot_id=BOT, task_id=number, official_id=1, chat_id=ANA))


@pytest.fixture
async def office(database: Database) -> Database:
    """The database with the office in it."""
    await database.write(fill)
    return database
