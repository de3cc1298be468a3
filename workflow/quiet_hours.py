"""The hours in which somebody does not want to be reminded: said in words, kept as two clock times.

They are local times of the office, and may run over midnight. What may wait waits until
their end; what cannot (a card, a document, the answer to one's own tap) comes without a sound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from storage.tables import Office
from workflow import people
from workflow.calendar.of_office import calendar_of
from workflow.calendar.working_time import WorkingTime
from workflow.dates import NotUnderstood, clock
from workflow.dates.normalising import normalise

LOOKS_AHEAD = 14
"""Days whose working time is compared: an ordinary week, and the next one where a holiday lies in this."""
EVENING = time(17)

_NONE = re.compile(r"(tidak|tdk|tak|gak|nggak)( ada| perlu)?|tanpa|kosong|hapus|bebas|none|no|nothing|off|-+")
_UNTIL = re.compile(r"\s*(?:[-–—]+|\bs\s*[./]\s*d\b\.?|\bsd\b|\bsampai dengan\b|\bto\b)\s*")
_BEFORE_CLOCK = re.compile(r"^(?:dari|mulai|antara|from|setiap|tiap|hari|jam|tenang| )+")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From a local time (included) until another (excluded); over midnight where that is the earlier one."""

    start: time
    end: time

    def as_json(self) -> dict[str, str]:
        """Return what ``Official.quiet`` holds."""
        return {"from": f"{self.start:%H:%M}", "until": f"{self.end:%H:%M}"}

    def end_after(self, local: datetime) -> datetime | None:
        """Return when the quiet hours that hold at a local moment are over, ``None`` if none do."""
        for day in (local.date() - timedelta(days=1), local.date()):
            begins, ends = self._on(day, local)
            if begins <= local < ends:
                return ends
        return None

    def _on(self, day: date, local: datetime) -> tuple[datetime, datetime]:
        last = day + timedelta(days=1) if self.end <= self.start else day
        return (
            datetime.combine(day, self.start, local.tzinfo),
            datetime.combine(last, self.end, local.tzinfo),
        )

    def leaves_time(self, calendar: WorkingTime, today: date) -> bool:
        """Say whether at least half of every working day is left: else reminders would never come."""
        for day in (today + timedelta(days=n) for n in range(LOOKS_AHEAD)):
            hours = calendar.hours(day)
            total = sum((end - start for start, end in hours), timedelta())
            if self._covered(hours, day, calendar) * 2 > total:
                return False
        return True

    def _covered(self, hours: tuple[tuple[datetime, datetime], ...], day: date, calendar: WorkingTime) -> timedelta:
        somewhere = datetime.combine(day, time(), calendar.zone)
        quiet = [self._on(day - timedelta(days=1), somewhere), self._on(day, somewhere)]
        overlaps = (min(end, to) - max(start, since) for start, end in hours for since, to in quiet)
        return sum((overlap for overlap in overlaps if overlap > timedelta()), timedelta())


def parse(words: str) -> QuietHours | None:
    """Read '18.00 sampai 07.00' or 'jam 6 sore - jam 7 pagi'; ``None`` for 'tidak ada'.

    Raises :class:`ValueError` for what is neither.
    """
    text = " ".join(words.casefold().split()).strip(" .!")
    if _NONE.fullmatch(text):
        return None
    sides = normalise(_UNTIL.sub(" sampai ", text)).split(" sampai ")
    if len(sides) != 2:
        raise ValueError("quiet hours are from one time until another")
    return _likeliest(_times(sides[0]), _times(sides[1]))


def _times(side: str) -> tuple[time, ...]:
    side = _BEFORE_CLOCK.sub("", side).strip()
    try:
        cut = clock.cut(side if re.match(r"setengah\b", side) else f"jam {side}")
    except NotUnderstood:
        raise ValueError("no clock time") from None
    if cut.clock is None or cut.clock.zone is not None or cut.rest or not cut.clock.times:
        raise ValueError("no clock time")
    return cut.clock.times


def _likeliest(starts: tuple[time, ...], ends: tuple[time, ...]) -> QuietHours:
    """Choose among the hours that 'jam 6 sampai jam 7' may mean: an evening's end is the next morning."""
    start = starts[0]
    if start >= EVENING and len(ends) > 1:
        end = min(ends)
    else:
        end = min(ends, key=lambda one: (one.hour * 60 + one.minute - start.hour * 60 - start.minute) % (24 * 60))
    if start == end:
        raise ValueError("quiet hours that never end")
    return QuietHours(start, end)


def of_json(kept: dict[str, Any]) -> QuietHours | None:
    """Return the quiet hours that ``Official.quiet`` holds."""
    if not kept:
        return None
    return QuietHours(time.fromisoformat(kept["from"]), time.fromisoformat(kept["until"]))


def quiet_until(session: Session, bot_id: int, telegram_id: int, now: datetime) -> datetime | None:
    """Return until when a bot is not to disturb somebody, ``None`` if it may now.

    Of somebody who sits in offices of several time zones, the latest end counts.
    """
    ends: list[datetime] = []
    for official in people.everybody_of(session, telegram_id, bot_id):
        hours = of_json(official.quiet)
        if hours is not None:
            zone = calendar_of(session.get_one(Office, official.office_id)).zone
            end = hours.end_after(now.astimezone(zone))
            if end is not None:
                ends.append(end)
    return max(ends, default=None)
