"""What a task still needs before it can be sent: pure questions about a step and a draft."""

from __future__ import annotations

from typing import Any

from sop_definitions.model import Collect, FieldKind, Files, FormField, Step
from workflow.state import Part

NO_FILES = Files(min=0, max=1)


def files_of(step: Step, part: Part) -> Files | None:
    """Return what files a part of a step takes, or ``None`` if it takes none."""
    match part:
        case Part.PROOF:
            return step.second_party.files if step.second_party else None
        case Part.COLLECTION:
            return step.merge
        case Part.UNIT:
            return (step.files or Files()) if step.proof in (None, "file") else None
        case Part.WORK:
            return step.files or (Files() if step.collect is Collect.UPLOAD else None)
        case Part.DECISION:
            return step.files if decides_alone(step) else None
        case _:
            return None


def fields_of(step: Step, part: Part) -> tuple[FormField, ...]:
    """Return the values a part of a step asks for."""
    asks = part in (Part.WORK, Part.UNIT) or (part is Part.DECISION and decides_alone(step))
    return step.fields if asks else ()


def decides_alone(step: Step) -> bool:
    """Say whether nobody submits to the decider: then files and values are the decider's own."""
    return step.decider in (None, step.actor.role)


def next_field(step: Step, part: Part, draft: dict[str, Any]) -> FormField | None:
    """Return the next value to ask for: first those never asked, in the SOP's order."""
    asked = {*draft.get("fields", {}), *draft.get("skipped", [])}
    for field in fields_of(step, part):
        if field.kind is not FieldKind.TICK and field.id not in asked:
            return field
    return None


def missing_tick(step: Step, part: Part, draft: dict[str, Any]) -> FormField | None:
    """Return a compulsory tick that is still open."""
    for field in fields_of(step, part):
        if field.kind is FieldKind.TICK and field.required and not draft.get("fields", {}).get(field.id):
            return field
    return None


def missing_files(step: Step, part: Part, draft: dict[str, Any], count: int) -> int:
    """Return how many files are still missing; taking over an earlier file is enough."""
    files = files_of(step, part)
    if files is None or draft.get("use_previous") or draft.get("use_last"):
        return 0
    return max(0, files.min - count)


def typed(step: Step, part: Part, draft: dict[str, Any]) -> bool:
    """Say whether anything was typed that deserves a look before it is sent."""
    kinds = {field.id: field.kind for field in fields_of(step, part)}
    return any(kinds.get(name) not in (None, FieldKind.TICK) for name in draft.get("fields", {}))
