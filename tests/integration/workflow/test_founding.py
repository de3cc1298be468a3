"""Founding an office by a one-time code: on both databases, as an admin and as everybody else would try."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot import first_admin
from storage import audit
from storage.database import Database
from storage.tables import AuditEvent, Bot, Office, Official, Seat, SetupCode, Timer, Unit
from tests.integration.workflow.offices import NOW, SUMBANG
from workflow import founding, founding_posts
from workflow.founding import Founding, Refusal, Refused
from workflow.moment import Moment
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text

TOKEN, OTHER = "Wb3kPq7Zx1_t-Rn9sYv4Lc2H", "Zz3kPq7Zx1_t-Rn9sYv4Lc2H"
ADMIN, THIEF = 1002, 6666
MOMENT = Moment(42, NOW, "ab" * 16)
POST = founding_posts.OFFERED["sekcam"]
WANTED = Founding("Kecamatan Sumbang", "Kabupaten Banyumas", "Asia/Jakarta", "Siti Rahayu", "Ibu", POST)


async def offered(database: Database, token: str = TOKEN, **how: Any) -> str | None:
    def body(session: Session) -> str | None:
        session.merge(Bot(id=42, username="pandu_bot"))
        session.flush()
        return first_admin.offer(session, token, NOW, **how)

    return await database.write(body)


async def opened(database: Database, person: int = ADMIN, token: str = TOKEN, later: timedelta = timedelta()) -> str:
    """Open a code; return what came of it."""

    def body(session: Session) -> str:
        try:
            founding.open_code(session, token, person, NOW + later)
        except Refused as refused:
            return refused.refusal
        return "opened"

    return await database.write(body)


async def founded(database: Database, wanted: Founding = WANTED, token: str = TOKEN) -> str:
    def body(session: Session) -> str:
        code = next(c for c in session.exec(select(SetupCode)) if c.token_hash == founding._hash(token))
        return founding.found(session, MOMENT, code, wanted).office_id

    return await database.write(body)


async def test_the_line_names_the_bot_and_fits_a_deep_link(database: Database) -> None:
    line = await offered(database, first_admin.new_token())
    assert line is not None
    assert "\n" not in line
    payload = line.partition("https://t.me/pandu_bot?start=")[2].partition(" ")[0]
    assert payload.startswith("setup_")
    assert 22 < len(payload) <= 64
    rows = await database.read(lambda s: s.exec(select(SetupCode)).all())
    assert [payload.removeprefix("setup_") in str(row) for row in rows] == [False], "only the hash is kept"


async def test_without_the_bots_name_the_line_says_what_to_type(database: Database) -> None:
    line = await database.write(lambda s: first_admin.offer(s, TOKEN, NOW))
    assert line is not None
    assert f"/start setup_{TOKEN}" in line


async def test_an_office_is_founded_whole_and_on_record(database: Database) -> None:
    await offered(database)
    assert await opened(database) == "opened"
    assert await founded(database) == "sumbang"

    def body(session: Session) -> tuple[Any, ...]:
        office, admin, unit, seat = (session.exec(select(table)).one() for table in (Office, Official, Unit, Seat))
        return (
            office,
            admin,
            unit,
            seat,
            [e.kind for e in session.exec(select(AuditEvent).order_by(col(AuditEvent.seq)))],
        )

    office, admin, unit, seat, kinds = await database.read(body)
    assert (office.name, office.regency, office.timezone) == ("Kecamatan Sumbang", "Kabupaten Banyumas", "Asia/Jakarta")
    assert (admin.name, admin.salutation, admin.admin, admin.telegram_id, admin.source) == (
        "Siti Rahayu", "Ibu", True, ADMIN, "chat"
    )  # fmt: skip
    assert (unit.id, unit.name) == ("sekretariat", "Sekretariat")
    assert (seat.role, seat.unit_id, seat.title, seat.held, seat.official_id) == (
        "sekcam",
        "",
        "Sekcam",
        True,
        admin.id,
    )
    assert kinds[:4] == ["office.founded", "unit.added", "official.added", "seat.appointed"]
    assert await database.read(lambda s: audit.verify(s, "sumbang")) == []
    assert await database.read(lambda s: s.exec(select(Timer)).first()) is not None, "its first morning is planned"


async def test_a_code_is_one_accounts_and_works_once(database: Database) -> None:
    await offered(database)
    assert await opened(database) == "opened"
    assert await opened(database) == "opened", "its own account may open it again"
    assert await opened(database, THIEF) == Refusal.TAKEN
    await founded(database)
    for person in (ADMIN, THIEF):
        assert await opened(database, person) == Refusal.FOUNDED
    assert await offered(database, OTHER) is None
    with pytest.raises(Refused):
        await founded(database)
    assert len(await database.read(lambda s: s.exec(select(Office)).all())) == 1


@pytest.mark.parametrize(
    ("later", "outcome"), [(timedelta(hours=24), "expired"), (timedelta(hours=23, minutes=59), "opened")]
)
async def test_a_code_lives_a_day(database: Database, later: timedelta, outcome: str) -> None:
    await offered(database)
    assert await opened(database, later=later) == outcome


async def test_a_new_code_stops_older_ones_and_a_start_disturbs_nobody(database: Database) -> None:
    await offered(database)
    await offered(database, OTHER)
    assert await opened(database) == Refusal.EXPIRED
    assert await opened(database, token=OTHER) == "opened"
    await offered(database, "c" * 20)
    assert await opened(database, token=OTHER) == "opened", "whoever is answering is not disturbed by a restart"
    await offered(database, "d" * 20, revoke_opened=True)
    assert await opened(database, token=OTHER) == Refusal.EXPIRED
    assert await opened(database, token="e" * 20) == Refusal.UNKNOWN


async def test_two_who_found_at_once_make_one_office(database: Database) -> None:
    await offered(database)
    await opened(database)
    await offered(database, OTHER)
    await opened(database, THIEF, OTHER)
    await founded(database)
    with pytest.raises(Refused):
        await founded(database, Founding("Dinas Lain", "Kota", "Asia/Jakarta", "Orang", "Bapak", None), OTHER)


async def test_there_is_no_code_where_an_office_was_loaded(database: Database) -> None:
    await database.write(lambda s: apply(s, load_text(SUMBANG, "office.yaml"), NOW))
    assert await offered(database) is None
    assert await database.read(lambda s: s.exec(select(SetupCode)).all()) == []
