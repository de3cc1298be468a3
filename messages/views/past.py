"""What happened to a task: why it came back, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from messages.text import file_name, one_line
from messages.views.run_facts import RunFacts
from messages.views.values import Shown, ShownFile, recorded, shown_files
from sop_definitions.model import Step
from storage.tables import Card, Submission, Task
from workflow.state import SETTLED, Part, PartStatus
from workflow.verbs import OUTPUT_VERBS, Verb

MAX_REASON = 700


@dataclass(frozen=True, slots=True)
class Repair:
    """Why a task came back: the ``nth`` time, whose words, and files that explain them.

    ``mine``: this very work is to be corrected, not only done again after another's correction.
    ``own``: it was sent back from this very task, which now looks at it again.
    """

    nth: int
    reason: str
    by: str
    units: tuple[str, ...]
    files: tuple[str, ...]
    mine: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a task: who did it, when, and what was put on record.

    ``by`` is '' where nobody did it: a hand-in closes by itself when its last unit is accepted.
    ``mandate`` is in whose place the reader did it, with its mark before, '' in their own seat.
    """

    by: str
    mine: bool
    mandate: str
    at: datetime | None
    result: str
    values: tuple[Shown, ...]
    files: tuple[ShownFile, ...]


def repair_of(facts: RunFacts, task: Task) -> Repair | None:
    """Return why a task is open again, if a return is the reason."""
    found = facts.returned(task)
    if found is None or task.part in (Part.RECEIPT, Part.INVITATION):
        return None
    if task.part == Part.COLLECTION and found.submission.verb == Verb.RETURN:
        return None  # the board says which unit its collector sent back
    files = facts.submitted_files(found.submission, "reason")
    return Repair(
        found.nth,
        one_line(facts.text(found.submission.reason_id), MAX_REASON) if found.submission.reason_id else "",
        facts.names.author(found.submission),
        () if task.part in (Part.UNIT, Part.REVIEW) else tuple(facts.names.unit(u) for u in found.submission.units),
        tuple(file_name(f.name) for f in files),
        mine=facts.target(found.submission) == task.step
        and (task.part in (Part.WORK, Part.UNIT) or (task.part == Part.COLLECTION and not found.submission.units)),
        own=found.submission.task_id == task.id,
    )


def settled_of(facts: RunFacts, task: Task, step: Step, card: Card) -> Settled | None:
    """Return what became of a settled task, as the owner of a card sees it."""
    if task.status not in SETTLED:
        return None
    output = facts.output(task)
    last = output or next((s for s in reversed(facts.of_task(task)) if s.effective), None)
    doer = task.closed_by or (last.official_id if last else None)
    theirs = next((s for s in reversed(facts.of_task(task)) if s.official_id == doer), None)
    outcome = next((o for o in step.outcomes if last is not None and o.id == last.outcome), None)
    nil = task.status == PartStatus.NIL
    fields: dict[str, Any] = last.data.get("fields", {}) if last else {}
    return Settled(
        by=facts.names.record(theirs) if theirs is not None else facts.names.person(doer) if doer is not None else "",
        mine=doer is not None and doer == card.official_id,
        mandate=facts.names.mandate(theirs) if theirs is not None else "",
        at=task.closed_at or (last.at if last else None),
        result=_result(facts, nil, last, outcome.button if outcome else None),
        values=recorded(facts, step, fields),
        files=shown_files(facts.submitted_files(last)) if last and last.verb in OUTPUT_VERBS else (),
    )


def _result(facts: RunFacts, nil: bool, last: Submission | None, button: Any) -> str:
    if button is not None:
        return facts.reader.pick(button)
    if nil and last is not None:
        return one_line(facts.text(last.reason_id), MAX_REASON)
    return ""
