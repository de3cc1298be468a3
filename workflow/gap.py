"""After a silence longer than Telegram keeps taps (150 s): ask people to tap again.

A short one is told at once, without a sound outside working time. One of a working day or more
is a line of the next morning's digest instead: after ten days nobody needs another message.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from storage import outbox
from storage.tables import Bot, Card, Office, Task
from workflow.calendar.of_office import calendar_of
from workflow.calendar.working_time import WorkingTime
from workflow.state import PartStatus


def note_absence(session: Session, bot: Bot, now: datetime, wall: datetime) -> None:
    """Note since when the bot was away, if for a working day or more of any office it serves.

    ``now`` is business time, ``wall`` the machine's, in which polls are noted; both aware UTC.
    """
    since = _away_since(bot, now, wall)
    if since is None:
        return
    offices = session.exec(select(Office).where(Office.bot_id == bot.id))
    if any(_a_day_or_more(calendar_of(office), since, now) for office in offices):
        known = bot.away_until is not None and bot.away_from is not None and since <= bot.away_until
        bot.away_from = bot.away_from if known else since
        bot.away_until = now


def gap_notice(session: Session, bot_id: int, now: datetime, wall: datetime) -> None:
    """Queue one note to every chat with an open task, once per gap; a long absence is noted instead."""
    bot = session.get_one(Bot, bot_id)
    note_absence(session, bot, now, wall)
    since = _away_since(bot, now, wall)
    chats = session.exec(
        select(Card.chat_id, Card.office_id)
        .join(Task, col(Task.id) == Card.task_id)
        .where(Card.bot_id == bot_id, col(Card.live).is_(True), Task.status == PartStatus.OPEN)
        .distinct()
    ).all()
    seen: set[int] = set()
    for chat_id, office_id in chats:
        calendar = calendar_of(session.get_one(Office, office_id))
        if chat_id in seen or (since is not None and _a_day_or_more(calendar, since, now)):
            continue
        seen.add(chat_id)
        outbox.say(
            session, bot_id=bot_id, chat_id=chat_id, office_id=office_id, template="delivery_gap", params={},
            now=now, silent=not calendar.is_open(now), key=f"gap:{bot_id}:{chat_id}:{now:%Y%m%d%H%M}",
        )  # fmt: skip


def _away_since(bot: Bot, now: datetime, wall: datetime) -> datetime | None:
    """Return, in business time, when the bot last heard from Telegram."""
    return now - (wall - bot.last_poll_at) if bot.last_poll_at is not None else None


def _a_day_or_more(calendar: WorkingTime, since: datetime, until: datetime) -> bool:
    """Say whether a working day's worth of working time lies between two moments."""
    day = calendar.next_open(since)
    hours = calendar.hours(calendar.local_date(day))
    length = sum((end - start).total_seconds() for start, end in hours) / 60
    return calendar.minutes_between(since, until) >= length
