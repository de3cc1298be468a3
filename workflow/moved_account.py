"""An official with another Telegram account: the history stays theirs, the old chat keeps nothing to press."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage import outbox
from storage.literals import is_status
from storage.tables import Card, Chat, Official, Outbox, Question
from workflow import people, questions
from workflow.moment import Moment


def leave(session: Session, moment: Moment, official: Official, old_chat: int) -> None:
    """Take an official's cards and what still waits out of a chat that is theirs no more, and say so there.

    Call it once the official has the other account, with the office's runs locked, and
    reconcile the office's cards afterwards: that brings what is open to the new chat.
    """
    for question in session.exec(select(Question).where(Question.chat_id == old_chat)).all():
        if question.official_id == official.id:
            questions.forget(session, moment, question)
    for row in session.exec(
        select(Outbox)
        .where(
            Outbox.chat_id == old_chat,
            Outbox.office_id == official.office_id,
            is_status(Outbox.status, "queued", "held"),
            col(Outbox.kind).not_in(("strip", "remove")),
        )
        .order_by(col(Outbox.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all():
        row.status, row.finished_at = "skipped", moment.now
    cards = select(Card).where(Card.official_id == official.id, Card.chat_id == old_chat).order_by(col(Card.id))
    for card in session.exec(cards.with_for_update().execution_options(populate_existing=True)).all():
        if card.live and card.message_id is not None:
            outbox.remove(
                session, bot_id=card.bot_id, chat_id=old_chat, message_id=card.message_id, now=moment.now
            )  # fmt: skip
        card.message_id, card.live = None, False
    if not people.officials_of(session, old_chat, moment.bot_id):
        _take_digests(session, moment, old_chat)
    outbox.say(
        session, bot_id=moment.bot_id, chat_id=old_chat, office_id=official.office_id, template="account_moved",
        params={}, now=moment.now,
    )  # fmt: skip


def _take_digests(session: Session, moment: Moment, old_chat: int) -> None:
    chat = session.get(Chat, (moment.bot_id, old_chat))
    if chat is not None and chat.nudge_message_id is not None:
        outbox.remove(session, bot_id=chat.bot_id, chat_id=old_chat, message_id=chat.nudge_message_id, now=moment.now)
        chat.nudge_message_id = None
