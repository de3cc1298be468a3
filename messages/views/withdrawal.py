"""``Tarik kembali``: whether it is worth offering, and what it did to whoever was next."""

from __future__ import annotations

from dataclasses import dataclass

from messages.views.run_facts import RunFacts
from sop_definitions.graph import ancestors
from storage.tables import Task
from workflow import rules
from workflow.actions import Refused, Withdraw
from workflow.run_state import key_of
from workflow.state import SETTLED, Part, PartStatus
from workflow.verbs import Verb


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a task waits for, because it was taken back: who did so, at which step."""

    by: str
    step: int


def withdrawable(facts: RunFacts, task: Task) -> bool:
    """Return whether the rules would take a task's act back as things stand.

    They are asked again at the press; the ten minutes after a run's end are counted only then.
    """
    if task.part in (Part.RECEIPT, Part.INVITATION) or facts.run.status == "cancelled":
        return False
    try:
        rules.apply(facts.definition, facts.state, Withdraw(key_of(task)))
    except Refused:
        return False
    return task.status in SETTLED or task.part == Part.DECISION


def returned_by(facts: RunFacts, task: Task) -> int | None:
    """Return who sent a run back from this decision, if that is why it waits now."""
    if task.part != Part.DECISION or task.status != PartStatus.WAITING:
        return None
    acts = [s for s in facts.of_task(task) if s.verb in (Verb.DECIDE, Verb.WITHDRAW)]
    if not acts or acts[-1].verb != Verb.DECIDE or facts.target(acts[-1]) is None:
        return None
    return acts[-1].official_id


def taken_back(facts: RunFacts, task: Task) -> TakenBack | None:
    """Return what was taken back from under a task, if that is why it waits now.

    It is the last thing that can have made it wait since it was opened: a return which came
    later, and stands, is told as a correction.
    """
    if task.status != PartStatus.WAITING or task.opened_at is None:
        return None
    before = ancestors(facts.definition, task.step) | {task.step}
    acts = [s for s in facts.submissions if s.verb == Verb.WITHDRAW and s.step in before and s.at >= task.opened_at]
    back = facts.returned(task)
    if not acts or (back and (back.submission.id or 0) > (acts[-1].id or 0)):
        return None
    return TakenBack(facts.names.author(acts[-1]), acts[-1].step)
