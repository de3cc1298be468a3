"""A run between its rows and the values the rules compute with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, and_, col, exists, or_, select

from sop_definitions.model import SopDefinition, Step
from storage.locks import lock_run, lock_run_of_task
from storage.tables import Adoption, Delegation, Extension, Pause, Run, RunStep, Submission, Task
from workflow import delegations, snapshot, step_times
from workflow.actions import Transition
from workflow.adoption import Adopted, load
from workflow.state import SETTLED, Part, PartKey, PartState, PartStatus, RunState, StepState, StepStatus
from workflow.verbs import OUTPUT_VERBS

# Putting such a statement together costs more than running it.
_MOVED = or_(
    exists().where(col(Pause.run_id) == bindparam("run_id")),
    exists().where(col(Extension.run_id) == bindparam("run_id")),
)
_DELEGATED = exists().where(col(Delegation.office_id) == bindparam("office_id"), col(Delegation.held))
# Asked after the run is locked: the statement that waits for the lock sees what was before.
_ROWS = (
    select(RunStep, Task, _MOVED, _DELEGATED)
    .join(Task, and_(col(Task.run_id) == RunStep.run_id, col(Task.step) == RunStep.number), isouter=True)
    .where(col(RunStep.run_id) == bindparam("run_id"))
    .order_by(col(RunStep.number), col(Task.id))
    .execution_options(populate_existing=True)
)


@dataclass(slots=True)
class LoadedRun:
    """A run, locked, with everything that may change together with it.

    ``moved``: whether it ever was paused or somebody asked for more time, as in few.
    """

    run: Run
    adopted: Adopted
    steps: dict[int, RunStep]
    tasks: dict[PartKey, Task]
    moved: bool = True

    @property
    def definition(self) -> SopDefinition:
        """The SOP version this run started with."""
        return self.adopted.definition

    def step_of(self, task: Task) -> Step:
        """Return the definition of the step a task belongs to."""
        return self.definition.step(task.step)

    def state(self) -> RunState:
        """Return where the run stands, as the rules see it."""
        return RunState(
            units=tuple(self.run.units),
            steps={
                number: StepState(
                    StepStatus(row.status), row.round, snapshot.patch_from_json(row.undo) if row.undo else None
                )
                for number, row in self.steps.items()
            },
            parts={
                key: PartState(PartStatus(task.status), task.activation, task.touched)
                for key, task in self.tasks.items()
                if key.part not in (Part.RECEIPT, Part.INVITATION)
            },
        )


def key_of(task: Task) -> PartKey:
    """Return the key under which the rules know a task."""
    return PartKey(task.step, Part(task.part), task.subject)


def load_run(session: Session, run_id: int) -> LoadedRun:
    """Lock a run and read it whole. Raises :class:`KeyError` if there is no such run."""
    return _whole(session, lock_run(session, run_id))


def load_run_of_task(session: Session, task_id: int, office_ids: Collection[str]) -> LoadedRun | None:
    """Return the run of a task as :func:`load_run` does; ``None`` if none of these offices has such a task."""
    run = lock_run_of_task(session, task_id, office_ids)
    return _whole(session, run) if run is not None else None


def _whole(session: Session, run: Run) -> LoadedRun:
    adoption = session.get_one(Adoption, run.adoption_id)
    rows = session.exec(_ROWS, params={"run_id": run.id, "office_id": run.office_id}).all()
    steps = {step.number: step for step, _, _, _ in rows}
    tasks = {key_of(task): task for _, task, _, _ in rows if isinstance(task, Task)}  # a step may have none yet
    if not any(delegated for _, _, _, delegated in rows):
        delegations.none_held(session, run.office_id)
    return LoadedRun(run, load(adoption), steps, tasks, any(moved for _, _, moved, _ in rows))


def owner(adopted: Adopted, key: PartKey) -> tuple[list[str], str]:
    """Return the office's roles that owe a part, and the unit that narrows them ('' for none)."""
    step = adopted.definition.step(key.step)
    match key.part:
        case Part.WORK:
            roles: tuple[str | None, ...] = (step.actor.role,)
        case Part.DECISION:
            roles = (step.decider or step.actor.role,)
        case Part.PROOF:
            roles = step.second_party.roles if step.second_party else ()
        case Part.UNIT:
            roles = (step.from_,)
        case Part.REVIEW | Part.COLLECTION:
            roles = (step.collector,)
        case Part.RECEIPT:
            roles = (adopted.definition.unit_role,)
        case Part.INVITATION:
            roles = ()
    unit = key.unit if key.part in (Part.UNIT, Part.RECEIPT) else ""
    return [adopted.role_map.get(role, role) for role in roles if role], unit


def save(session: Session, loaded: LoadedRun, transition: Transition, now: datetime) -> None:
    """Write a transition back to the rows, creating tasks on their first opening.

    A submission counts (``effective``) exactly while its task is settled, so a return takes
    its mark away and taking the return back gives it again.
    """
    step_times.save(loaded.steps, transition.state.steps, now)
    for key, part in transition.state.parts.items():
        _save_part(session, task_of(session, loaded, key), part, now, restored=key in transition.restored)


def begun(loaded: LoadedRun) -> dict[str, list[str | int]]:
    """Return status and round of every step that is not as it was at the start, for the record."""
    return {
        str(number): [str(row.status), row.round]
        for number, row in sorted(loaded.steps.items())
        if (row.status, row.round) != (StepStatus.WAITING, 0)
    }


def task_of(session: Session, loaded: LoadedRun, key: PartKey) -> Task:
    """Return the row of a part, made at its first opening and kept for all later ones."""
    task = loaded.tasks.get(key)
    if task is None:
        roles, unit = owner(loaded.adopted, key)
        task = Task(
            office_id=loaded.run.office_id, run_id=loaded.run.id or 0, step=key.step, part=key.part,
            subject=key.unit, roles=roles, unit_id=unit,
        )  # fmt: skip
        loaded.tasks[key] = task
        session.add(task)
    return task


def _save_part(session: Session, task: Task, part: PartState, now: datetime, *, restored: bool) -> None:
    if (task.status, task.activation, task.touched) == (part.status, part.activation, part.touched):
        return  # as most parts: even the same value, once set, is compared again on its way to the database
    if task.activation != part.activation:
        task.opened_at = now
        task.acknowledged_at = task.acknowledged_by = task.sending = task.assigned_to = None
        task.draft = {}
    was_settled, is_settled = task.status in SETTLED, part.status in SETTLED
    task.status, task.activation, task.touched = part.status, part.activation, part.touched
    if was_settled == is_settled:
        return
    if not is_settled:
        task.closed_at = task.closed_by = None
    elif task.closed_at is None:
        task.closed_at = now
    if task.id is None or (is_settled and not restored):
        return  # what settles it now is put on record by whoever acts; carried on, nothing counts
    latest = session.exec(
        select(Submission)
        .where(Submission.task_id == task.id, col(Submission.verb).in_(OUTPUT_VERBS))
        .order_by(col(Submission.id).desc())
        .limit(1)
    ).first()
    if latest is not None:
        latest.effective = is_settled
        if is_settled:
            task.closed_by, task.closed_at = latest.official_id, latest.at
