"""``/jabatan`` step by step: what is typed, sent and pressed out of turn changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, col, select

from storage.tables import File, Official, Outbox, Seat
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import Town
from tests.unit.workflow import builders

ADMIN = "admin"


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town, builders.step(1), builders.step(2))


def person(desk: Desk, name: str) -> int:
    return next(one.id for one in desk.cast.people if one.name == name)


def says(desk: Desk, words: str) -> None:
    desk.town.write(desk.chat(ADMIN), words)


def kind(desk: Desk) -> str:
    question = desk.town.question(desk.chat(ADMIN))
    return question.kind if question is not None else ""


def given(desk: Desk, name: str) -> list[Seat]:
    found: list[Seat] = desk.town.rows(Seat, Seat.official_id == person(desk, name))
    return found


def to_the_scan(desk: Desk) -> None:
    """Go up to where the scan is asked for: 'nobody' as Plh. in place of 'clerk' until Wednesday."""
    says(desk, "/jabatan")
    question: Any = desk.town.question(desk.chat(ADMIN))
    number = question.data["posts"].index(["clerk", ""])
    assert desk.answer(ADMIN, f"post-{number}") == "question_asked"
    assert desk.answer(ADMIN, "appoint") == "question_asked"
    says(desk, "nobody")
    assert kind(desk) == "seat_capacity"
    assert desk.answer(ADMIN, f"plh-{person(desk, 'clerk')}") == "question_asked"
    assert desk.answer(ADMIN, "now") == "question_asked"
    says(desk, "Rabu")
    assert desk.answer(ADMIN, "yes") == "question_asked"
    assert kind(desk) == "seat_number"
    says(desk, "800/1/2027")
    says(desk, "3 Januari 2027")
    assert desk.answer(ADMIN, "yes") == "question_asked"
    assert kind(desk) == "seat_scan"


def test_the_scan_must_be_in_the_store_before_it_counts(desk: Desk) -> None:
    to_the_scan(desk)
    says(desk, "nanti saja")  # words are no scan
    assert kind(desk) == "seat_scan"
    assert desk.answer(ADMIN, "skip") == "question_gone"  # a Plh. cannot do without
    desk.town.bring(desk.chat(ADMIN), "surat.exe")
    assert kind(desk) == "seat_scan"
    assert "file_refused" in desk.templates(ADMIN)
    desk.town.bring(desk.chat(ADMIN), "surat.pdf")
    assert kind(desk) == "seat_confirm"
    assert desk.answer(ADMIN, "yes") == "scan_storing"
    assert given(desk, "nobody") == []
    desk.town.fetch()
    assert desk.answer(ADMIN, "yes") == "appointed"
    (seat,) = given(desk, "nobody")
    assert (seat.capacity, seat.order_number, seat.order_date, seat.held) == ("plh", "800/1/2027", "2027-01-03", True)
    (file,) = desk.town.rows(File, File.id == seat.order_file_id)
    assert (file.purpose, file.status, file.discarded) == ("order", "stored", False)


def test_a_scan_that_turns_out_unusable_is_asked_for_again(desk: Desk) -> None:
    to_the_scan(desk)
    desk.town.bring(desk.chat(ADMIN), "surat.pdf")
    desk.town.fetch(refuse=True)
    assert desk.answer(ADMIN, "yes") == "question_asked"
    assert kind(desk) == "seat_scan"
    assert given(desk, "nobody") == []


def test_leaving_changes_nothing_and_throws_the_scan_away(desk: Desk) -> None:
    to_the_scan(desk)
    desk.town.bring(desk.chat(ADMIN), "surat.pdf")
    desk.answer(ADMIN, "cancel")
    assert given(desk, "nobody") == []
    assert [file.discarded for file in desk.town.rows(File, File.purpose == "order")] == [True]


def test_the_order_cannot_be_dated_tomorrow_nor_the_last_day_before_the_first(desk: Desk) -> None:
    says(desk, "/jabatan")
    question: Any = desk.town.question(desk.chat(ADMIN))
    desk.answer(ADMIN, f"post-{question.data['posts'].index(['clerk', ''])}")
    desk.answer(ADMIN, "appoint")
    desk.answer(ADMIN, f"official-{person(desk, 'nobody')}")
    desk.answer(ADMIN, "definitif")
    says(desk, "Jumat")
    desk.answer(ADMIN, "yes")
    says(desk, "Rabu")
    desk.answer(ADMIN, "yes")
    assert kind(desk) == "seat_until"
    assert desk.answer(ADMIN, "open") == "question_asked"
    says(desk, "800/1/2027")
    says(desk, "5 Januari 2027")
    desk.answer(ADMIN, "yes")
    assert kind(desk) == "when"
    refused = desk.town.rows(Outbox, Outbox.template == "answer_refused", col(Outbox.chat_id) == desk.chat(ADMIN))
    assert [row.params["key"] for row in refused] == ["ends_before_it_begins", "order_not_yet"]


def test_who_is_no_admin_any_more_goes_no_further(desk: Desk) -> None:
    to_the_scan(desk)
    desk.town.bring(desk.chat(ADMIN), "surat.pdf")
    desk.town.fetch()

    def resign(session: Any) -> None:
        session.get_one(Official, person(desk, ADMIN)).admin = False

    desk.town.store.write(resign)
    assert desk.answer(ADMIN, "yes") == "not_allowed"
    assert given(desk, "nobody") == []
    for name in ("head", "clerk", ADMIN):
        desk.town.write(desk.chat(name), "/jabatan")
        assert desk.town.question(desk.chat(name)) is None, name


def in_two_offices(desk: Desk) -> dict[str, int]:
    """Make the admin one of another office, too; return their official's id by office."""
    desk.town.found("elsewhere", builders.definition(builders.step(1)), ("north",))

    def body(session: Session) -> dict[str, int]:
        other = session.exec(select(Official).where(Official.office_id == "elsewhere", Official.admin)).one()
        other.telegram_id = desk.chat(ADMIN)
        return {"office": person(desk, ADMIN), "elsewhere": other.id or 0}

    return desk.town.store.write(body)


@pytest.mark.parametrize(("command", "page"), [("/jabatan", "seats"), ("/adopsi", "adoption_list")])
def test_an_admin_of_two_offices_is_asked_which(desk: Desk, command: str, page: str) -> None:
    own = in_two_offices(desk)
    for office, official in own.items():
        says(desk, command)
        template, facts = desk.town.said(desk.chat(ADMIN))[-1]
        assert (template, sorted(facts["official_ids"])) == ("office_choice", sorted(own.values()))
        says(desk, "yang kedua")  # words are no answer, and the question stands
        assert desk.answer(ADMIN, f"office-{official}") == "question_asked"
        question: Any = desk.town.question(desk.chat(ADMIN))
        assert (question.office_id, question.official_id) == (office, official)
        row = desk.town.rows(Outbox, Outbox.template == page)[-1]
        assert row.office_id == office
    says(desk, command)
    assert desk.answer(ADMIN, f"office-{person(desk, 'clerk')}") == "not_allowed"
    says(desk, command)
    assert desk.answer(ADMIN, "cancel") == "ok"
    assert kind(desk) == ""


def test_who_administers_one_of_two_offices_is_not_asked(desk: Desk) -> None:
    own = in_two_offices(desk)

    def body(session: Session) -> None:
        session.get_one(Official, own["elsewhere"]).admin = False

    desk.town.store.write(body)
    says(desk, "/jabatan")
    question: Any = desk.town.question(desk.chat(ADMIN))
    assert (question.kind, question.office_id) == ("seats", "office")
