"""Which bot serves an office: its officials speak with that one, and it with them.

One installation may serve several bots, say one for each regency. An office is bound to its bot
when it is founded in chat, when the first of its officials enrols through a bot, or by its
office file; where there is only one bot, by itself. To every other bot its officials are strangers.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select, update

from storage.tables import Bot, Office
from workflow.moment import Moment

NO_BOT = 0
"""Stands for the bot of an office that none serves yet: nobody there has a chat."""


def bot_of(session: Session, office_id: str) -> Bot | None:
    """Return the bot that serves an office; none does before a bot has run or it is known which."""
    office = session.get_one(Office, office_id)
    return session.get(Bot, office.bot_id) if office.bot_id is not None else only_bot(session)


def moment_of(session: Session, office_id: str, now: datetime, nonce: str = "") -> Moment | None:
    """Return a moment in which an office's officials can be told something, ``None`` where no bot serves it."""
    bot = bot_of(session, office_id)
    return Moment(bot.id, now, nonce) if bot is not None else None


def only_bot(session: Session) -> Bot | None:
    """Return the installation's bot where it has one only."""
    bots = session.exec(select(Bot).order_by(col(Bot.id)).limit(2)).all()
    return bots[0] if len(bots) == 1 else None


def bind_free(session: Session) -> None:
    """Bind every office that has no bot yet to the only one there is."""
    bot = only_bot(session)
    if bot is not None:
        session.exec(update(Office).where(col(Office.bot_id).is_(None)).values(bot_id=bot.id))
