"""When the meetings of a run begin, as their invitations say now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sop_definitions.model import FieldKind, SopDefinition, Step
from storage.tables import Submission
from workflow.verbs import OUTPUT_VERBS


def schedules(definition: SopDefinition, submissions: Iterable[Submission], zone: ZoneInfo) -> dict[int, datetime]:
    """Return, by the number of its invite step and of its minutes step, when each meeting begins (aware, UTC).

    ``submissions`` are the run's, oldest first; only one that counts now sets a date. A
    meeting that was called off, or whose invitation names no date, has none.
    """
    effective = {s.step: s for s in submissions if s.effective and s.verb in OUTPUT_VERBS}
    found: dict[int, datetime] = {}
    invite: Step | None = None
    for step in definition.steps:
        if step.part == "invite":
            invite = step
        elif step.part != "minutes":
            continue
        sent = effective.get(invite.number) if invite is not None else None
        begins = begins_at(invite, sent.data, zone) if invite is not None and sent is not None else None
        if begins is not None:
            found[step.number] = begins
    return found


def begins_at(invite: Step, data: dict[str, Any], zone: ZoneInfo) -> datetime | None:
    """Return when a meeting begins (aware, UTC) by what its invitation says; ``None`` if called off or not said."""
    return None if data.get("called_off") else moment_of(invite, data.get("fields", {}), zone)


def moment_of(invite: Step, given: dict[str, Any], zone: ZoneInfo) -> datetime | None:
    """Return the moment (aware, UTC) that the date and time fields of an invitation name together."""
    day = next((given.get(f.id) for f in invite.fields if f.kind is FieldKind.DATE), None)
    clock = next((given.get(f.id) for f in invite.fields if f.kind is FieldKind.TIME), None)
    if not day or not clock:
        return None
    try:
        local = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), tzinfo=zone)
    except ValueError:
        return None
    return local.astimezone(ZoneInfo("UTC"))
