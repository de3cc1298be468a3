"""Does a file look like one sent by mistake? Bytes are compared, never names."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from storage.tables import File, Run, Task
from workflow import carried
from workflow.run_state import LoadedRun
from workflow.state import Part


def warnings(session: Session, loaded: LoadedRun, task: Task, files: list[File]) -> list[dict[str, Any]]:
    """Return what is suspicious about a draft's stored files, most telling reason first.

    ``blank_form``: the very form that was handed out. ``same_as_before``: the document the
    step was to change. ``other_unit``: what another unit handed in for this step.
    ``last_period``: what was sent for this step in an earlier run of the same SOP.
    """
    found = []
    for file in files:
        if file.sha256 is not None:
            kind = _kind(session, loaded, task, file)
            if kind is not None:
                found.append({"kind": kind, "name": file.name})
    return found


def _kind(session: Session, loaded: LoadedRun, task: Task, file: File) -> str | None:
    given = carried.file_ids(session, task)
    if not loaded.step_of(task).offer_previous and given:
        same = session.exec(select(File.id).where(col(File.id).in_(given), File.sha256 == file.sha256)).first()
        if same is not None:
            return "blank_form" if task.part == Part.UNIT else "same_as_before"
    twin = session.exec(
        select(Task.run_id, Task.subject)
        .join(File, col(File.task_id) == Task.id)
        .join(Run, col(Run.id) == Task.run_id)
        .where(
            File.office_id == task.office_id,
            File.sha256 == file.sha256,
            col(File.submission_id).is_not(None),
            Run.sop_id == loaded.run.sop_id,
            Task.step == task.step,
            Task.part == task.part,
            (col(Task.run_id) != task.run_id) | (col(Task.subject) != task.subject),
        )
    ).first()
    if twin is None:
        return None
    return "other_unit" if twin[0] == task.run_id else "last_period"
