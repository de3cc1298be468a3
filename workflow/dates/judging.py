"""Whether a moment may be taken, and what whoever confirms it should be told of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workflow.calendar.working_time import WorkingTime
from workflow.dates.meaning import Ambiguous, Note, NoteKind, NotUnderstood, Understood

EVENING, MORNING = time(18), time(6)
"""From the one to the other nobody is sent for: a night hour is told, not refused."""
MOST_CHOICES = 4
_KINDS: dict[str, NoteKind] = {"weekend": "weekend", "collective": "collective"}


class Meant(NamedTuple):
    """A moment that words can mean; without ``has_time`` only its date was said."""

    at: datetime
    has_time: bool


def moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return a local date and clock time as a moment (aware, UTC)."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def judged(
    meant: list[Meant], calendar: WorkingTime, now: datetime, *, not_past: bool, today_too: bool
) -> Understood | Ambiguous:
    """Return what is left of the moments that words can mean.

    With ``not_past`` they lie after ``now``; ``today_too`` leaves today itself where no clock
    was said. Raises :class:`NotUnderstood` (``past``) if nothing is left.
    """
    left = [one for one in dict.fromkeys(meant) if not not_past or _ahead(one, calendar, now, today_too=today_too)]
    if not left:
        raise NotUnderstood("past", meant[0].at, has_time=meant[0].has_time)
    choices = tuple(Understood(*one, notes(*one, calendar)) for one in left[:MOST_CHOICES])
    return choices[0] if len(choices) == 1 else Ambiguous(choices)


def notes(at: datetime, has_time: bool, calendar: WorkingTime) -> tuple[Note, ...]:
    """Return what is odd about a moment: a day off, one whose date is an estimate, a night hour."""
    found: list[Note] = []
    local = at.astimezone(calendar.zone)
    off = calendar.day_off(local.date())
    if off is not None:
        found.append(Note("estimated" if off.estimated else _KINDS.get(off.kind, "holiday"), off.name))
    if has_time and not MORNING <= local.time() < EVENING:
        found.append(Note("night"))
    return tuple(found)


def _ahead(meant: Meant, calendar: WorkingTime, now: datetime, *, today_too: bool) -> bool:
    if today_too and not meant.has_time:
        return calendar.local_date(meant.at) >= calendar.local_date(now)
    return meant.at > now
