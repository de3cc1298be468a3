"""Decisions: going on, skipping forward, returning the whole or chosen units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sop_definitions.model import Collect, Outcome
from workflow.actions import Decide, Refused
from workflow.rules.change import Change, asks_merge
from workflow.state import Part, PartKey, PartStatus, StepStatus


def decide(change: Change, action: Decide) -> None:
    """Take a decision. Raises :class:`Refused` for an outcome, target or unit that is none."""
    key = action.key
    if key.part is not Part.DECISION:
        raise Refused("not_applicable")
    if not change.is_open(key):
        raise Refused("not_open")
    outcome = next((o for o in change.step(key.step).outcomes if o.id == action.outcome), None)
    if outcome is None:
        raise Refused("unknown_outcome")
    if outcome.returns_to or outcome.units_to is not None:
        _return(change, action, outcome)
        return
    if action.units or action.target is not None:
        raise Refused("not_applicable")
    change.settle_part(key, PartStatus.DONE)
    if outcome.skip_to is not None:
        _skip(change, key.step, outcome.skip_to)
    change.go_on()
    change.record_undo(key.step)


def _skip(change: Change, number: int, target: int) -> None:
    """Leave out what lies between; what is already done there stays done."""
    between = change.lineage.descendants[number] & change.lineage.ancestors(target)
    skipped = frozenset(n for n in between if change.steps[n].status is not StepStatus.DONE)
    for n in skipped:
        change.set_step(n, StepStatus.SKIPPED)
        change.set_waiting(*change.parts_of(n))
    undo = change.patch(skipped, own=number, skipped=skipped)
    change.steps[number] = replace(change.steps[number], undo=undo)


def _return(change: Change, action: Decide, outcome: Outcome) -> None:
    number = action.key.step
    if action.units:
        if outcome.units_to is None:
            raise Refused("not_applicable")
        if not action.units <= set(change.units):
            raise Refused("not_a_unit")
        if action.target not in (None, outcome.units_to):
            raise Refused("not_a_target")
        _return_units(change, number, outcome.units_to, action.units)
    else:
        target = action.target if action.target is not None else next(iter(outcome.returns_to), None)
        if target not in outcome.returns_to or target is None:
            raise Refused("not_a_target")
        _return_whole(change, number, target)
    change.go_on()
    undo = change.patch(frozenset(change.steps), own=number, returned=True)
    change.steps[number] = replace(change.steps[number], undo=undo)


def reopen(change: Change, key: PartKey) -> None:
    """Open a settled decision again; everything after it waits, as after a return."""
    if key.part is not Part.DECISION or not change.settled(key):
        raise Refused("not_applicable")
    for n in change.lineage.descendants[key.step]:
        _supersede(change, n)
    change.set_step(key.step, StepStatus.OPEN)
    parts = change.parts_of(key.step)
    # Who submits to the decider did so; who sends the signed copy waits for the decision again.
    change.set_waiting(*parts[parts.index(key) + 1 :])
    change.open_part(key)
    if parts[0] == key:
        for other in parts[1:]:
            change.open_part(other)
    change.go_on()


def return_unit(change: Change, key: PartKey) -> None:
    """Send one unit back: from its review, or by itself where nobody collects."""
    step = change.step(key.step)
    if key.part is not Part.REVIEW and (key.part is not Part.UNIT or step.collector):
        raise Refused("not_applicable")
    if not change.is_open(key):
        raise Refused("not_open")
    target = key.step if step.units_to is None else step.units_to
    _return_units(change, key.step, target, frozenset({key.unit}))
    change.go_on()
    change.record_undo(key.step)


def _return_whole(change: Change, number: int, target: int) -> None:
    """Supersede the target and everything after it; other branches stay as they are."""
    if number != target and number not in change.lineage.descendants[target]:
        raise Refused("not_a_target")
    for n in change.lineage.descendants[target]:
        _supersede(change, n)
    if asks_merge(change.step(target)) and change.steps[target].status is not StepStatus.SKIPPED:
        # The units stay accepted: only the merged document is at fault.
        change.set_waiting(PartKey(target, Part.COLLECTION))
        if not any(change.is_open(key) for key in change.parts_of(target)):
            change.set_step(target, StepStatus.WAITING)
        return
    _supersede(change, target)


def _supersede(change: Change, number: int) -> None:
    change.set_step(number, StepStatus.WAITING)
    change.set_waiting(*change.parts_of(number))


def _return_units(change: Change, number: int, target: int, units: Iterable[str]) -> None:
    """Reset the chosen units' lanes from the target on; the other units stay accepted."""
    if number != target and number not in change.lineage.descendants[target]:
        raise Refused("not_a_target")
    if change.step(target).collect is not Collect.HAND_IN or change.steps[target].status is StepStatus.SKIPPED:
        raise Refused("not_a_target")
    affected = {target} | change.lineage.descendants[target]
    # Followers after their predecessors, so that each sees what still holds it up.
    for n in (n for n in change.lineage.order if n in affected):
        if change.step(n).collect is Collect.HAND_IN:
            _reset_lanes(change, n, units)
        else:
            _supersede(change, n)


def _reset_lanes(change: Change, number: int, units: Iterable[str]) -> None:
    lanes = [PartKey(number, part, unit) for unit in units for part in (Part.UNIT, Part.REVIEW)]
    change.set_waiting(*lanes)
    others_open = any(change.is_open(key) for key in change.parts_of(number) if key.part is not Part.COLLECTION)
    stays = change.steps[number].status is StepStatus.OPEN and (others_open or change.satisfied(number))
    if stays:
        return
    # The collector's board waits with the step, and a merged file must be sent again.
    change.set_waiting(PartKey(number, Part.COLLECTION))
    change.set_step(number, StepStatus.WAITING)
