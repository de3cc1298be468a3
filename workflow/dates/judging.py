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


def judged(meant: list[Meant], calendar: WorkingTime, *, since: datetime | date | None) -> Understood | Ambiguous:
    """Return what is left of the moments that words can mean.

    ``since``: a moment that must lie ahead, a date that may be reached too; ``None`` allows
    the past. Raises :class:`NotUnderstood` (``past``) if nothing is left.
    """
    left = [one for one in dict.fromkeys(meant) if since is None or _ahead(one, since, calendar)]
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


def _ahead(meant: Meant, since: datetime | date, calendar: WorkingTime) -> bool:
    if isinstance(since, datetime):
        return meant.at > since
    return calendar.local_date(meant.at) >= since
