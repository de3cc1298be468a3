"""When something is due next, for tests that move their clock there."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from storage.tables import Office, Timer


def next_at(session: Session, bot_id: int) -> datetime | None:
    """Return when the next timer in the offices of a bot is due, ``None`` if there is none at all."""
    of_bot = select(Timer.fire_at).join(Office, col(Office.id) == col(Timer.office_id)).where(Office.bot_id == bot_id)
    return session.exec(of_bot.order_by(col(Timer.fire_at)).limit(1)).first()
