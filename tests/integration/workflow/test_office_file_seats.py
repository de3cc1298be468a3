"""Seats in the office file: dates, capacity and order; ended, never deleted; nothing undone silently."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from sop_definitions.errors import SopErrors
from storage.database import Database
from storage.tables import Bot, Official, Seat
from tests.integration.workflow.offices import NOW
from workflow import audit_replay
from workflow.moment import Moment
from workflow.office_file.apply import Report, apply
from workflow.office_file.loading import load_text
from workflow.seats import appointing

OFFICE = """\
format: 1
office: {{id: sumbang, name: Kecamatan Sumbang, regency: Banyumas, timezone: WIB}}
officials:
  - {{name: Ahmad Fauzi, admin: true, seats: [{{role: camat, title: Camat}}]}}
  - name: Siti Rahayu
    seats:
      - {{role: sekcam}}
{more}"""
PLH = (
    "      - {role: camat, capacity: plh, from: 2027-02-01, until: 2027-02-03, principal: Ahmad Fauzi, "
    "order: {number: 800/12/2027, date: 2027-01-29}}\n"
)


def office(more: str = "") -> str:
    return OFFICE.format(more=more)


async def load(database: Database, text: str, at: datetime = NOW, **options: bool) -> Report:
    source = load_text(text, "office.yaml")
    return await database.write(lambda session: apply(session, source, at, nonce="", **options))


async def seats(database: Database, role: str = "camat") -> list[Seat]:
    query = select(Seat).where(Seat.role == role).order_by(col(Seat.id))
    return await database.read(lambda session: list(session.exec(query)))


def in_chat(act: Callable[[Session, Moment, Official], Any]) -> Callable[[Session], Any]:
    def body(session: Session) -> Any:
        session.merge(Bot(id=1, username="pandu_bot"))
        admin = session.exec(select(Official).where(Official.name == "Ahmad Fauzi")).one()
        return act(session, Moment(1, NOW, "ab"), admin)

    return body


async def test_a_plh_is_loaded_with_dates_in_the_offices_zone_and_only_once(database: Database) -> None:
    await load(database, office())
    first = await load(database, office(PLH))
    assert first.changes == ("Kursi baru: Plh. Camat (camat), dipegang Siti Rahayu",)
    definitive, acting = await seats(database)
    assert (acting.capacity, acting.principal_id, acting.held) == ("plh", definitive.official_id, False)
    assert acting.starts_at == datetime(2027, 1, 31, 17, tzinfo=UTC)
    assert acting.ends_at == datetime(2027, 2, 3, 17, tzinfo=UTC)
    assert (acting.order_number, acting.order_date) == ("800/12/2027", "2027-01-29")
    for at in (NOW, datetime(2027, 2, 2, tzinfo=UTC), datetime(2027, 3, 2, tzinfo=UTC)):
        # Before, during and after its term the same file changes nothing.
        assert (await load(database, office(PLH), at)).changes == ()
    assert await database.read(lambda session: audit_replay.verify(session, "sumbang")) == []


async def test_a_plh_counts_during_its_days_while_the_definitive_seat_rests(database: Database) -> None:
    await load(database, office(PLH))
    assert [seat.held for seat in await seats(database)] == [True, False]
    changed = office(PLH).replace("Kecamatan Sumbang", "Kantor Kecamatan Sumbang")
    await load(database, changed, datetime(2027, 2, 2, tzinfo=UTC))
    assert [seat.held for seat in await seats(database)] == [False, True]
    await load(database, office(PLH), datetime(2027, 2, 4, tzinfo=UTC))
    assert [seat.held for seat in await seats(database)] == [True, False]


async def test_a_term_is_extended_by_the_file(database: Database) -> None:
    await load(database, office(PLH))
    longer = PLH.replace("until: 2027-02-03", "until: 2027-02-05")
    assert (await load(database, office(longer))).changes == (
        "Kursi Plh. Camat (camat), Siti Rahayu: sampai 2027-02-05",
    )
    assert (await seats(database))[1].ends_at == datetime(2027, 2, 5, 17, tzinfo=UTC)


async def test_what_the_file_no_longer_lists_ends_and_stays_on_record(database: Database) -> None:
    await load(database, office())
    without = office().replace("seats: [{role: camat, title: Camat}]", "seats: []")
    await load(database, without, prune=True)
    (ended,) = await seats(database)
    assert (ended.ends_at, ended.held) == (NOW, False)
    await load(database, office())
    assert [seat.held for seat in await seats(database)] == [False, True]


async def test_what_was_ended_in_chat_is_not_given_back_silently(database: Database) -> None:
    await load(database, office())
    (seat,) = await seats(database)
    await database.write(in_chat(lambda s, moment, admin: appointing.end(s, moment, admin, seat.id or 0)))
    refused = await load(database, office())
    assert refused.refused == ("Kursi baru: Camat (camat), dipegang Ahmad Fauzi (diakhiri lewat percakapan)",)
    assert len(await seats(database)) == 1
    await load(database, office(), force=True)
    assert [one.held for one in await seats(database)] == [False, True]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (PLH.replace("until: 2027-02-03, ", ""), "memerlukan 'until'"),
        (PLH.replace(", order: {number: 800/12/2027, date: 2027-01-29}", ""), "memerlukan 'until' dan 'order'"),
        (PLH.replace("principal: Ahmad Fauzi, ", ""), "'principal'"),
        (PLH.replace("plh", "plt"), "'principal'"),
        (PLH.replace("until: 2027-02-03", "until: 2027-01-03"), "mendahului"),
        (PLH.replace("principal: Ahmad Fauzi", "principal: Orang Lain"), "Tidak ada pejabat lain bernama Orang Lain"),
        (PLH.replace("principal: Ahmad Fauzi", "principal: Siti Rahayu"), "Tidak ada pejabat lain bernama Siti Rahayu"),
    ],
)
async def test_what_is_wrong_is_named_and_changes_nothing(database: Database, wrong: str, message: str) -> None:
    await load(database, office())
    with pytest.raises(SopErrors, match=message):
        await load(database, office(wrong))
    assert len(await seats(database)) == 1
