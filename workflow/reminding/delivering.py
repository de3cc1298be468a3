"""What is decided only when a message goes out: whether it may, whether it sounds, whether it still reminds."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from storage.outbox import REMINDER_OF, OutboxItem
from storage.tables import Card, Office, Task
from workflow import people, quiet_hours
from workflow.calendar.of_office import calendar_of
from workflow.reminding.morning import DIGEST
from workflow.state import PartStatus


def sounds(session: Session, office_id: str, now: datetime) -> bool:
    """Say whether a card or document may make a sound: in the office's working time only."""
    return calendar_of(session.get_one(Office, office_id)).is_open(now)


def next_open(session: Session, bot_id: int, chat_id: int, now: datetime) -> datetime:
    """Return from when on a bot may remind a person of anything: ``now`` while one of their offices works."""
    rows = people.officials_of(session, chat_id, bot_id)
    offices = [session.get_one(Office, official.office_id) for official in rows]
    return min((calendar_of(office).next_open(now) for office in offices), default=now)


SOON_AFTER = timedelta(minutes=30)
MAY_WAIT = frozenset({DIGEST, "unit_reminder", "personal_reminder"})
"""What somebody's quiet hours hold back. A meeting does not wait: its reminder comes without a sound."""

REPLY = 1
"""Priority of what answers somebody's own word or tap: who is typing is not asleep."""


def quiet_until(session: Session, item: OutboxItem, now: datetime) -> datetime | None:
    """Return until when the reader has quiet hours, ``None`` if there are none now or they asked themselves."""
    return quiet_hours.quiet_until(session, item.bot_id, item.chat_id, now) if item.priority > REPLY else None


def still_said_after(session: Session, item: OutboxItem, at: datetime) -> datetime | None:
    """Return until when a reminder that waited for the end of quiet hours is said, ``None`` if that stays as it is.

    One whose hour would be over is still said right after them, if the office works then; else the
    next morning's digest says it.
    """
    if item.not_after is None or item.not_after > at or next_open(session, item.bot_id, item.chat_id, at) > at:
        return None
    return at + SOON_AFTER


def reminder(session: Session, item: OutboxItem, card: Card, now: datetime) -> str:
    """Return the slot that a card's row still reminds of, '' if it is for its other changes only.

    A reminder is for its hour. One whose first try may have arrived is not sent again, and one
    whose card came anew meanwhile, or whose task is done or stands still, has nothing to say.
    """
    slot = str(item.params.get(REMINDER_OF, ""))
    if not slot or item.uncertain or not card.live or card.message_id is None:
        return ""
    if item.not_after is not None and now > item.not_after:
        return ""
    if card.sent_at is not None and card.sent_at > item.created_at:
        return ""
    task = session.get_one(Task, card.task_id)
    return slot if task.status == PartStatus.OPEN and sounds(session, card.office_id, now) else ""
