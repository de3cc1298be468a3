"""When a bot last heard from Telegram, and what is said after a silence longer than Telegram keeps taps."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.clock import Clock
from storage.database import Database, DatabaseUnavailable
from storage.tables import Bot
from workflow import gap

log = structlog.stdlib.get_logger("bot.absence")

TAPS_LIVE = timedelta(seconds=150)
"""How long Telegram keeps a button press for a bot that does not take it."""


def heard(session: Session, bot_id: int, asked_at: datetime, wall: datetime) -> bool:
    """Note that Telegram got through; say whether it had not for so long that taps are lost.

    Then nothing is noted yet: :func:`tell` does that. ``asked_at`` is when the question was
    asked that Telegram has answered at ``wall``: how long it took to answer is no absence.
    """
    bot = session.get_one(Bot, bot_id)
    if _too_long(bot, asked_at):
        return True
    bot.last_poll_at = wall
    return False


async def tell(database: Database, bot_id: int, clock: Clock, asked_at: datetime) -> None:
    """Queue one note to the officials with open tasks: what they tapped meanwhile may be lost.

    Of several processes that come back together one tells. Raises :class:`DatabaseUnavailable`.
    """
    now, wall = clock.now(), clock.wall()

    def body(session: Session, *, say: bool) -> bool:
        bot = session.get_one(Bot, bot_id, with_for_update=True, populate_existing=True)
        lost = _too_long(bot, asked_at)
        if lost and say:
            gap.gap_notice(session, bot_id, now, wall)
        bot.last_poll_at = wall
        return lost

    try:
        if await database.write(lambda session: body(session, say=True)):
            log.warning("the bot was away for longer than Telegram keeps taps; officials are told", bot=bot_id)
    except DatabaseUnavailable:
        raise
    except Exception:
        log.exception("the note after a gap could not be written", bot=bot_id)
        await database.write(lambda session: body(session, say=False))


def _too_long(bot: Bot, asked_at: datetime) -> bool:
    return bot.last_poll_at is not None and asked_at - bot.last_poll_at > TAPS_LIVE
