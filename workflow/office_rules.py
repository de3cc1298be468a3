"""What an office rules for itself beyond its calendar and reminders: who may do what, and what is kept how long."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from storage.tables import Office


class OfficeRules(BaseModel):
    """What ``Office.rules`` holds: all that differs from these defaults.

    ``four_eyes``: who handed something in does not also approve it. ``record_decisions``: the
    secretary may put a decision of the head on record from a signed paper. The rest are
    calendar days: raw updates after they were handled, texts of messages after they were
    sent, ids of cards after their run ended. What belongs to the record itself is kept as
    long as the office's retention schedule (JRA) demands, and is not touched by any of these.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    four_eyes: bool = False
    record_decisions: bool = False
    raw_updates_days: int = Field(default=30, ge=1, le=365)
    message_texts_days: int = Field(default=90, ge=7, le=3650)
    card_ids_days: int = Field(default=90, ge=7, le=3650)


def parse_rules(data: dict[str, Any]) -> OfficeRules:
    """Read what ``Office.rules`` holds; raises :class:`pydantic.ValidationError`."""
    return OfficeRules.model_validate(data)


def rules_of(office: Office) -> OfficeRules:
    """Return an office's rules; read once per content, so cheap to ask for."""
    return _rules(json.dumps(office.rules, sort_keys=True))


@lru_cache(maxsize=256)
def _rules(content: str) -> OfficeRules:
    return parse_rules(json.loads(content))
