"""Which files come with a card, and which are a step's output."""

from __future__ import annotations

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from sop_definitions.model import Step
from storage import plain
from storage.tables import Adoption, File, Run, Submission, Task
from workflow import forms
from workflow.adoption import load
from workflow.state import Part

OUTPUT_PARTS = (Part.WORK, Part.UNIT, Part.COLLECTION, Part.PROOF, Part.DECISION)

# Putting such a statement together costs more than running it.
_EXPLAINING = (
    select(File.id)
    .join(Submission, col(Submission.id) == File.submission_id)
    .where(
        col(Submission.run_id) == bindparam("run_id"),
        col(Submission.at) == bindparam("opened_at"),
        File.purpose == "reason",
        File.status != "refused",
    )
    .order_by(col(File.id))
)


def file_ids(session: Session, task: Task) -> list[int]:
    """Return the stored files that are shown with a task's card, oldest step first."""
    run = session.get_one(Run, task.run_id)
    definition = load(session.get_one(Adoption, run.adoption_id)).definition
    step = definition.step(task.step)
    unit = task.subject if task.part in (Part.UNIT, Part.REVIEW) else None
    if task.part == Part.COLLECTION:
        return []
    if task.part == Part.INVITATION:
        return output_file_ids(session, run, step, None)
    found: list[int] = []
    for number in () if task.part == Part.REVIEW else step.carries:
        found += output_file_ids(session, run, definition.step(number), unit)
    if task.part == Part.REVIEW or (task.part == Part.DECISION and not forms.decides_alone(step)):
        found += output_file_ids(session, run, step, unit)
    return list(dict.fromkeys(found))


def shown_file_ids(session: Session, task: Task, *, explained: bool = True) -> list[int]:
    """Return the files that come with a task's card: those carried, and what explains the return that opened it.

    ``explained``: whether what opened it may have come with a file.
    """
    if not explained:
        return file_ids(session, task)
    explaining = plain.run(session, _EXPLAINING, {"run_id": task.run_id, "opened_at": task.opened_at}).scalars()
    return list(dict.fromkeys([*file_ids(session, task), *explaining]))


def output_file_ids(session: Session, run: Run, step: Step, unit: str | None) -> list[int]:
    """Return the files that count as a step's output now.

    A merged document stands for the units' files, except for a unit that looks at its own.
    """
    submissions = session.exec(
        select(Submission, Task)
        .join(Task, col(Task.id) == Submission.task_id)
        .where(
            Submission.run_id == run.id,
            Submission.step == step.number,
            col(Submission.effective).is_(True),
            col(Task.part).in_(OUTPUT_PARTS),
        )
        .order_by(col(Submission.id))
    ).all()
    merged = step.merge is not None and unit is None
    wanted = [
        submission
        for submission, task in submissions
        if (task.part != Part.UNIT or (not merged and unit in (None, task.subject)))
        and (task.part != Part.COLLECTION or unit is None)
    ]
    return submission_file_ids(session, wanted)


def submission_file_ids(session: Session, submissions: list[Submission]) -> list[int]:
    """Return the files of submissions: sent with them, or taken over from an earlier step."""
    own = session.exec(
        select(File.submission_id, File.id)
        .where(col(File.submission_id).in_([submission.id for submission in submissions]), File.purpose == "output")
        .order_by(col(File.id))
    ).all()
    found: list[int] = []
    for submission in submissions:
        found += [file_id for owner, file_id in own if owner == submission.id and file_id is not None]
        found += submission.data.get("reused", [])
    return list(dict.fromkeys(found))
