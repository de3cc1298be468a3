"""What is decided only when a message goes out: whether it may, whether it sounds, whether it still reminds."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from storage.outbox import REMINDER_OF, OutboxItem
from storage.tables import Card, Office, Task
from workflow import people
from workflow.calendar.of_office import calendar_of
from workflow.state import PartStatus


def sounds(session: Session, office_id: str, now: datetime) -> bool:
    """Say whether a card or document may make a sound: in the office's working time only."""
    return calendar_of(session.get_one(Office, office_id)).is_open(now)


def next_open(session: Session, chat_id: int, now: datetime) -> datetime:
    """Return from when on a person may be reminded of anything: ``now`` while one of their offices works."""
    offices = [session.get_one(Office, official.office_id) for official in people.officials_of(session, chat_id)]
    return min((calendar_of(office).next_open(now) for office in offices), default=now)


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
