"""How long the queues are and since when: a few numbers per bot, from the small indexes of what is still alive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.literals import is_status
from storage.tables import Bot, Inbox, Outbox, Timer


@dataclass(slots=True)
class BotQueues:
    """One bot's queues. ``due`` may be sent now; ``oldest_due`` and ``oldest_pending`` are business time."""

    due: int = 0
    oldest_due: datetime | None = None
    held: int = 0
    dead: int = 0
    pending: int = 0
    oldest_pending: datetime | None = None
    parked: int = 0


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """The queues of every bot, and the timer that should have fired first, if any is overdue."""

    at: datetime
    bots: dict[int, BotQueues] = field(default_factory=dict)
    oldest_timer: datetime | None = None

    def age(self, since: datetime | None) -> timedelta:
        """Return how long something has been waiting; nothing at all waits for no time."""
        return max(self.at - since, timedelta()) if since is not None else timedelta()

    @property
    def longest_wait(self) -> timedelta:
        """How long the message due longest has been waiting, of all bots."""
        return max((self.age(queues.oldest_due) for queues in self.bots.values()), default=timedelta())


def queue_facts(session: Session, now: datetime) -> QueueFacts:
    """Return the facts at ``now`` (business time). Touches only what waits, however much is finished."""
    facts = QueueFacts(now, {bot: BotQueues() for bot in session.exec(select(Bot.id))}, _oldest_timer(session, now))
    counted = func.count()

    def of(bot_id: int) -> BotQueues:
        return facts.bots.setdefault(bot_id, BotQueues())

    due = select(Outbox.bot_id, counted, func.min(Outbox.due_at)).where(
        is_status(Outbox.status, "queued"), Outbox.due_at <= now
    )
    for bot, number, oldest in session.exec(due.group_by(col(Outbox.bot_id))):
        of(bot).due, of(bot).oldest_due = number, oldest
    sending = select(Outbox.bot_id, counted, func.min(Outbox.due_at)).where(is_status(Outbox.status, "sending"))
    for bot, number, oldest in session.exec(sending.group_by(col(Outbox.bot_id))):
        # Handed to a sender is not on the phone yet, and a sender may be dead.
        queues = of(bot)
        queues.due += number
        queues.oldest_due = min(oldest, queues.oldest_due or oldest)
    for status in ("held", "dead"):
        rows = select(Outbox.bot_id, counted).where(is_status(Outbox.status, status))
        for bot, number in session.exec(rows.group_by(col(Outbox.bot_id))):
            setattr(of(bot), status, number)
    pending = select(Inbox.bot_id, counted, func.min(Inbox.received_at)).where(is_status(Inbox.status, "pending"))
    for bot, number, oldest in session.exec(pending.group_by(col(Inbox.bot_id))):
        of(bot).pending, of(bot).oldest_pending = number, oldest
    parked = select(Inbox.bot_id, counted).where(is_status(Inbox.status, "parked"))
    for bot, number in session.exec(parked.group_by(col(Inbox.bot_id))):
        of(bot).parked = number
    return facts


def _oldest_timer(session: Session, now: datetime) -> datetime | None:
    return session.exec(
        select(Timer.fire_at).where(col(Timer.fire_at) <= now).order_by(col(Timer.fire_at), col(Timer.id)).limit(1)
    ).first()
