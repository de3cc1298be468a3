"""Files that come late, broken, twice, or when the task they were for has moved on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from storage.tables import File, Official, Outbox
from tests.integration.workflow.desk import UNITS, Desk
from tests.integration.workflow.town import SqliteStore, Town
from tests.unit.workflow import builders
from workflow import files
from workflow.verbs import Verb

BACK = builders.outcome("back", returns_to=[1])


@pytest.fixture
def town(sqlite_url: str) -> Iterator[Town]:
    store = SqliteStore(sqlite_url)
    yield Town(store)
    store.close()


def test_a_hand_in_whose_sender_lost_the_seat_is_not_sent_and_its_card_says_so(town: Town) -> None:
    desk = Desk(town, builders.step(1, "upload", files={"min": 1, "max": 2}), builders.step(2))
    task = desk.task(1)
    town.bring(desk.chat("clerk"), "laporan.pdf")
    assert desk.tap("clerk", Verb.DO, task) == "sending"
    desk.seat("clerk", "clerk", given=False)
    town.deliver()
    town.fetch()
    assert (desk.task(1).status, desk.task(1).sending) == ("open", None)
    card = desk.card("second-clerk", task)
    assert card.shown_revision < card.wanted_revision
    assert desk.tap("second-clerk", Verb.DO, task) == "done"


def test_a_file_that_looks_wrong_ends_another_conversation_aloud(town: Town) -> None:
    desk = Desk(
        town, builders.step(1, "upload", files={"min": 1, "max": 1}), builders.decide(2, builders.outcome("on"), BACK),
        builders.step(3, "upload", files={"min": 1, "max": 1}, carries=[1]),
        builders.decide(4, builders.outcome("on"), builders.outcome("back", returns_to=[3]), after=(1,)),
    )  # fmt: skip
    desk.do(1)
    desk.do(2, "decision")
    town.bring(desk.chat("clerk"), "laporan.pdf")
    assert desk.tap("clerk", Verb.DO, desk.task(3)) == "sending"
    desk.tap("clerk", Verb.DECIDE, desk.task(4, "decision"), "back")
    town.write(desk.chat("clerk"), "Belum benar")
    town.deliver()
    first, second = town.rows(File)
    moment = town.moment()
    town.store.write(lambda s: files.stored(s, second.id, first.sha256 or "", 1000, "pdf", moment.now, moment.nonce))
    question = town.question(desk.chat("clerk"))
    assert question is not None
    assert question.kind == "confirm_send"
    assert "question_dropped" in desk.templates("clerk")
    card = desk.card("second-clerk", desk.task(3))
    assert card.shown_revision < card.wanted_revision


def test_a_broken_file_given_as_a_reason_does_not_stop_a_hand_in(town: Town) -> None:
    desk = Desk(town, builders.hand_in(1, files={"min": 1, "max": 1}), builders.step(2))
    south = desk.task(1, "unit", "south")
    desk.seat("nobody", "unit_head", "south", given=True)
    desk.tap("nobody", Verb.NIL, south)
    town.bring(desk.chat("nobody"), "surat.pdf")
    town.bring(desk.chat("head-south"), "laporan.pdf")
    assert desk.tap("head-south", Verb.DO, south) == "sending"
    reason, report = town.rows(File)
    moment = town.moment()
    town.store.write(lambda s: files.refused(s, reason.id, "broken", moment.now, moment.nonce))
    town.store.write(lambda s: files.stored(s, report.id, "0" * 64, 1000, "pdf", moment.now, moment.nonce))
    assert desk.task(1, "unit", "south").status == "done"


def test_a_file_waits_for_the_button_that_names_its_task(town: Town) -> None:
    one = {"min": 1, "max": 1}
    desk = Desk(town, builders.step(1, "upload", files=one), builders.step(2, "upload", after=(), files=one))
    town.bring(desk.chat("clerk"), "laporan.pdf")
    town.write(desk.chat("clerk"), "yang pertama")
    assert desk.answer("clerk", f"task-{desk.task(1).id}") == "chosen"
    assert [(file.task_id, file.discarded) for file in town.rows(File)] == [(desk.task(1).id, False)]


def test_a_reason_asked_in_an_office_left_since_does_not_swallow_a_file(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.decide(2, builders.outcome("on"), BACK))
    desk.do(1)
    desk.tap("clerk", Verb.DECIDE, desk.task(2, "decision"), "back")
    chat = desk.chat("clerk")
    upload = builders.definition(builders.step(1, "upload", files={"min": 1, "max": 1}))
    elsewhere = town.found("elsewhere", upload, UNITS)
    town.start(elsewhere)

    def move(session: Session) -> None:
        for official, account in ((desk.cast.people[2].id, None), (elsewhere.people[2].id, chat)):
            row = session.get_one(Official, official)
            row.telegram_id, row.active = account, account is not None
            session.flush()

    town.store.write(move)
    town.bring(chat, "laporan.pdf")
    assert [file.task_id for file in town.rows(File)] == [town.tasks(elsewhere)[0].id]


def test_an_answer_that_came_too_late_leaves_no_question_to_swallow_the_next_file(town: Town) -> None:
    desk = Desk(
        town, builders.step(1), builders.decide(2, builders.outcome("on"), BACK),
        builders.step(3, "upload", files={"min": 1, "max": 1}),
    )  # fmt: skip
    desk.do(1)
    decision = desk.task(2, "decision")
    desk.tap("clerk", Verb.DECIDE, decision, "back")
    town.write(desk.chat("clerk"), "Belum benar")
    assert desk.tap("second-clerk", Verb.DECIDE, decision, "on") == "done"
    assert desk.answer("clerk", "send") == "first_by"
    assert town.question(desk.chat("clerk")) is None
    town.bring(desk.chat("clerk"), "laporan.pdf")
    assert [file.task_id for file in town.rows(File)] == [desk.task(3).id]


def test_the_collector_gets_the_document_that_came_late(town: Town) -> None:
    desk = Desk(town, builders.hand_in(1, collector="secretary"), builders.step(2))
    south = desk.task(1, "unit", "south")
    assert desk.waive("secretary", desk.task(1, "collection"), "south") == "done"
    town.bring(desk.chat("head-south"), "menyusul.pdf")
    town.fetch()
    assert desk.tap("head-south", Verb.DO, south) == "done"
    late: list[File] = town.rows(File, File.task_id == south.id)
    rows: list[Outbox] = town.rows(Outbox, Outbox.chat_id == desk.chat("secretary"))
    assert [row.kind for row in rows if row.file_id == late[0].id] == ["document"]
    assert "late_hand_in" in desk.templates("secretary")


@pytest.mark.parametrize("refused_first", [True, False])
def test_what_another_process_settled_meanwhile_stays_as_it_is(town: Town, refused_first: bool) -> None:
    desk = Desk(town, builders.step(1, "upload", files={"min": 1, "max": 1}), builders.step(2))
    town.bring(desk.chat("clerk"), "laporan.pdf")
    town.fetch(refuse=refused_first)
    before, said = town.rows(File), town.said(desk.chat("clerk"))
    moment = town.moment()

    def too_late(session: Session) -> None:
        if refused_first:
            files.stored(session, before[0].id, "f" * 64, 7, "pdf", moment.now, moment.nonce)
        else:
            files.refused(session, before[0].id, "broken", moment.now, moment.nonce)

    town.store.write(too_late)
    assert town.rows(File) == before
    assert town.said(desk.chat("clerk")) == said
