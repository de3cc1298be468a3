"""One run with all its rows: read once, in a handful of queries, for any message about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from sqlalchemy.exc import NoResultFound
from sqlmodel import Session, col, exists, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from messages.text import Reader, one_line
from messages.views.names import Names, names_of
from sop_definitions.graph import descendants
from sop_definitions.model import SopDefinition, Step
from storage.among import among
from storage.sessions import foresee, once
from storage.tables import (
    Adoption,
    ErasableText,
    Extension,
    File,
    Office,
    Pause,
    Run,
    RunStep,
    Submission,
    Task,
)
from workflow.adoption import Adopted, load
from workflow.calendar.due import Span
from workflow.calendar.of_office import calendar_of
from workflow.meeting_times import schedules
from workflow.run_state import LoadedRun, key_of
from workflow.run_times import RunTimes
from workflow.state import Part, RunState
from workflow.verbs import OUTPUT_VERBS, Verb

MAX_PERIOD = 40
R = TypeVar("R", RunStep, Task, Submission, Pause, Extension, File)


@dataclass(frozen=True, slots=True)
class Return:
    """A return that concerns a task: the ``nth`` one, and why."""

    nth: int
    submission: Submission


@dataclass(frozen=True)
class RunFacts:
    """A run's rows, indexed the way messages ask for them.

    ``submissions`` and ``pauses`` are oldest first. ``times`` derives deadlines from the same rows.
    """

    reader: Reader
    now: datetime
    office: Office
    run: Run
    adopted: Adopted
    names: Names
    steps: dict[int, RunStep]
    tasks: list[Task]
    submissions: list[Submission]
    files: list[File]
    texts: dict[int, str]
    pauses: list[Pause]
    times: RunTimes
    state_of: Callable[[], RunState]

    @property
    def definition(self) -> SopDefinition:
        """The adopted SOP this run follows."""
        return self.adopted.definition

    @property
    def state(self) -> RunState:
        """Where the run stands, as the rules see it: reckoned at the first asking, once for all readers."""
        return self.state_of()

    @property
    def period(self) -> str:
        """The run's period on one line."""
        return one_line(self.run.period, MAX_PERIOD)

    def step(self, number: int) -> Step:
        """Return a step's definition."""
        return self.definition.step(number)

    def office_role(self, role: str) -> str:
        """Return the office's role that stands for one of the SOP's."""
        return self.adopted.role_map.get(role, role)

    def task(self, task_id: int) -> Task:
        """Return a task of this run; raise :class:`KeyError` if it has none such."""
        return self._by_id[task_id]

    def parts(self, step: int, *parts: Part) -> list[Task]:
        """Return a step's tasks of these parts, units in the run's order."""
        order = {unit: position for position, unit in enumerate(self.run.units)}
        found = [task for task in self.tasks if task.step == step and task.part in parts]
        return sorted(found, key=lambda task: (parts.index(Part(task.part)), order.get(task.subject, 99), task.id or 0))

    def output(self, task: Task) -> Submission | None:
        """Return the submission that counts as a task's output now."""
        found = [s for s in self.of_task(task) if s.effective and s.verb in OUTPUT_VERBS]
        return found[-1] if found else None

    def of_task(self, task: Task) -> list[Submission]:
        """Return everything submitted for a task, oldest first."""
        return self._by_task.get(task.id or 0, [])

    def submitted_files(self, submission: Submission, purpose: str = "output") -> list[File]:
        """Return a submission's files, those taken over from an earlier step included."""
        own = [f for f in self.files if f.submission_id == submission.id and f.purpose == purpose]
        reused = submission.data.get("reused", []) if purpose == "output" else []
        known = {f.id: f for f in self.files}
        return own + [known[i] for i in reused if i in known and known[i] not in own]

    def text(self, text_id: int | None) -> str:
        """Return a kept text; what was erased says so."""
        if text_id is None:
            return ""
        return self.texts.get(text_id) or ("(erased)" if self.reader.language == "en" else "(dihapus)")

    def step_output(self, number: int) -> Submission | None:
        """Return the latest submission among a step's present outputs."""
        found = [self.output(t) for t in self.tasks if t.step == number and t.part in _BLOCKING]
        return max((s for s in found if s is not None), key=lambda s: s.id or 0, default=None)

    def returned(self, task: Task) -> Return | None:
        """Return the last return that sent a task back to work and how many there were."""
        found = [s for s in self.returns if self._concerns(s, task)]
        return Return(len(found), found[-1]) if found else None

    @cached_property
    def returns(self) -> list[Submission]:
        """Every return that was not taken back again, oldest first."""
        found = []
        for submission in self.submissions:
            if submission.verb != Verb.RETURN and not (submission.verb == Verb.DECIDE and self.target(submission)):
                continue
            later = [
                s for s in self._by_task[submission.task_id]
                if (s.id or 0) > (submission.id or 0) and s.activation >= submission.activation and s.verb in _MOVES
            ]  # fmt: skip
            if not (later and later[0].verb == Verb.WITHDRAW):
                found.append(submission)
        return found

    def target(self, submission: Submission) -> int | None:
        """Return the step a return goes to; ``None`` for anything that is no return."""
        step = self.step(submission.step)
        if submission.verb == Verb.RETURN:
            return step.units_to or step.number
        outcome = next((o for o in step.outcomes if o.id == submission.outcome), None)
        if outcome is None or not outcome.returns_to:
            return None
        if submission.units:
            return outcome.units_to or outcome.returns_to[0]
        return submission.target or outcome.returns_to[0]

    def _concerns(self, submission: Submission, task: Task) -> bool:
        target = self.target(submission)
        if target is None:
            return False
        if task.step == target:
            if task.part in _OF_UNITS and not submission.units:
                # The merged document alone was at fault; the units stay accepted.
                return self.step(target).merge is None
            return task.part not in _OF_UNITS or task.subject in submission.units
        # What lies on the way back up was superseded too, and is done again for the same reason.
        on_the_way = task.step in descendants(self.definition, target) and task.step <= submission.step
        if not on_the_way:
            return False
        return not submission.units or task.part not in _OF_UNITS or task.subject in submission.units

    @cached_property
    def _by_id(self) -> dict[int, Task]:
        return {task.id or 0: task for task in self.tasks}

    @cached_property
    def _by_task(self) -> dict[int, list[Submission]]:
        found: dict[int, list[Submission]] = {}
        for submission in self.submissions:
            found.setdefault(submission.task_id, []).append(submission)
        return found


_BLOCKING = (Part.WORK, Part.DECISION, Part.PROOF, Part.UNIT, Part.REVIEW, Part.COLLECTION)
_OF_UNITS = (Part.UNIT, Part.REVIEW)
_MOVES = (*OUTPUT_VERBS, Verb.RETURN, Verb.WITHDRAW)


def _taken_over(submissions: list[Submission]) -> list[int]:
    return [i for s in submissions if s.data.get("reused_from") for i in s.data.get("reused", [])]


@dataclass(frozen=True)
class _Rows:
    """What is the same for every reader of a run."""

    office: Office
    run: Run
    adopted: Adopted
    steps: dict[int, RunStep]
    tasks: list[Task]
    submissions: list[Submission]
    files: list[File]
    texts: dict[int, str]
    pauses: list[Pause]
    times: RunTimes

    @cached_property
    def state(self) -> RunState:
        """Where the run stands, as the rules see it."""
        return LoadedRun(self.run, self.adopted, self.steps, {key_of(task): task for task in self.tasks}).state()


def load_run_facts(session: Session, run_id: int, reader: Reader, now: datetime) -> RunFacts:
    """Read a run whole, as it stands at ``now``. Raises :class:`sqlalchemy.exc.NoResultFound` if there is none."""
    rows = once(session, ("run facts", run_id), lambda: _one(session, run_id))
    return RunFacts(
        reader=reader,
        now=now,
        office=rows.office,
        run=rows.run,
        adopted=rows.adopted,
        names=names_of(session, rows.run.office_id, reader),
        steps=rows.steps,
        tasks=rows.tasks,
        submissions=rows.submissions,
        files=rows.files,
        texts=rows.texts,
        pauses=rows.pauses,
        times=rows.times,
        state_of=lambda: rows.state,
    )


def foresee_runs(session: Session, run_ids: Collection[int]) -> None:
    """Read several runs together, before messages ask for each."""
    foresee(session, {("run facts", run_id): rows for run_id, rows in _rows(session, run_ids).items()})


def _one(session: Session, run_id: int) -> _Rows:
    rows = _rows(session, [run_id])
    if not rows:
        raise NoResultFound(f"there is no run {run_id}")
    return rows[run_id]


def _rows(session: Session, run_ids: Collection[int]) -> dict[int, _Rows]:
    found = session.exec(_RUNS, params={"runs": run_ids}).all()
    adoptions = session.exec(_ADOPTIONS, params={"adoptions": {run.adoption_id for run, *_ in found}}).all()
    steps = _by_run(session, _STEPS, run_ids)
    tasks = _by_run(session, _TASKS, run_ids)
    submissions = _by_run(session, _SUBMISSIONS, run_ids)
    # Of these most runs have none.
    with_time = [run.id or 0 for run, _, has_time, _ in found if has_time]
    pauses, extensions = _by_run(session, _PAUSES, with_time), _by_run(session, _EXTENSIONS, with_time)
    files = _by_run(session, _FILES, [run.id or 0 for run, _, _, has_files in found if has_files])
    adopted = {adoption.id: load(adoption) for adoption in adoptions}
    facts: dict[int, _Rows] = {}
    for run, office, *_ in found:
        of = run.id or 0
        facts[of] = _of_run(
            session, run, office, adopted[run.adoption_id], steps.get(of, []), tasks.get(of, []),
            submissions.get(of, []), files.get(of, []), pauses.get(of, []), extensions.get(of, []),
        )  # fmt: skip
    return facts


def _by_run(session: Session, statement: SelectOfScalar[R], run_ids: Collection[int]) -> dict[int, list[R]]:
    found: dict[int, list[R]] = {}
    for row in session.exec(statement, params={"runs": run_ids}) if run_ids else ():
        found.setdefault(row.run_id or 0, []).append(row)
    return found


def _of_run(
    session: Session,
    run: Run,
    office: Office,
    adopted: Adopted,
    steps: list[RunStep],
    tasks: list[Task],
    submissions: list[Submission],
    files: list[File],
    pauses: list[Pause],
    extensions: list[Extension],
) -> _Rows:
    calendar, by_number = calendar_of(office), {row.number: row for row in steps}
    return _Rows(
        office=office,
        run=run,
        adopted=adopted,
        steps=by_number,
        tasks=tasks,
        submissions=submissions,
        files=_with_taken_over(session, files, submissions),
        texts=_texts(session, run, submissions, pauses, extensions),
        pauses=pauses,
        times=RunTimes(
            calendar=calendar,
            adopted=adopted,
            run=run,
            steps=by_number,
            pauses=[Span(pause.started_at, pause.ended_at) for pause in pauses],
            extensions=extensions,
            meetings=schedules(adopted.definition, submissions, calendar.zone),
        ),
    )


# Asked for every message. Putting such a statement together costs more than running it.
_RUNS = (
    select(
        Run,
        Office,
        or_(exists().where(col(Pause.run_id) == col(Run.id)), exists().where(col(Extension.run_id) == col(Run.id))),
        exists().where(col(File.run_id) == col(Run.id)),
    )
    .join(Office, col(Office.id) == col(Run.office_id))
    .where(among(Run.id, "runs"))
)
_ADOPTIONS = select(Adoption).where(among(Adoption.id, "adoptions"))
_STEPS = select(RunStep).where(among(RunStep.run_id, "runs"))
_TASKS = select(Task).where(among(Task.run_id, "runs")).order_by(col(Task.id))
_SUBMISSIONS = select(Submission).where(among(Submission.run_id, "runs")).order_by(col(Submission.id))
_PAUSES = select(Pause).where(among(Pause.run_id, "runs")).order_by(col(Pause.id))
_EXTENSIONS = select(Extension).where(among(Extension.run_id, "runs")).order_by(col(Extension.id))
_FILES = (
    select(File)
    .where(among(File.run_id, "runs"), col(File.discarded).is_(False), File.status != "refused")
    .order_by(col(File.id))
)
_TAKEN_OVER = select(File).where(among(File.id, "taken_over"), col(File.discarded).is_(False), File.status != "refused")


def _with_taken_over(session: Session, files: list[File], submissions: list[Submission]) -> list[File]:
    """Return a run's files, oldest first; what was taken over from the last run belongs to that run."""
    taken_over = _taken_over(submissions)
    if not taken_over:
        return files
    others = session.exec(_TAKEN_OVER, params={"taken_over": taken_over})
    return sorted({file.id or 0: file for file in (*files, *others)}.values(), key=lambda file: file.id or 0)


def _texts(
    session: Session,
    run: Run,
    submissions: Iterable[Submission],
    pauses: Iterable[Pause],
    extensions: Iterable[Extension],
) -> dict[int, str]:
    """Read whatever people wrote about a run, but for what was erased."""
    ids = {run.end_reason_id, *(s.reason_id for s in submissions), *(p.reason_id for p in pauses)}
    ids |= {text for e in extensions for text in (e.reason_id, e.decision_reason_id)}
    ids |= {p.end_reason_id for p in pauses}
    ids.discard(None)
    if not ids:
        return {}
    rows = session.exec(select(ErasableText).where(col(ErasableText.id).in_(ids)))
    return {row.id or 0: row.text or "" for row in rows}
