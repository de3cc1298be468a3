"""An official with another Telegram account: cards move, history stays, the old chat keeps nothing."""

from __future__ import annotations

import pytest
from sqlmodel import Session, col, select

from storage.tables import Card, Chat, Invitation, Official, Outbox, Question, Submission
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import BOT, Town
from tests.unit.workflow import builders
from workflow import audit_replay, enrolment

NEW = 9_000_001


@pytest.fixture
def desk(town: Town) -> Desk:
    """A clerk who has done the first step and has the second open, everything on the phones."""
    desk = Desk(town, builders.step(1), builders.step(2))
    desk.do(1)
    town.deliver()
    return desk


def move(desk: Desk, name: str = "clerk", token: str = "n" * 32) -> None:
    """Re-enrol somebody with another account, from the link to the admin's word."""
    official, admin = row(desk, name), row(desk, "admin")
    moment = desk.town.moment()

    def link(session: Session) -> None:
        session.add(Chat(bot_id=BOT, chat_id=NEW, changed_at=moment.now))
        enrolment.invite(session, official.id or 0, token, moment.now)
        enrolment.claim(session, moment, token, NEW, "Ponsel baru")

    def confirm(session: Session) -> str:
        found = session.exec(select(Invitation).where(Invitation.status == "claimed")).one()
        return enrolment.answer(session, moment, found.id or 0, [admin], yes=True).key

    desk.town.store.write(link)
    assert desk.town.store.write(confirm) == "done"


def row(desk: Desk, name: str) -> Official:
    found: list[Official] = desk.town.rows(Official, Official.name == name)
    return found[0]


def test_open_cards_move_and_finished_ones_leave_the_old_chat(desk: Desk) -> None:
    old, official = desk.chat("clerk"), row(desk, "clerk")
    mine = {card.task_id: card for card in desk.town.rows(Card, Card.official_id == official.id)}
    stood = {card.message_id for card in mine.values()}
    assert len(stood) == 2
    move(desk)
    removed = desk.town.rows(Outbox, Outbox.kind == "remove", Outbox.chat_id == old)
    assert {r.message_id for r in removed} == stood
    after = {card.task_id: card for card in desk.town.rows(Card, Card.official_id == official.id)}
    first, second = desk.task(1), desk.task(2)
    assert (after[second.id].chat_id, after[second.id].live, after[second.id].message_id) == (NEW, True, None)
    assert (after[first.id].live, after[first.id].message_id) == (False, None)
    desk.town.deliver()
    assert desk.town.rows(Card, Card.task_id == second.id, Card.official_id == official.id)[0].message_id is not None
    # Colleagues keep theirs.
    others = desk.town.rows(Card, Card.chat_id == desk.chat("second-clerk"))
    assert all(card.live for card in others)


def test_what_waited_there_is_not_said_there_and_the_old_chat_is_told_once(desk: Desk) -> None:
    old = desk.chat("clerk")
    desk.town.write(old, "/ingatkan besok jam 9")
    assert desk.town.question(old) is not None
    move(desk)
    assert desk.town.rows(Question, Question.chat_id == old) == []
    waiting = desk.town.rows(Outbox, Outbox.chat_id == old, Outbox.status == "queued", Outbox.kind == "message")
    assert [r.template for r in waiting] == ["account_moved"]


def test_the_history_stays_with_the_official_and_the_old_account_is_a_stranger(desk: Desk) -> None:
    old, official = desk.chat("clerk"), row(desk, "clerk")
    before = desk.town.rows(Submission)
    move(desk)
    assert desk.town.rows(Submission) == before
    assert {s.official_id for s in before} == {official.id}
    desk.town.write(old, "/tugas")
    assert desk.town.said(old)[-1][0] == "stranger"
    desk.town.write(NEW, "/tugas")
    assert desk.town.said(NEW)[-1][0] != "stranger"
    assert desk.town.store.write(lambda s: list(audit_replay.verify(s, "office"))) == []


def test_an_account_that_serves_another_office_keeps_its_digest(desk: Desk, town: Town) -> None:
    old = desk.chat("clerk")
    other = town.found("other", builders.definition(builders.step(1)), ("north", "south"))

    def also(session: Session) -> None:
        session.add(Official(office_id=other.office, name="there too", telegram_id=old))
        session.get_one(Chat, (BOT, old)).nudge_message_id = 77

    town.store.write(also)
    move(desk)
    assert town.rows(Chat, col(Chat.chat_id) == old)[0].nudge_message_id == 77
    town.write(old, "/tugas")
    assert town.said(old)[-1][0] != "stranger"
