"""Random SOPs under random officials: what must never happen does not."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from sop_definitions.model import SopDefinition
from tests.unit.workflow import promises, random_runs
from workflow import rules
from workflow.actions import Action, Complete, Decide, Nil, Refused, ReturnUnit, Transition, Waive, Withdraw
from workflow.state import PartStatus, RunState, StepStatus

UNITS = st.sampled_from([("north",), ("north", "south"), ("north", "south", "west")])


def picks(most: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    """Up to so many tries; every length is as likely, so that long runs are not rare."""
    one = st.tuples(st.integers(0, 9), st.integers(0, 10_000))
    return st.integers(0, most).flatmap(lambda length: st.lists(one, min_size=length, max_size=length))


def choose(definition: SopDefinition, state: RunState, pick: tuple[int, int]) -> Action:
    """Most of the time go on, often do something sensible, sometimes anything at all."""
    way, number = pick
    sensible = random_runs.sensible(definition, state)
    turning: list[Action] = [a for a in sensible if isinstance(a, Decide | ReturnUnit | Nil | Waive)]
    if way < 5 and not state.finished:
        choices = random_runs.forward(definition, state)
    elif way < 7 and turning:
        choices = turning
    elif way < 9:
        choices = sensible
    else:
        choices = random_runs.anything(definition, state)
    return choices[number % len(choices)]


def finish(definition: SopDefinition, state: RunState) -> None:
    """Let everybody do what they owe: the run must end, each part done once at most."""
    bound = len(definition.steps) * 3 * (len(state.units) + 1)
    while not state.finished:
        assert bound > 0, f"the run does not come to its end: {promises.likeness(state)}"
        bound -= 1
        actions = random_runs.forward(definition, state)
        assert actions, "nobody can do anything, yet the run is not finished"
        state = rules.apply(definition, state, actions[bound % len(actions)]).state


def check_taking_back(definition: SopDefinition, before: RunState, action: Action, after: RunState) -> None:
    """What was done a moment ago can be taken back, and then all is as before."""
    if not isinstance(action, Complete | Nil | Decide) or before.part(action.key).status is PartStatus.WAIVED:
        return
    back = rules.apply(definition, after, Withdraw(action.key))
    note("  taken back")
    assert promises.likeness(back.state) == promises.likeness(before)
    assert back.closed == ()
    assert action.key in back.opened
    promises.check_state(definition, back.state)
    promises.check_transition(after, back, set())


def check_returning(definition: SopDefinition, before: RunState, action: Action, made: Transition) -> None:
    if isinstance(action, ReturnUnit):
        promises.check_return_of_units(before, made.state, frozenset({action.key.unit}))
    if isinstance(action, Decide):
        outcome = next(o for o in definition.step(action.key.step).outcomes if o.id == action.outcome)
        if action.units:
            promises.check_return_of_units(before, made.state, action.units)
        elif outcome.returns_to:
            promises.check_return(definition, before, made.state, action.target or outcome.returns_to[0])


def walk(definition: SopDefinition, units: tuple[str, ...], tries: list[tuple[int, int]]) -> None:
    made = rules.start(definition, units)
    state, seen = made.state, {(key, 1) for key in made.opened}
    promises.check_state(definition, state)
    for pick in tries:
        action = choose(definition, state, pick)
        try:
            made = rules.apply(definition, state, action)
        except Refused as refused:
            note(f"{action} refused: {refused.reason}")
            continue
        note(f"{action}: {promises.likeness(made.state)}")
        promises.check_state(definition, made.state)
        promises.check_transition(state, made, seen)
        check_returning(definition, state, action, made)
        check_taking_back(definition, state, action, made.state)
        state = made.state
    finish(definition, state)


@given(random_runs.definitions(), UNITS, picks(60))
def test_a_run_keeps_its_promises_whatever_is_tried(
    definition: SopDefinition, units: tuple[str, ...], tries: list[tuple[int, int]]
) -> None:
    walk(definition, units, tries)


@pytest.mark.long
@settings(settings.get_profile("long"))
@given(random_runs.definitions(max_steps=12), UNITS, picks(200))
def test_a_long_run_keeps_its_promises_whatever_is_tried(
    definition: SopDefinition, units: tuple[str, ...], tries: list[tuple[int, int]]
) -> None:
    walk(definition, units, tries)


@given(random_runs.definitions(), UNITS, st.randoms(use_true_random=False))
def test_without_returns_every_part_opens_once_whoever_is_first(
    definition: SopDefinition, units: tuple[str, ...], order: Random
) -> None:
    state = rules.start(definition, units).state
    while not state.finished:
        actions = random_runs.forward(definition, state)
        state = rules.apply(definition, state, order.choice(actions)).state
    assert all(part.activation == 1 for part in state.parts.values())
    assert all((s.status, s.round) == (StepStatus.DONE, 1) for s in state.steps.values())


@given(random_runs.definitions(), UNITS, picks(60))
def test_the_order_of_acts_on_separate_parts_does_not_matter(
    definition: SopDefinition, units: tuple[str, ...], tries: list[tuple[int, int]]
) -> None:
    """Two officials who act at once come to the same end, whoever is first."""
    state = rules.start(definition, units).state
    for pick in tries:
        try:
            state = rules.apply(definition, state, choose(definition, state, pick)).state
        except Refused:
            continue
    acts = [a for a in random_runs.forward(definition, state) if a.key.part != "collection"][:2]
    ends = []
    for ordered in (acts, acts[::-1]):
        end = state
        for action in ordered:
            end = rules.apply(definition, end, action).state
        ends.append(promises.likeness(end))
    assert ends[0] == ends[1]
