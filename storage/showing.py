"""What a chat shows of a card, noted once Telegram took a message: the usual case, without objects.

Every message that goes out comes through here. What is unusual (the card moved to another
account, is wanted in a newer form by now) is for the caller, who reads the card whole.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, bindparam, update
from sqlmodel import Session, col, select

from storage.plain import rows_of, run
from storage.tables import Card, UtcDateTime

# Putting such a statement together costs more than running it.
_THE_CARD = col(Card.id) == bindparam("card")
_LOCKED = (
    select(Card.bot_id, Card.chat_id, Card.wanted_revision, Card.shown_revision).where(_THE_CARD).with_for_update()
)
_SHOWN = update(rows_of(Card)).where(_THE_CARD).values(shown_revision=bindparam("revision"))
_SENT = _SHOWN.values(
    message_id=bindparam("message", type_=BigInteger),
    sent_at=bindparam("now", type_=UtcDateTime),
    reminder=bindparam("slot"),
    sent_as_reminder=bindparam("as_reminder"),
    anew=False,
)


def edited(session: Session, card_id: int, chat: tuple[int, int], revision: int) -> bool:
    """Note that a card's message shows a revision; ``chat`` is the bot's and the chat's id.

    Return whether it was noted: not for a card that is unusual. It is locked in any case.
    """
    shown = _usual(session, card_id, chat, revision)
    if shown is None:
        return False
    run(session, _SHOWN, {"card": card_id, "revision": shown})
    return True


def sent(
    session: Session, card_id: int, chat: tuple[int, int], revision: int, message_id: int | None, slot: str,
    now: datetime,
) -> bool:  # fmt: skip
    """Like :func:`edited`, for a card's first message; ``slot`` is what it reminds of, '' for nothing."""
    shown = _usual(session, card_id, chat, revision)
    if shown is None:
        return False
    values = {"message": message_id, "now": now, "slot": slot, "as_reminder": bool(slot)}
    run(session, _SENT, {"card": card_id, "revision": shown, **values})
    return True


def _usual(session: Session, card_id: int, chat: tuple[int, int], revision: int) -> int | None:
    row = run(session, _LOCKED, {"card": card_id}).one()
    if (row.bot_id, row.chat_id) != chat or row.wanted_revision > revision:
        return None
    return max(int(row.shown_revision), revision)
