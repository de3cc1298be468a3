"""A patch as plain JSON and back, for the column that keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from workflow.state import Part, PartKey, PartState, PartStatus, Patch, StepState, StepStatus

Json = dict[str, Any]


def patch_to_json(patch: Patch) -> Json:
    """Return a patch as dicts, lists, words and numbers; equal patches give equal JSON."""
    return {
        "steps": _steps_to_json(patch.steps),
        "after_steps": _steps_to_json(patch.after_steps),
        "parts": _parts_to_json(patch.parts),
        "after_parts": _parts_to_json(patch.after_parts),
        "skipped": sorted(patch.skipped),
        "relied": sorted(patch.relied),
        "standing": [_key_to_json(key) for key in sorted(patch.standing)],
        "returned": patch.returned,
    }


def patch_from_json(data: Mapping[str, Any]) -> Patch:
    """Return the patch that :func:`patch_to_json` wrote."""
    return Patch(
        steps=_steps_from_json(data["steps"]),
        after_steps=_steps_from_json(data["after_steps"]),
        parts=_parts_from_json(data["parts"]),
        after_parts=_parts_from_json(data["after_parts"]),
        skipped=frozenset(data["skipped"]),
        relied=frozenset(data["relied"]),
        standing=frozenset(_key_from_json(row) for row in data["standing"]),
        returned=data["returned"],
    )


def _steps_to_json(steps: Mapping[int, StepState]) -> list[list[Any]]:
    return [
        [n, steps[n].status.value, steps[n].round, patch_to_json(undo) if (undo := steps[n].undo) else None]
        for n in sorted(steps)
    ]


def _steps_from_json(rows: list[list[Any]]) -> dict[int, StepState]:
    return {
        number: StepState(StepStatus(status), round_, patch_from_json(undo) if undo else None)
        for number, status, round_, undo in rows
    }


def _parts_to_json(parts: Mapping[PartKey, PartState]) -> list[list[Any]]:
    return [
        [*_key_to_json(key), parts[key].status.value, parts[key].activation, parts[key].touched]
        for key in sorted(parts)
    ]


def _parts_from_json(rows: list[list[Any]]) -> dict[PartKey, PartState]:
    return {_key(step, part, unit): _part(*state) for step, part, unit, *state in rows}


def _key_to_json(key: PartKey) -> list[Any]:
    return [key.step, key.part.value, key.unit]


def _key_from_json(row: list[Any]) -> PartKey:
    return _key(*row)


# The same few come back in every step's patch; as values that never change they can be shared.
@lru_cache(maxsize=4096)
def _key(step: int, part: str, unit: str) -> PartKey:
    return PartKey(step, Part(part), unit)


@lru_cache(maxsize=4096)
def _part(status: str, activation: int, touched: bool) -> PartState:
    return PartState(PartStatus(status), activation, touched)
