"""The working time of a stored office."""

from __future__ import annotations

import json
from functools import lru_cache
from zoneinfo import ZoneInfo

from storage.tables import Office
from workflow.calendar.settings import parse_settings
from workflow.calendar.working_time import WorkingTime


def calendar_of(office: Office) -> WorkingTime:
    """Return an office's working time; laid out once per zone and settings, so cheap to ask for."""
    return _calendar(office.timezone, json.dumps(office.calendar, sort_keys=True) if office.calendar else "{}")


@lru_cache(maxsize=256)
def _calendar(timezone: str, settings: str) -> WorkingTime:
    return WorkingTime(ZoneInfo(timezone), parse_settings(json.loads(settings)))
