"""A run's step rows brought up to date: status, round, and when each opened and closed.

Statistics live on these times, so a return that is taken back gives the steps it had taken
away their own times again: they are kept beside the undo of the step that returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.tables import RunStep
from workflow import snapshot
from workflow.state import StepState, StepStatus

OUT_OF_THE_WAY = (StepStatus.DONE, StepStatus.SKIPPED)
TIMES = "times"


def save(rows: Mapping[int, RunStep], steps: Mapping[int, StepState], now: datetime) -> None:
    """Write the steps' new states to their rows; ``now`` is business time."""
    kept = {int(n): times for row in rows.values() if row.undo for n, times in row.undo.get(TIMES, {}).items()}
    before = {n: [_written(row.opened_at), _written(row.closed_at)] for n, row in rows.items()}
    for number, step in steps.items():
        row = rows[number]
        if (row.status, row.round) != (step.status, step.round):
            _save_times(row, step, now, kept.get(number))
            row.status, row.round = step.status, step.round
        _save_undo(row, step, before)


def _save_times(row: RunStep, step: StepState, now: datetime, kept: list[str | None] | None) -> None:
    closed = step.status in OUT_OF_THE_WAY
    if kept is not None and closed and row.status not in OUT_OF_THE_WAY and _is_restored(row, step):
        row.opened_at, row.closed_at = _read(kept[0]), _read(kept[1])
        return
    if row.round != step.round:
        row.opened_at = now
    if row.status != step.status:
        row.closed_at = now if closed else None


def _is_restored(row: RunStep, step: StepState) -> bool:
    """Say whether a step is done again without having been opened again."""
    return step.round < row.round or (row.status == StepStatus.WAITING and step.round == row.round)


def _save_undo(row: RunStep, step: StepState, before: dict[int, list[str | None]]) -> None:
    undo: dict[str, Any] | None = snapshot.patch_to_json(step.undo) if step.undo else None
    if _without_times(row.undo) == undo:
        return
    if undo is not None and step.undo is not None and step.undo.returned:
        undo[TIMES] = {str(number): before[number] for number in step.undo.steps}
    row.undo = undo


def _without_times(undo: dict[str, Any] | None) -> dict[str, Any] | None:
    return {key: value for key, value in undo.items() if key != TIMES} if undo is not None else None


def _written(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _read(time: str | None) -> datetime | None:
    return datetime.fromisoformat(time) if time else None
