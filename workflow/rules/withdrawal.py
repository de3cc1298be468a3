"""'Tarik kembali': taking an act back while nothing built on it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from workflow.actions import Refused
from workflow.rules.change import ALIVE, OUT_OF_THE_WAY, Change, asks_merge
from workflow.state import Part, PartKey, PartState, PartStatus, Patch, StepStatus

LANE = (Part.UNIT, Part.REVIEW)


def withdraw(change: Change, key: PartKey) -> None:
    """Take a settled part, or a return, back. Raises :class:`Refused` once it was built upon."""
    undo = change.steps[key.step].undo
    change.restoring = True
    if change.settled(key):
        _withdraw_settled(change, key, undo if undo and not undo.returned else None)
    elif key.part is Part.DECISION and undo and undo.returned:
        everything = change.steps.keys()
        _must_be_as_left(change, undo, everything)
        _put_back(change, undo, everything)
    else:
        raise Refused("not_done")
    change.go_on()


def _withdraw_settled(change: Change, key: PartKey, undo: Patch | None) -> None:
    status = change.steps[key.step].status
    _must_be_withdrawable(change, key, undo)
    _free_successors(change, key)
    kept: Patch | None = None
    if undo:
        # A second party's file taken back leaves the decision, and so what it skipped, as it is.
        stays = undo.skipped if key.part is not Part.DECISION else frozenset()
        taken_back = change.steps.keys() - stays - {key.step}
        _must_be_as_left(change, undo, taken_back)
        _put_back(change, undo, taken_back)
        kept = _restrict(undo, stays) if stays else None
        if key.part is Part.DECISION:
            _release_skipped(change, undo, key.step)
    _nothing_may_rest_on(change, key, undo if status is StepStatus.DONE else None)
    change.steps[key.step] = replace(change.steps[key.step], status=StepStatus.OPEN, undo=kept)
    change.open_part(key)
    collection = PartKey(key.step, Part.COLLECTION)
    if key.part in LANE and change.settled(collection):
        change.open_part(collection)


def _must_be_withdrawable(change: Change, key: PartKey, undo: Patch | None) -> None:
    step, part, status = change.step(key.step), change.status(key), change.steps[key.step].status
    if part is PartStatus.WAIVED or (key.part is Part.COLLECTION and not asks_merge(step)):
        raise Refused("not_applicable")
    if key.part is Part.UNIT and change.carried_on(step, key.unit):
        # Nothing is owed here: it was settled with the step before, or handed in all the same.
        raise Refused("not_applicable")
    if status is StepStatus.OPEN:
        return
    if status is not StepStatus.DONE or undo is None:
        raise Refused("built_upon")
    if undo.after_parts.get(key, PartState()).status is PartStatus.WAIVED:
        # Handed in after the run went on without it: taking it back must not hold the run up again.
        raise Refused("built_upon")


def _free_successors(change: Change, key: PartKey) -> None:
    """Let the parts that this one opened in its own step wait again."""
    step = change.step(key.step)
    if key.part in LANE and asks_merge(step) and change.settled(PartKey(key.step, Part.COLLECTION)):
        raise Refused("built_upon")
    successors: list[PartKey] = []
    if key.part is Part.UNIT and step.collector:
        successors = [PartKey(key.step, Part.REVIEW, key.unit)]
    elif key.part is Part.WORK:
        successors = change.parts_of(key.step)[1:]
    for successor in successors:
        if change.settled(successor) or change.parts.get(successor, PartState()).touched:
            raise Refused("built_upon")
    change.set_waiting(*successors)


def _must_be_as_left(change: Change, undo: Patch, within: AbstractSet[int]) -> None:
    """Refuse unless everything the transition changed is still exactly as it left it."""
    for number, step in undo.after_steps.items():
        now = change.steps[number]
        if number in within and (now.status, now.round) != (step.status, step.round):
            raise Refused("built_upon")
    for key in undo.parts:
        if key.step in within and change.parts.get(key) != undo.after_parts[key]:
            raise Refused("built_upon")
    if any(change.steps[number].status not in OUT_OF_THE_WAY for number in undo.relied):
        raise Refused("built_upon")


def _put_back(change: Change, undo: Patch, within: AbstractSet[int]) -> None:
    """Restore what the transition replaced; what becomes open again does so for a new activation."""
    for number, step in undo.steps.items():
        if number in within:
            change.steps[number] = step
    for key, part in undo.parts.items():
        if key.step not in within:
            continue
        activation = max(change.parts[key].activation, part.activation)
        change.parts[key] = replace(part, activation=activation)
        if part.status is PartStatus.OPEN:
            change.open_part(key)


def _restrict(undo: Patch, steps: AbstractSet[int]) -> Patch:
    return replace(
        undo,
        steps={n: s for n, s in undo.steps.items() if n in steps},
        after_steps={n: s for n, s in undo.after_steps.items() if n in steps},
        parts={k: p for k, p in undo.parts.items() if k.step in steps},
        after_parts={k: p for k, p in undo.after_parts.items() if k.step in steps},
    )


def _release_skipped(change: Change, undo: Patch, number: int) -> None:
    """Let steps wait again, but for those that another standing decision skips as well."""
    standing = (StepStatus.OPEN, StepStatus.DONE)
    others = [s.undo for n, s in change.steps.items() if n != number and s.status in standing and s.undo]
    for n in undo.skipped:
        if any(n in other.skipped for other in others):
            change.set_step(n, StepStatus.SKIPPED)
            change.set_waiting(*change.parts_of(n))
        elif change.steps[n].status is StepStatus.SKIPPED:
            # Another decision had skipped it first and was taken back since.
            if any(change.steps[f].status in standing for f in change.lineage.followers[n]):
                raise Refused("built_upon")
            change.set_step(n, StepStatus.WAITING)


def _nothing_may_rest_on(change: Change, key: PartKey, undo: Patch | None) -> None:
    """Refuse if anything further on came to be on the strength of this part since it was settled.

    Where several branches join, the follower was opened by whoever came last, and is not in
    this step's patch. And a unit's own way on must be untouched, whoever closed the step.
    """
    beyond = change.beyond(key.step)
    alive = {k for k, p in change.parts.items() if k.step in beyond and p.status in ALIVE}
    if undo and not alive <= undo.standing:
        raise Refused("built_upon")
    if key.part in LANE and any(k.part in LANE and k.unit == key.unit for k in alive):
        raise Refused("built_upon")
