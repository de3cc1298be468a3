"""What is unusual about a meeting's time: asked about before anybody is invited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workflow.calendar.national import DayOff
from workflow.calendar.working_time import WorkingTime

LEAD = timedelta(hours=1)
"""Who is called sooner than this may well not come."""


class Unusual(StrEnum):
    """Why a meeting's time deserves a second look."""

    PAST = "past"
    SOON = "soon"
    DAY_OFF = "day_off"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class MeetingNote:
    """One remark; ``off`` says why the office is closed that day."""

    kind: Unusual
    off: DayOff | None = None


def notes(calendar: WorkingTime, begins: datetime, now: datetime) -> tuple[MeetingNote, ...]:
    """Return what is unusual about a meeting that begins at ``begins``; both times aware."""
    found = []
    if begins <= now:
        found.append(MeetingNote(Unusual.PAST))
    elif begins - now < LEAD:
        found.append(MeetingNote(Unusual.SOON))
    off = calendar.day_off(calendar.local_date(begins))
    if off is not None:
        found.append(MeetingNote(Unusual.DAY_OFF, off))
    elif not _within_the_day(calendar, begins):
        found.append(MeetingNote(Unusual.OUTSIDE))
    return tuple(found)


def _within_the_day(calendar: WorkingTime, at: datetime) -> bool:
    """Say whether the office is there; a break at noon is no reason to ask."""
    day = calendar.local_date(at)
    opening, closing = calendar.opening(day), calendar.closing(day)
    return opening is not None and closing is not None and opening <= at < closing
