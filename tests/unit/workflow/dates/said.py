"""An office on a Friday morning, in which somebody says when."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from workflow import dates
from workflow.calendar.settings import parse_settings
from workflow.calendar.working_time import WorkingTime

WIB = ZoneInfo("Asia/Jakarta")
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=WIB)
OFFICE = WorkingTime(WIB, parse_settings({}))


def shown(one: dates.Understood) -> str:
    """Return '21-11-2026 09.00' in the office's zone; without the clock where none was said."""
    local = one.at.astimezone(OFFICE.zone)
    return f"{local:%d-%m-%Y %H.%M}" if one.has_time else f"{local:%d-%m-%Y}"


def heard(text: str, now: datetime = FRIDAY, default_time: time = time(16)) -> list[str]:
    """Return every moment that words may mean; their refusal's reason where they mean none."""
    try:
        meant = dates.understand(text, now=now, calendar=OFFICE, default_time=default_time)
    except dates.NotUnderstood as refused:
        return [refused.reason]
    return [shown(one) for one in (meant.choices if isinstance(meant, dates.Ambiguous) else (meant,))]


def heard_day(text: str, now: datetime = FRIDAY, *, not_past: bool = False) -> list[str]:
    """Return every date that words may mean, or their refusal's reason."""
    try:
        meant = dates.understand_day(text, now=now, calendar=OFFICE, not_past=not_past)
    except dates.NotUnderstood as refused:
        return [refused.reason]
    return [shown(one) for one in (meant.choices if isinstance(meant, dates.Ambiguous) else (meant,))]
