"""How an office is reminded and what its superiors are told: defaults, and what the office changed.

Times are working minutes and working days of the office (Perpres 21/2023), unless said otherwise.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from storage.tables import Office

Action = Literal["notify", "offer"]
"""What a superior gets: to know of it, or besides a button that hands the task to somebody else."""


class ReminderPolicy(BaseModel):
    """What ``Office.policy`` holds: all that differs from these defaults.

    ``floor_minutes``: no reminder sooner after the card, however short the step.
    ``early_percent``: of a step of at least ``long_from_minutes`` (working minutes), after which
    part of its time it is first reminded of. ``before_closing_minutes``: a step due at closing is
    reminded of so much earlier. ``gap_minutes``: at least so much between two reminders for one
    person (clock minutes). ``digest_spread_minutes``: the morning's messages are spread over so
    much after opening. ``without_deadline_every_days``: how often a step without waktu is named in
    the morning; ``without_deadline_superior_after_days``: after how many whole working days since it
    was opened, those of a pause left out, its superior is told that it is not finished.
    ``unacknowledged_after_days``, ``incomplete_after_days``: how many whole working days
    a task is overdue when the superior is told, the morning after, that nobody took it up, or that
    it is not finished.
    ``superiors``: whom a role answers to; a role not named here answers to the secretary, the
    secretary to the head. ``cutoff_day``: of the month, by which runs are to be done.
    ``late_after_days``: from how many working days on something is called late.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    floor_minutes: int = Field(default=60, ge=5, le=2400)
    early_percent: int = Field(default=60, ge=50, le=75)
    long_from_minutes: int = Field(default=240, ge=30, le=24000)
    before_closing_minutes: int = Field(default=60, ge=15, le=240)
    gap_minutes: int = Field(default=60, ge=5, le=480)
    digest_spread_minutes: int = Field(default=15, ge=0, le=60)
    without_deadline_every_days: int = Field(default=3, ge=1, le=60)
    without_deadline_superior_after_days: int = Field(default=10, ge=1, le=240)
    unacknowledged_after_days: int = Field(default=1, ge=0, le=60)
    unacknowledged_action: Action = "notify"
    incomplete_after_days: int = Field(default=2, ge=0, le=60)
    incomplete_action: Action = "offer"
    superiors: dict[str, str] = Field(default_factory=dict)
    cutoff_day: int = Field(default=10, ge=1, le=28)
    late_after_days: int = Field(default=1, ge=0, le=20)


def parse_policy(data: dict[str, Any]) -> ReminderPolicy:
    """Read what ``Office.policy`` holds; raises :class:`pydantic.ValidationError`."""
    return ReminderPolicy.model_validate(data)


def policy_of(office: Office) -> ReminderPolicy:
    """Return an office's policy; read once per content, so cheap to ask for."""
    return _policy(json.dumps(office.policy, sort_keys=True))


@lru_cache(maxsize=256)
def _policy(content: str) -> ReminderPolicy:
    return parse_policy(json.loads(content))
