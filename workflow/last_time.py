"""Last time's template: what the same step of the same SOP sent in the last finished run, offered once more.

Only for steps whose output is handed out, or offered as it is, further on: a form stays the
same from quarter to quarter, a result does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from sop_definitions.model import Collect, SopDefinition, Step
from storage.tables import Adoption, File, Official, Run, Task
from workflow import cards, carried, rights
from workflow.acts import open_task
from workflow.adoption import load
from workflow.beginning import begin
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.reply import Reply
from workflow.state import Part, PartStatus

DRAFT = "use_last"
"""Where a draft names the run whose files it takes over."""


@dataclass(frozen=True, slots=True)
class LastTime:
    """The run that the files come from, and the stored files."""

    run: Run
    file_ids: tuple[int, ...]


def is_template(definition: SopDefinition, step: Step) -> bool:
    """Say whether a later step hands out, or offers as its own, what this one uploads."""
    return step.collect is Collect.UPLOAD and any(
        (later.distribute or later.offer_previous) and step.number in later.carries
        for later in definition.steps
        if later.number > step.number
    )


def of_task(session: Session, task: Task, official: Official) -> LastTime | None:
    """Return what was sent for a task in the last finished run, if this official may read that run's files."""
    if task.part != Part.WORK or task.status != PartStatus.OPEN:
        return None
    run = session.get_one(Run, task.run_id)
    definition = load(session.get_one(Adoption, run.adoption_id)).definition
    step = definition.step(task.step)
    if not is_template(definition, step):
        return None
    last = session.exec(
        select(Run)
        .where(Run.office_id == run.office_id, Run.sop_id == run.sop_id, Run.status == "finished", Run.id != run.id)
        .order_by(col(Run.number).desc())
        .limit(1)
    ).first()
    if last is None or not rights.may_read_files(session, official, last):
        return None
    before = load(session.get_one(Adoption, last.adoption_id)).definition
    same = next((s for s in before.steps if s.number == step.number and s.document == step.document), None)
    if same is None:
        return None
    wanted = carried.output_file_ids(session, last, same, None)
    stored = set(session.exec(select(File.id).where(col(File.id).in_(wanted), File.status == "stored")).all())
    ids = tuple(file_id for file_id in wanted if file_id in stored)
    return LastTime(last, ids) if ids else None


def reuse(session: Session, moment: Moment, officials: list[Official], task_id: int, activation: int) -> Reply:
    """``Gunakan berkas TW III 2026``: the files of the last run become this step's own."""
    loaded, task, official = open_task(session, task_id, activation, officials)
    found = of_task(session, task, official)
    if found is None:
        raise Stopped("nothing_to_show")
    task.draft = {**task.draft, DRAFT: found.run.id}
    begin(session, moment, loaded, task)
    cards.refresh(session, moment, task)
    return Reply("chosen")


def taken_over(session: Session, task: Task, official: Official) -> LastTime | None:
    """Return what a task's draft takes over from the last run; ``None`` if it takes over nothing."""
    found = of_task(session, task, official) if task.draft.get(DRAFT) else None
    return found if found is not None and found.run.id == task.draft[DRAFT] else None
