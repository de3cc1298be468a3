"""What chats show of cards, noted once Telegram took the messages: the usual case, without objects.

Every card that goes out comes through here, several at once where several arrive together. What is
unusual (the card moved to another account, is wanted in a newer form by now, is being changed just
now) is for the caller, who reads the card whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, exists, select, update
from sqlmodel import Session, col

from storage import deliveries
from storage.among import among
from storage.literals import is_status
from storage.plain import rows_of, run
from storage.tables import Card, Outbox, UtcDateTime


@dataclass(frozen=True, slots=True)
class Shown:
    """That an outbox row brought a card's message to a revision; ``chat`` is the bot's and the chat's id.

    ``message_id`` is that of a new message, ``None`` for one that was changed in place; ``slot`` is
    what a new one reminds of, '' for nothing.
    """

    item_id: int
    card_id: int
    chat: tuple[int, int]
    revision: int
    message_id: int | None = None
    slot: str = ""


# Putting such a statement together costs more than running it.
_MORE_WAITS = exists().where(
    col(Outbox.bot_id) == col(Card.bot_id),
    col(Outbox.chat_id) == col(Card.chat_id),
    is_status(Outbox.status, "queued"),
    col(Outbox.due_at) <= bindparam("now", type_=UtcDateTime),
)
_LOCKED = (
    select(
        *(rows_of(Card).c[name] for name in ("id", "bot_id", "chat_id", "wanted_revision", "shown_revision")),
        _MORE_WAITS.label("more"),
    )
    .where(among(Card.id, "cards"))
    # Who holds several cards never waits for another one: there is no circle to wait in.
    .with_for_update(skip_locked=True)
)
_EDITED = update(rows_of(Card)).where(col(Card.id) == bindparam("card")).values(shown_revision=bindparam("revision"))
_SENT = _EDITED.values(
    message_id=bindparam("message", type_=BigInteger),
    sent_at=bindparam("now", type_=UtcDateTime),
    reminder=bindparam("slot"),
    sent_as_reminder=bindparam("as_reminder"),
    anew=False,
)


def note(session: Session, shown: Sequence[Shown], now: datetime) -> dict[int, bool]:
    """Note what cards' messages show and that their outbox rows were sent; each card comes once.

    Return the ids of the outbox rows this was done for, not for what is unusual, and whether
    more waits for the chat of each.
    """
    cards = {row.id: row for row in run(session, _LOCKED, {"cards": [one.card_id for one in shown], "now": now})}
    usual = [one for one in shown if _is_usual(one, cards.get(one.card_id))]
    edited, sent = [], []
    for one in usual:
        values = {"card": one.card_id, "revision": max(cards[one.card_id].shown_revision, one.revision)}
        if one.message_id is None:
            edited.append(values)
        else:
            new = {"message": one.message_id, "now": now, "slot": one.slot, "as_reminder": bool(one.slot)}
            sent.append({**values, **new})
    if edited:
        run(session, _EDITED, edited)
    if sent:
        run(session, _SENT, sent)
    if usual:
        deliveries.mark_all_sent(session, {one.item_id: one.message_id for one in usual}, now)
    return {one.item_id: cards[one.card_id].more for one in usual}


def _is_usual(one: Shown, card: Row[Any] | None) -> bool:
    return card is not None and (card.bot_id, card.chat_id) == one.chat and card.wanted_revision <= one.revision
