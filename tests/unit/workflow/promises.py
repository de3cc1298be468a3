"""What must be true of every run, said without the rules' own code."""

from __future__ import annotations

import json

from sop_definitions.model import Collect, SopDefinition, Step
from tests.unit.workflow.random_runs import closure, follower_sets, is_hand_in, predecessor_sets
from workflow import snapshot
from workflow.actions import Transition
from workflow.state import SETTLED, Part, PartKey, PartState, PartStatus, RunState, StepStatus

GONE = (StepStatus.DONE, StepStatus.SKIPPED)


def check_state(definition: SopDefinition, state: RunState) -> None:
    """Raise :class:`AssertionError` if the state breaks a promise."""
    before = predecessor_sets(definition)
    held = {
        n for s in state.steps.values() if s.status is StepStatus.OPEN and s.undo is not None for n in s.undo.skipped
    }
    for step in definition.steps:
        number, status = step.number, state.steps[step.number].status
        free = all(state.steps[n].status in GONE and n not in held for n in before[number])
        parts = {k: p.status for k, p in state.parts.items() if k.step == number}
        if status is StepStatus.WAITING:
            assert not free, f"step {number} could open"
        if status in (StepStatus.WAITING, StepStatus.SKIPPED):
            assert PartStatus.OPEN not in parts.values(), f"open part in step {number}, which is {status}"
        if status is StepStatus.SKIPPED or (status is StepStatus.WAITING and not is_hand_in(definition, number)):
            assert set(parts.values()) <= {PartStatus.WAITING}, f"step {number} is {status} but something is settled"
        if status is StepStatus.DONE:
            assert free, f"step {number} is done before what it waits for"
            assert PartStatus.OPEN not in parts.values(), f"step {number} is both open and done"
        if step.collect is Collect.HAND_IN:
            _check_hand_in(step, state, free)
        elif status in (StepStatus.OPEN, StepStatus.DONE):
            assert free
            _check_acts(step, state)
    if state.finished:
        assert state.open_parts() == []
    else:
        assert state.open_parts() != [], "nobody owes anything, yet the run is not finished"
    for s in state.steps.values():
        if s.undo is not None:
            assert snapshot.patch_from_json(json.loads(json.dumps(snapshot.patch_to_json(s.undo)))) == s.undo


def _check_acts(step: Step, state: RunState) -> None:
    """An open or done step without units: exactly the parts that its kind says are owed."""
    work = state.part(PartKey(step.number, Part.WORK)).status
    decision = state.part(PartKey(step.number, Part.DECISION)).status
    proof = state.part(PartKey(step.number, Part.PROOF)).status
    done = state.steps[step.number].status is StepStatus.DONE
    if step.collect is not Collect.DECIDE:
        assert work is (PartStatus.DONE if done else PartStatus.OPEN)
        return
    ends = [decision, proof] if step.second_party else [decision]
    if step.decider == "head" and work is PartStatus.OPEN:
        assert set(ends) == {PartStatus.WAITING}
        assert not done
        return
    assert work is (PartStatus.DONE if step.decider == "head" else PartStatus.WAITING)
    assert set(ends) <= {PartStatus.OPEN, PartStatus.DONE}
    assert done == (set(ends) == {PartStatus.DONE})


def _check_hand_in(step: Step, state: RunState, free: bool) -> None:
    number, status = step.number, state.steps[step.number].status
    units = {u: state.part(PartKey(number, Part.UNIT, u)).status for u in state.units}
    reviews = {u: state.part(PartKey(number, Part.REVIEW, u)).status for u in state.units}
    board = state.part(PartKey(number, Part.COLLECTION)).status
    for u in state.units:
        if reviews[u] is not PartStatus.WAITING:
            assert step.collector
            assert units[u] in (PartStatus.DONE, PartStatus.NIL)
    if status is StepStatus.OPEN:
        assert any(k.step == number for k in state.open_parts()) or PartStatus.WAITING in units.values()
        assert not (free and PartStatus.WAITING in units.values()), f"a unit of step {number} could open"
        if free and not step.collector:
            assert not set(units.values()) <= SETTLED, f"step {number} should be done"
        if free and step.collector:
            assert board is PartStatus.OPEN
    if status is StepStatus.DONE:
        assert set(units.values()) <= SETTLED
        assert board is (PartStatus.DONE if step.collector else PartStatus.WAITING)


def check_transition(before: RunState, made: Transition, seen: set[tuple[PartKey, int]]) -> None:
    """Raise :class:`AssertionError` if what is said to have changed is not what changed."""
    after = made.state
    said = {"opened": made.opened, "closed": made.closed, "superseded": made.superseded, "restored": made.restored}
    everything = [key for keys in said.values() for key in keys]
    assert len(everything) == len(set(everything)), "a part is in two lists"
    for keys in said.values():
        assert list(keys) == sorted(keys)
    for key in before.parts.keys() | after.parts.keys():
        old, new = before.part(key), after.part(key)
        assert new.activation >= old.activation, f"the activation of {key} fell"
        if new.status is PartStatus.OPEN and old.status is not PartStatus.OPEN:
            assert new.activation > old.activation, f"{key} was opened again with old buttons alive"
        if (old.status, old.activation) == (new.status, new.activation):
            assert key not in everything
        else:
            assert key in everything, f"{key} changed unsaid: {old} {new}"
    for key in made.opened:
        opening = (key, after.part(key).activation)
        assert after.part(key).status is PartStatus.OPEN
        assert not after.part(key).touched
        assert opening not in seen, "two openings share an activation"
        seen.add(opening)
    for key in made.superseded:
        assert after.part(key).status is PartStatus.WAITING
    for key in (*made.closed, *made.restored):
        assert after.part(key).status in SETTLED
    assert set(made.reopened_steps) == {
        n for n, s in before.steps.items() if s.status in GONE and after.steps[n].status not in GONE
    }


def check_return(definition: SopDefinition, before: RunState, after: RunState, target: int) -> None:
    """A return takes the target and its descendants with it, and nothing else."""
    lost = {target} | closure(follower_sets(definition), target)
    for n, s in before.steps.items():
        if n not in lost:
            assert (after.steps[n].status, after.steps[n].round) == (s.status, s.round), (
                f"step {n} is on another branch"
            )
    assert {k: p for k, p in before.parts.items() if k.step not in lost} == {
        k: p for k, p in after.parts.items() if k.step not in lost
    }
    if after.steps[target].status is StepStatus.DONE:
        return  # nothing was left to do there: every unit had reported nil further up
    for n in lost - {target}:
        assert after.steps[n].status is StepStatus.WAITING
        assert all(p.status is PartStatus.WAITING for k, p in after.parts.items() if k.step == n)


def check_return_of_units(before: RunState, after: RunState, units: frozenset[str]) -> None:
    """The other units keep what they have, wherever they have it."""
    for key, part in before.parts.items():
        if key.part in (Part.UNIT, Part.REVIEW) and key.unit not in units:
            now = after.part(key)
            reopened = part.status is PartStatus.WAITING and now.status is PartStatus.OPEN
            carried_on = part.status is PartStatus.WAITING and now.status in (PartStatus.NIL, PartStatus.WAIVED)
            assert now == part or reopened or carried_on, f"{key} lost {part} for another unit's return"


def likeness(state: RunState) -> tuple[dict[int, tuple[StepStatus, int]], dict[PartKey, PartStatus]]:
    """A state without activations, marks and what can be undone: what officials see."""
    steps = {n: (s.status, s.round) for n, s in state.steps.items()}
    waiting = PartState().status
    return steps, {k: p.status for k, p in state.parts.items() if p.status is not waiting}
