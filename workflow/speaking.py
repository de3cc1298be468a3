"""Who speaks to the bot, and what stands in their chat: everything that each update asks first, in one question."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlmodel import Session, col, exists, select

from storage.tables import Chat, Office, Official, Question

_REACHABLE = select(Chat.reachable).where(
    col(Chat.bot_id) == bindparam("bot_id"), col(Chat.chat_id) == bindparam("chat_id")
)
_ASKED = exists().where(col(Question.bot_id) == bindparam("bot_id"), col(Question.chat_id) == bindparam("chat_id"))
# Putting such a statement together costs more than running it. What follows asks for the offices.
_SPEAKING = (
    select(Official, Office, _REACHABLE.scalar_subquery(), _ASKED)
    .join(Office, col(Office.id) == col(Official.office_id))
    .where(
        Official.telegram_id == bindparam("telegram_id"),
        Office.bot_id == bindparam("bot_id"),
        col(Official.active).is_(True),
    )
    .order_by(col(Official.office_id))
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whom an account stands for to a bot, officials and auditors, by office (nobody for a stranger).

    ``reachable``: their chat is known as one that can be reached. ``asked``: the bot may be
    waiting for an answer there. Of a stranger's chat neither was read.
    """

    everybody: list[Official]
    reachable: bool
    asked: bool


def speaker(session: Session, telegram_id: int, bot_id: int, chat_id: int) -> Speaker:
    """Return who speaks in a chat, as things stand now."""
    params = {"telegram_id": telegram_id, "bot_id": bot_id, "chat_id": chat_id}
    found = session.exec(_SPEAKING, params=params).all()
    if not found:
        return Speaker([], reachable=False, asked=True)
    _, _, reachable, asked = found[0]
    return Speaker([official for official, _, _, _ in found], bool(reachable), bool(asked))
