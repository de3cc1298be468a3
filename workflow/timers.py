"""What happens when a timer fires: one line per kind."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from storage import timers
from storage.tables import Timer
from workflow import checkpoint_messages, meeting_invitations, retention, scheduling
from workflow.moment import Moment
from workflow.reminding import morning, nudges, personal
from workflow.seats import settling

FIRE: dict[str, Callable[[Session, Moment, Timer], None]] = {
    "nudge": nudges.fire,
    "morning": morning.fire,
    "personal": personal.fire,
    "meeting": meeting_invitations.remind,
    "schedule": scheduling.ask,
    settling.KIND: settling.fire,
    retention.KIND: retention.fire,
    checkpoint_messages.KIND: checkpoint_messages.fire,
}
"""By kind of timer. What is called finds the timer's run locked and the timer gone."""


def fire(session: Session, moment: Moment, timer_id: int) -> Timer | None:
    """Let a due timer happen and return it; ``None`` if somebody else was first.

    Raises :class:`KeyError` for a kind that nobody knows.
    """
    timer = timers.take(session, timer_id, moment.now)
    if timer is None:
        return None
    FIRE[timer.kind](session, moment, timer)
    return timer
