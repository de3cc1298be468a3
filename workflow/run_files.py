"""All files of a run that count, in the order of its steps."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage.tables import File, Run, Submission, Task
from workflow.carried import OUTPUT_PARTS, submission_file_ids


def all_file_ids(session: Session, run: Run) -> list[int]:
    """Return the stored files behind the effective outputs of a run, by step, each once."""
    counting = session.exec(
        select(Submission)
        .join(Task, col(Task.id) == Submission.task_id)
        .where(
            Submission.run_id == run.id,
            col(Submission.effective).is_(True),
            col(Task.part).in_(OUTPUT_PARTS),
        )
        .order_by(col(Submission.step), col(Submission.id))
    ).all()
    wanted = submission_file_ids(session, list(counting))
    stored = session.exec(select(File.id).where(col(File.id).in_(wanted), File.status == "stored")).all()
    return [file_id for file_id in wanted if file_id in set(stored)]
