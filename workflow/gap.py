"""After a silence longer than Telegram keeps taps (150 s): ask people to tap again."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from storage import outbox
from storage.tables import Card, Task
from workflow.state import PartStatus


def gap_notice(session: Session, bot_id: int, now: datetime) -> None:
    """Queue one note to every chat with an open task, once per gap."""
    chats = session.exec(
        select(Card.chat_id, Card.office_id)
        .join(Task, col(Task.id) == Card.task_id)
        .where(Card.bot_id == bot_id, col(Card.live).is_(True), Task.status == PartStatus.OPEN)
        .distinct()
    ).all()
    seen: set[int] = set()
    for chat_id, office_id in chats:
        if chat_id not in seen:
            seen.add(chat_id)
            outbox.say(
                session, bot_id=bot_id, chat_id=chat_id, office_id=office_id, template="delivery_gap", params={},
                now=now, key=f"gap:{bot_id}:{chat_id}:{now:%Y%m%d%H%M}",
            )  # fmt: skip
