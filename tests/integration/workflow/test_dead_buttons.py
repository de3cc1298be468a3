"""A card or question that stands in a chat twice loses its buttons where they can do nothing any more."""

from __future__ import annotations

from sqlmodel import col

from handlers.incoming import Incoming
from storage.tables import Card, Outbox
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import Town
from tests.unit.workflow import builders
from workflow.verbs import Page, Press, QuestionPress, Verb

ORPHAN = 4711
"""A message that arrived though nobody knew, and was sent again."""


def tap(town: Town, chat: int, data: Press | QuestionPress, message_id: int) -> str:
    pressed = Incoming(
        0, chat, chat, private=True, kind="tap", data=str(data), callback_id="1", message_id=message_id
    )  # fmt: skip
    toast = town.send(pressed)
    assert toast is not None
    return toast.key


def stripped(town: Town, chat: int) -> set[int]:
    """Return the messages of a chat whose buttons are to be taken away, and let that happen."""
    rows: list[Outbox] = town.rows(Outbox, Outbox.kind == "strip", Outbox.chat_id == chat, Outbox.status == "queued")
    found = {row.message_id or 0 for row in rows}
    town.deliver()
    return found


def test_a_card_that_stands_there_twice(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.step(2))
    town.deliver()
    chat, first = desk.chat("clerk"), desk.task(1)
    shown: list[Card] = town.rows(Card, Card.task_id == first.id, Card.chat_id == chat, col(Card.live))
    do = Press(Verb.DO, first.id or 0, first.activation)
    assert tap(town, chat, do, shown[0].message_id or 0) == "done"
    town.deliver()
    stripped(town, chat)
    assert tap(town, chat, do, shown[0].message_id or 0) == "first_by"
    assert stripped(town, chat) == set(), "the card itself is brought to what is so now, not stripped"
    assert tap(town, chat, do, ORPHAN) == "first_by"
    assert stripped(town, chat) == {ORPHAN}


def test_somebody_else_was_first(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.step(2))
    town.deliver()
    first = desk.task(1)
    do = Press(Verb.DO, first.id or 0, first.activation)
    assert tap(town, desk.chat("clerk"), do, 1) == "done"
    town.deliver()
    assert tap(town, desk.chat("second-clerk"), do, ORPHAN) == "first_by"
    assert stripped(town, desk.chat("second-clerk")) == {ORPHAN}


def test_what_may_still_be_pressed_keeps_its_buttons(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.step(2))
    town.deliver()
    first = desk.task(1)
    assert tap(town, desk.chat("nobody"), Press(Verb.DO, first.id or 0, first.activation), ORPHAN) == "not_yours"
    assert tap(town, desk.chat("admin"), Press(Page.ENROL, 1, 0, "perhaps"), ORPHAN) == "stale"
    assert stripped(town, desk.chat("admin")) == stripped(town, desk.chat("nobody")) == set()


def test_a_question_that_stands_there_twice(town: Town) -> None:
    back = builders.outcome("back", returns_to=[1])
    desk = Desk(town, builders.step(1), builders.decide(2, builders.outcome("on"), back))
    desk.do(1)
    chat = desk.chat("clerk")
    assert desk.tap("clerk", Verb.DECIDE, desk.task(2, "decision"), "back") == "question_asked"
    asked = town.question(chat)
    assert asked is not None
    town.deliver()
    rows: list[Outbox] = town.rows(Outbox, Outbox.chat_id == chat, col(Outbox.key).startswith("question:"))
    here = rows[-1].message_id or 0
    assert tap(town, chat, QuestionPress("before", "send"), here) == "question_gone"
    assert stripped(town, chat) == set(), "its newer question can be answered there"
    assert tap(town, chat, QuestionPress("before", "send"), ORPHAN) == "question_gone"
    assert stripped(town, chat) == {ORPHAN}


def test_where_telegram_names_no_message(town: Town) -> None:
    desk = Desk(town, builders.step(1), builders.step(2))
    first = desk.task(1)
    desk.do(1)
    stripped(town, desk.chat("clerk"))
    assert tap(town, desk.chat("clerk"), Press(Verb.DO, first.id or 0, 1), 0) == "first_by"
    assert stripped(town, desk.chat("clerk")) == set()
