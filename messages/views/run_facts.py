"""One run with all its rows: read once, in a handful of queries, for any message about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import BindParameter, bindparam
from sqlmodel import Session, col, select

from messages.text import Reader, one_line
from messages.views.names import Names, names_of
from sop_definitions.graph import descendants
from sop_definitions.model import SopDefinition, Step
from storage.sessions import once
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
    rows = once(session, ("run facts", run_id), lambda: _rows(session, run_id))
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


def _rows(session: Session, run_id: int) -> _Rows:
    run = session.get_one(Run, run_id)
    office = session.get_one(Office, run.office_id)
    adopted = load(session.get_one(Adoption, run.adoption_id))
    params = {"run_id": run_id}
    steps = {row.number: row for row in session.exec(_STEPS, params=params)}
    submissions = list(session.exec(_SUBMISSIONS, params=params))
    pauses = list(session.exec(_PAUSES, params=params))
    extensions = list(session.exec(_EXTENSIONS, params=params))
    calendar = calendar_of(office)
    return _Rows(
        office=office,
        run=run,
        adopted=adopted,
        steps=steps,
        tasks=list(session.exec(_TASKS, params=params)),
        submissions=submissions,
        files=_files(session, run_id, _taken_over(submissions)),
        texts=_texts(session, run, submissions, pauses, extensions),
        pauses=pauses,
        times=RunTimes(
            calendar=calendar,
            adopted=adopted,
            run=run,
            steps=steps,
            pauses=[Span(pause.started_at, pause.ended_at) for pause in pauses],
            extensions=extensions,
            meetings=schedules(adopted.definition, submissions, calendar.zone),
        ),
    )


# Asked for every message. Putting such a statement together costs more than running it.
_OF_RUN: BindParameter[int] = bindparam("run_id")
_STEPS = select(RunStep).where(col(RunStep.run_id) == _OF_RUN)
_TASKS = select(Task).where(col(Task.run_id) == _OF_RUN).order_by(col(Task.id))
_SUBMISSIONS = select(Submission).where(col(Submission.run_id) == _OF_RUN).order_by(col(Submission.id))
_PAUSES = select(Pause).where(col(Pause.run_id) == _OF_RUN).order_by(col(Pause.id))
_EXTENSIONS = select(Extension).where(col(Extension.run_id) == _OF_RUN).order_by(col(Extension.id))
_FILES = (
    select(File)
    .where(col(File.run_id) == _OF_RUN, col(File.discarded).is_(False), File.status != "refused")
    .order_by(col(File.id))
)
_TAKEN_OVER = select(File).where(
    col(File.id).in_(bindparam("taken_over", expanding=True)), col(File.discarded).is_(False), File.status != "refused"
)


def _files(session: Session, run_id: int, taken_over: list[int]) -> list[File]:
    """Read a run's files, oldest first; what was taken over from the last run belongs to that run."""
    found = list(session.exec(_FILES, params={"run_id": run_id}))
    if not taken_over:
        return found
    others = session.exec(_TAKEN_OVER, params={"taken_over": taken_over})
    return sorted({file.id or 0: file for file in (*found, *others)}.values(), key=lambda file: file.id or 0)


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
