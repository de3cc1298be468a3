"""Four eyes: who handed something in does not also approve it, where the office has set that.

What a decision or a review rests on is the work that lies before it: the unit's hand-in, what
was submitted in the same step, the steps whose documents it carries. Whoever did that work is
left out of those who may decide. A step is never left with nobody: then the superior decides
in their place, and where there is none above them, they decide after all, as an exception
that the record shows.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from sop_definitions.graph import predecessors
from sop_definitions.model import Collect, SopDefinition
from storage.tables import Adoption, Office, Official, Run, Submission, Task
from workflow import people
from workflow.adoption import Adopted, load
from workflow.office_rules import rules_of
from workflow.rules.change import submits_first
from workflow.state import SETTLED, Part
from workflow.superiors import seated_superiors
from workflow.verbs import Verb

APPROVING = (Part.DECISION, Part.REVIEW)
WORKING = (Part.WORK, Part.UNIT, Part.COLLECTION)
HANDING_IN = (Verb.DO, Verb.NIL, Verb.KEEP, Verb.CORRECT)


class Standing(StrEnum):
    """As what somebody approves under four eyes; ``ORDINARY`` needs no word."""

    ORDINARY = ""
    SUPERIOR = "superior"  # in place of a holder who did the work
    EXCEPTION = "exception"  # did the work and approves it, since there is nobody else


def barred(session: Session, task: Task) -> frozenset[int]:
    """Return who did the work that an approval rests on; nobody where the office does not ask."""
    if task.part not in APPROVING:
        return frozenset()
    office = session.get(Office, task.office_id)
    if office is None or not rules_of(office).four_eyes:
        return frozenset()
    return frozenset(_doers(session, task))


def eligible(session: Session, task: Task, owners: list[Official]) -> list[Official]:
    """Return who may approve of those who owe it: without the doers, else the superior, else the owners."""
    doers = barred(session, task)
    left_out = [owner for owner in owners if owner.id in doers]
    if not left_out:
        return owners
    others = [owner for owner in owners if owner.id not in doers]
    if any(other.telegram_id is not None for other in others):
        return others
    for owner in left_out:
        above = [one for one in _above(session, task, owner) if one.id not in doers and one.telegram_id is not None]
        if above:
            return above
    return owners


def standing(session: Session, task: Task, official: Official, owners: list[Official]) -> Standing:
    """Return as what an eligible person approves; ``owners`` owe it by seat, delegation or assignment."""
    doers = barred(session, task)
    if official.id in doers:
        return Standing.EXCEPTION
    if doers and all(owner.id != official.id for owner in owners):
        return Standing.SUPERIOR
    return Standing.ORDINARY


def _above(session: Session, task: Task, owner: Official) -> list[Official]:
    adopted = _adopted(session, task)
    # Nobody stands above the head: a subordinate must not decide in the head's place.
    if people.is_head(session, owner, adopted):
        return []
    return seated_superiors(session, owner, adopted, task)


def _adopted(session: Session, task: Task) -> Adopted:
    run = session.get_one(Run, task.run_id)
    return load(session.get_one(Adoption, run.adoption_id))


def _doers(session: Session, task: Task) -> set[int]:
    """Return who handed in what counts now, also those whose output was kept in a later round."""
    where: ColumnElement[bool]
    if task.part == Part.REVIEW:
        where = (col(Task.step) == task.step) & (col(Task.part) == Part.UNIT) & (col(Task.subject) == task.subject)
    else:
        steps = _rests_on(_adopted(session, task).definition, task.step)
        own = (col(Task.step) == task.step) & (col(Task.part) == Part.WORK)
        where = or_(own, col(Task.step).in_(steps - {task.step}) & col(Task.part).in_(WORKING))
    query = (
        select(Submission)
        .join(Task, col(Task.id) == Submission.task_id)
        .where(
            Task.run_id == task.run_id,
            where,
            col(Task.status).in_(SETTLED),
            col(Submission.activation) == col(Task.activation),
            col(Submission.verb).in_(HANDING_IN),
        )
    )
    doers: set[int] = set()
    for submission in session.exec(query):
        doers.add(submission.official_id)
        kept = submission.data.get("kept")
        while kept is not None:
            earlier = session.get_one(Submission, kept)
            doers.add(earlier.official_id)
            kept = earlier.data.get("kept")
    return doers


def _rests_on(definition: SopDefinition, number: int) -> set[int]:
    """Return the steps whose work a decision looks at: those it carries, else those before it.

    A step that only decides did no work; what it was shown is looked at once more.
    """
    found: set[int] = {number}
    ahead = [number]
    while ahead:
        step = definition.step(ahead.pop())
        # A merged or carried document names its sources; otherwise it is whatever came just before.
        sources = step.carries or ((step.number,) if submits_first(step) else predecessors(definition)[step.number])
        for source in set(sources) - found:
            found.add(source)
            before = definition.step(source)
            if before.collect is Collect.DECIDE and not submits_first(before):
                ahead.append(source)
    return found
