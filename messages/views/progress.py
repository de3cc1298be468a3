"""``/status 12``: every step with who, when, how long and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from messages.rendered import InlineButton
from messages.text import one_line
from messages.views.asked import Asked, View
from messages.views.board import Board, board_of
from messages.views.quality import activity
from messages.views.run_facts import RunFacts
from messages.views.timing import paused_of
from messages.views.values import Shown, recorded
from messages.views.working_time import (
    ShownExtension,
    StepTime,
    collected_by,
    extensions_of,
    most_pressing,
    past_pauses,
    took,
)
from sop_definitions.graph import predecessors
from sop_definitions.model import Collect, Outcome
from storage.tables import Official, RunStep, Task
from workflow import people, recording
from workflow.hand_in_steps import coming
from workflow.state import SETTLED, Part, PartStatus, StepStatus
from workflow.verbs import OUTPUT_VERBS, Page, Press, Verb

BAR = 14
BLOCKING = (Part.WORK, Part.DECISION, Part.PROOF, Part.UNIT, Part.REVIEW, Part.COLLECTION)


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step. ``state``: not_started, next, todo, deciding, returned, stopped, done or skipped.

    ``took`` is working time; ``allowed`` the SOP's waktu as printed.
    """

    number: int
    activity: str
    state: str
    who: str
    at: datetime | None
    took: str
    allowed: str
    time: StepTime | None
    collect_by: datetime | None
    extensions: tuple[ShownExtension, ...]
    files: int
    values: tuple[Shown, ...]
    result: str
    board: Board | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. ``bar`` is drawn with plain characters."""

    current: int
    total: int
    done: int
    bar: str


def status_run(asked: Asked) -> View:
    """The whole run on one page, with what this reader may do about it."""
    facts = asked.facts
    lines = [_line(facts, number) for number in _numbers(facts)]
    return View(
        {
            "title": one_line(facts.run.title, 120),
            "period": facts.period,
            "run": facts.run.number,
            "run_state": facts.run.status,
            "progress": progress_of(_numbers(facts), {n: row.status for n, row in facts.steps.items()}),
            "lines": lines,
            "starter": facts.names.person(facts.run.started_by),
            "started_at": facts.run.started_at,
            "ended_at": facts.run.ended_at,
            "reason": one_line(facts.text(facts.run.end_reason_id), 300),
            "paused": paused_of(facts) if facts.run.status == "open" else None,
            "pauses": past_pauses(facts),
        },
        _keyboard(asked, facts),
        more=f"/riwayat {facts.run.number}",
    )


def progress_of(numbers: list[int], status: Mapping[int, str]) -> Progress:
    """Return how many of a run's steps are done and which one is first in line."""
    done = [n for n in numbers if status.get(n) in (StepStatus.DONE, StepStatus.SKIPPED)]
    ahead = [n for n in numbers if status.get(n) == StepStatus.OPEN] or [n for n in numbers if n not in done]
    filled = round(BAR * len(done) / len(numbers))
    return Progress(
        current=numbers.index(ahead[0]) + 1 if ahead else len(numbers),
        total=len(numbers),
        done=len(done),
        bar="■" * filled + "□" * (BAR - filled),
    )


def _numbers(facts: RunFacts) -> list[int]:
    return [step.number for step in facts.definition.steps]


def _status(facts: RunFacts, number: int) -> str:
    row = facts.steps.get(number)
    return row.status if row is not None else StepStatus.WAITING


def _line(facts: RunFacts, number: int) -> StepLine:
    row, step = facts.steps.get(number), facts.step(number)
    tasks = facts.parts(number, *BLOCKING)
    outputs = [s for s in (facts.output(task) for task in tasks) if s is not None]
    state = _state(facts, number, tasks)
    fields: dict[str, object] = {}
    for output in outputs:
        fields |= output.data.get("fields", {})
    shown = tuple(v for v in recorded(facts, step, fields) if v.kind != "tick") if state == "done" else ()
    spent, allowed = took(facts, number, row) if row is not None and state == "done" else ("", "")
    return StepLine(
        number=number,
        activity=activity(facts, number, 56),
        state=state,
        who=_who(facts, state, tasks),
        at=_at(row, state),
        took=spent,
        allowed=allowed,
        time=most_pressing(facts, tasks) if facts.run.status == "open" else None,
        collect_by=collected_by(facts, number),
        extensions=extensions_of(facts, tasks),
        files=len({f.id for s in outputs for f in facts.submitted_files(s)}) if state == "done" else 0,
        values=shown[:3],
        result=_result(facts, step.outcomes, tasks),
        board=board_of(facts, number) if step.collect is Collect.HAND_IN else None,
    )


def _state(facts: RunFacts, number: int, tasks: list[Task]) -> str:
    row = facts.steps.get(number)
    if row is None or row.status == StepStatus.WAITING:
        if facts.run.status == "cancelled":
            return "not_started"
        if row is not None and row.round > 0:
            return "next"
        ahead = [_status(facts, n) for n in predecessors(facts.definition)[number]]
        return "next" if StepStatus.OPEN in ahead else "not_started"
    if row.status == StepStatus.SKIPPED:
        return "skipped"
    if row.status == StepStatus.DONE:
        return "done"
    if facts.run.status == "cancelled":
        return "stopped"
    opened = [task for task in tasks if task.status == PartStatus.OPEN]
    if any(task.part == Part.DECISION for task in opened):
        return "deciding"
    sent_back = [task for task in opened if _sent_back(facts, task)]
    return "returned" if sent_back else "todo"


def _sent_back(facts: RunFacts, task: Task) -> bool:
    """Say whether an open task is where a return went to, and nothing was sent since."""
    found = facts.returned(task)
    if found is None or facts.target(found.submission) != task.step:
        return False
    if task.part == Part.REVIEW or (task.part == Part.COLLECTION and found.submission.units):
        return False  # the unit was sent back; who collects only waits for it, or examines it again
    later = [s for s in facts.of_task(task) if (s.id or 0) > (found.submission.id or 0) and s.verb in OUTPUT_VERBS]
    return not later


def _who(facts: RunFacts, state: str, tasks: list[Task]) -> str:
    """Return who did a step, or whose turn it is."""
    names = facts.names
    if state == "done":
        # Who decided did the step: the signature is the head's, whoever sends the scan.
        deciding = [t for t in tasks if t.part == Part.DECISION]
        doing = deciding or [t for t in tasks if t.part not in (Part.UNIT, Part.REVIEW)]
        done = [s for s in (facts.output(t) for t in doing) if s is not None]
        done = done or [s for s in (facts.output(t) for t in tasks) if s is not None]
        return names.record(max(done, key=lambda s: s.id or 0)) if done else ""
    opened = [t for t in tasks if t.status == PartStatus.OPEN]
    owing = [names.person(t.assigned_to) if t.assigned_to is not None else names.seat(t.roles) for t in opened]
    return ", ".join(list(dict.fromkeys(owing))[:3])


def _at(row: RunStep | None, state: str) -> datetime | None:
    if row is None:
        return None
    if state == "done":
        return row.closed_at
    return row.opened_at if state in ("todo", "deciding", "returned") else None


def _result(facts: RunFacts, outcomes: tuple[Outcome, ...], tasks: list[Task]) -> str:
    for task in tasks:
        output = facts.output(task) if task.part == Part.DECISION and task.status in SETTLED else None
        chosen = next((o for o in outcomes if output is not None and o.id == output.outcome), None)
        if output is not None and output.verb == Verb.DECIDE and chosen is not None:
            return facts.reader.pick(chosen.button)
    return ""


def _keyboard(asked: Asked, facts: RunFacts) -> list[list[InlineButton]]:
    run_id = facts.run.id or 0
    rows: list[list[InlineButton]] = []
    for number in _numbers(facts):
        opened = [t for t in facts.parts(number, Part.UNIT) if t.status == PartStatus.OPEN]
        if not opened or facts.run.status != "open":
            continue
        collection = facts.parts(number, Part.COLLECTION)
        target = (collection or opened)[0]
        rows.append([asked.button("show_board", Press(Page.BOARD, run_id, number))])
        steering, waiving = _may_chase(asked, facts, asked.official, collection)
        if steering:
            press = Press(Verb.REMIND, target.id or 0, target.activation)
            rows[-1].append(asked.button("remind", press))
        if waiving:
            rows.append([asked.button("waive", Press(Verb.WAIVE, target.id or 0, target.activation))])
    rows += _recordable(asked, facts)
    ahead = coming(facts.definition, facts.steps)
    if ahead is not None and facts.run.status == "open" and facts.tasks and _may_date(asked, facts, ahead):
        rows.append([asked.button("collect_by", Press(Verb.COLLECT_BY, facts.tasks[0].id or 0, 0, str(ahead)))])
    rows.append(
        [
            asked.button("show_files", Press(Page.FILES, run_id)),
            asked.button("show_history", Press(Page.HISTORY, run_id)),
        ]
    )
    return rows


def _may_date(asked: Asked, facts: RunFacts, number: int) -> bool:
    """Return whether the reader may set the date of a hand-in that is open or yet to come."""
    official = asked.official
    if official is None:
        return False
    collector = facts.step(number).collector
    roles = [facts.office_role(collector)] if collector else []
    return (
        official.id == facts.run.started_by
        or people.is_secretary(asked.session, official, facts.adopted)
        or people.is_head(asked.session, official, facts.adopted)
        or people.holds(asked.session, official, roles)
    )


def _recordable(asked: Asked, facts: RunFacts) -> list[list[InlineButton]]:
    """Return the buttons by which the secretary records what the head decided on paper."""
    if asked.official is None:
        return []
    found = [
        task
        for task in facts.tasks
        if task.part == Part.DECISION
        and recording.recordable(asked.session, asked.official, facts.run, facts.adopted, task) is not None
    ]
    return [[asked.button("record_decision", Press(Verb.RECORD, t.id or 0, t.activation))] for t in found]


def _may_chase(asked: Asked, facts: RunFacts, official: Official | None, collection: list[Task]) -> tuple[bool, bool]:
    """Return whether the reader may remind late units, and go on without one."""
    if official is None:
        return False, False
    secretary = people.is_secretary(asked.session, official, facts.adopted)
    collector = any(people.holds(asked.session, official, task.roles) for task in collection)
    head = official.admin or people.is_head(asked.session, official, facts.adopted)
    return secretary or collector or head, secretary or collector
