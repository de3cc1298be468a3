"""What a loaded office file moves while a run is open: deadlines, reminders, cards, and who is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from bot.outgoing import plain
from messages.render import render
from storage.tables import Card, Outbox, Timer
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import SqliteStore, Town
from tests.unit.workflow import builders
from workflow.office_file.apply import Report, apply, preview
from workflow.office_file.loading import load_text

OFFICE = "office: {{id: office, name: office, regency: R, timezone: {zone}}}\n"
HOLIDAY = "calendar: {holidays: [{date: 2027-01-06, name: Hari Jadi}]}\n"


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    """A run begun on Monday, 4 January 2027, 08.00 WIB, whose first step takes three working days."""
    store = SqliteStore(sqlite_url)
    yield Desk(Town(store), builders.step(1, standard_duration_source="3 Hari"))
    store.close()


def load(desk: Desk, more: str, zone: str = "WIB") -> Report:
    source, moment = load_text(OFFICE.format(zone=zone) + more, "office.yaml"), desk.town.moment()
    return desk.town.store.write(lambda session: apply(session, source, moment.now, nonce=moment.nonce))


def reminders(desk: Desk) -> dict[str, datetime]:
    rows: list[Timer] = desk.town.rows(Timer, Timer.kind == "nudge")
    return {row.key.rsplit(":", 1)[1]: row.fire_at for row in rows}


def told(desk: Desk) -> list[Outbox]:
    query = select(Outbox).where(Outbox.template == "deadlines_moved").order_by(col(Outbox.id))
    return desk.town.store.write(lambda session: list(session.exec(query)))


def revision(desk: Desk) -> int:
    cards: list[Card] = desk.town.rows(Card, Card.task_id == desk.task(1).id, Card.chat_id == desk.chat("clerk"))
    return cards[0].wanted_revision


def test_a_local_holiday_moves_open_deadlines_their_reminders_and_says_so_once(desk: Desk) -> None:
    before, shown = reminders(desk), revision(desk)
    report = load(desk, HOLIDAY)
    assert any("menggeser tenggat 1 tugas" in warning for warning in report.warnings)
    # The 5th is Isra Mikraj: three days end on Friday the 8th, with the 6th off on Monday the 11th.
    assert (before["deadline"].day, reminders(desk)["deadline"].day) == (8, 11)
    assert revision(desk) > shown
    assert sorted(row.chat_id for row in told(desk)) == sorted([desk.chat("clerk"), desk.chat("second-clerk")])

    load(desk, HOLIDAY)
    assert len(told(desk)) == 2, "the same file again tells nobody"


def test_a_dry_run_says_what_it_would_move(desk: Desk) -> None:
    source = load_text(OFFICE.format(zone="WIB") + HOLIDAY, "office.yaml")
    report = desk.town.store.write(lambda session: preview(session, source, desk.town.now))
    assert any("menggeser tenggat 1 tugas" in warning for warning in report.warnings)
    assert told(desk) == []
    assert reminders(desk)["deadline"].day == 8


def test_a_change_that_moves_no_deadline_tells_nobody(desk: Desk) -> None:
    report = load(desk, "calendar: {holidays: [{date: 2027-01-20, name: Hari Jadi}]}\n")
    assert not any("menggeser" in warning for warning in report.warnings)
    assert told(desk) == []


def test_another_zone_moves_reminders_and_renews_every_card(desk: Desk) -> None:
    before, shown = reminders(desk), revision(desk)
    load(desk, "", zone="WIT")
    assert (before["deadline"] - reminders(desk)["deadline"]).total_seconds() == 2 * 3600
    assert revision(desk) > shown


def said(desk: Desk, row: Outbox) -> str:
    def body(session: Session) -> str:
        return render(
            session, row.template or "", row.params, office_id=row.office_id, chat_id=row.chat_id, bot_id=row.bot_id,
            default_language="id", now=desk.town.now,
        ).text  # fmt: skip

    return plain(desk.town.store.write(body))


def test_another_zone_lists_the_deadlines_it_moves_as_a_holiday_does(desk: Desk) -> None:
    source = load_text(OFFICE.format(zone="WIT"), "office.yaml")
    report = desk.town.store.write(lambda session: preview(session, source, desk.town.now))
    assert "Zona waktu baru menggeser tenggat 1 tugas; pemegangnya akan diberi tahu." in report.warnings
    assert told(desk) == []
    desk.remind(desk.task(1))

    load(desk, "", zone="WIT")
    assert desk.reminds(desk.task(1)) == {""}
    rows = told(desk)
    assert sorted(row.chat_id for row in rows) == sorted([desk.chat("clerk"), desk.chat("second-clerk")])
    words = said(desk, rows[0])
    assert words.startswith("Tenggat bergeser: zona waktu kantor kini WIT\n")
    assert "semula Jumat, 8 Januari 2027 pukul 18.30 WIT, sekarang Jumat, 8 Januari 2027 pukul 16.30 WIT" in words

    load(desk, "", zone="WIT")
    assert len(told(desk)) == 2, "the same file again tells nobody"


def test_zone_and_holiday_together_are_one_list_from_what_was_told_before(desk: Desk) -> None:
    report = load(desk, HOLIDAY, zone="WIT")
    assert "Zona waktu dan kalender baru menggeser tenggat 1 tugas; pemegangnya akan diberi tahu." in report.warnings
    rows = told(desk)
    assert len(rows) == 2
    words = said(desk, rows[0])
    assert "zona waktu kantor kini WIT" in words
    assert "semula Jumat, 8 Januari 2027" in words
    assert "sekarang Senin, 11 Januari 2027" in words


def test_another_policy_plans_reminders_anew(desk: Desk) -> None:
    before = reminders(desk)
    load(desk, "policy: {before_closing_minutes: 30}\n")
    assert (reminders(desk)["deadline"] - before["deadline"]).total_seconds() == 30 * 60
