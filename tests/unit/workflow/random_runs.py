"""Random sound definitions, and every act that can be tried on a run of one."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from sop_definitions.model import Collect, SopDefinition
from tests.unit.workflow import builders
from workflow.actions import Action, Complete, Decide, Nil, Renew, ReturnUnit, Touch, Waive, Withdraw
from workflow.state import SETTLED, Part, PartKey, PartStatus, RunState

PROOFS = ("file", "carry", "tick")
KINDS = ("confirm", "upload", "meeting", "decide", "decide", "hand_in", "hand_in", "hand_in")


def closure(edges: dict[int, set[int]], start: int) -> set[int]:
    """Everything reachable from ``start``, by plain recursion."""
    found: set[int] = set()
    for n in edges[start]:
        found |= {n} | closure(edges, n)
    return found


def predecessor_sets(definition: SopDefinition) -> dict[int, set[int]]:
    numbers = [step.number for step in definition.steps]
    return {
        step.number: set(numbers[max(i - 1, 0) : i]) if step.after is None else set(step.after)
        for i, step in enumerate(definition.steps)
    }


def follower_sets(definition: SopDefinition) -> dict[int, set[int]]:
    before = predecessor_sets(definition)
    return {n: {m for m in before if n in before[m]} for n in before}


@st.composite
def definitions(draw: st.DrawFn, max_steps: int = 7) -> SopDefinition:
    """A sound definition: branches, joins, returns, skips, hand-ins of every sort."""
    numbers = range(1, draw(st.integers(2, max_steps)) + 1)
    after = {n: _draw_after(draw, n) for n in numbers}
    before = {n: set(a) if a is not None else {m for m in (n - 1,) if m} for n, a in after.items()}
    ancestors = {n: closure(before, n) for n in numbers}
    kinds = {n: draw(st.sampled_from(KINDS)) for n in numbers}
    steps = []
    for n in numbers:
        gathered = sorted(m for m in ancestors[n] if kinds[m] == "hand_in")
        if kinds[n] == "decide":
            further = sorted(m for m in numbers if n in ancestors[m])
            steps.append(_draw_decision(draw, n, after[n], sorted(ancestors[n]), further, gathered))
        elif kinds[n] == "hand_in":
            steps.append(_draw_hand_in(draw, n, after[n], gathered))
        else:
            steps.append(builders.step(n, kinds[n], after=after[n]))
    return builders.definition(*steps)


def _draw_after(draw: st.DrawFn, n: int) -> tuple[int, ...] | None:
    if n == 1 or draw(st.integers(0, 2)) == 0:
        return None
    return tuple(
        sorted(draw(st.sets(st.integers(1, n - 1), min_size=0 if draw(st.integers(0, 5)) == 0 else 1, max_size=3)))
    )


def _draw_decision(
    draw: st.DrawFn, n: int, after: tuple[int, ...] | None, behind: list[int], ahead: list[int], gathered: list[int]
) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if draw(st.booleans()):
        more["decider"] = draw(st.sampled_from(["head", "clerk"]))
    if draw(st.integers(0, 2)) == 0:
        more["second_party"] = builders.SECOND_PARTY
    if more.get("decider") == "head":
        behind = [*behind, n]
    outcomes: list[dict[str, Any]] = [builders.outcome("on")]
    chosen: dict[str, int] = {}
    if len(ahead) > 0 and draw(st.booleans()):
        outcomes.append(builders.outcome("skip", skip_to=draw(st.sampled_from(ahead))))
    if len(behind) > 0 and draw(st.integers(0, 3)):
        targets = draw(st.lists(st.sampled_from(behind), min_size=1, max_size=3, unique=True))
        if len(gathered) > 0 and draw(st.booleans()):
            chosen["units_to"] = draw(st.sampled_from(gathered))
        outcomes.append(builders.outcome("back", returns_to=targets, **chosen))
    elif len(gathered) > 0 and draw(st.booleans()):
        outcomes.append(builders.outcome("back", units_to=draw(st.sampled_from(gathered))))
    return builders.decide(n, *outcomes, after=after, **more)


def _draw_hand_in(draw: st.DrawFn, n: int, after: tuple[int, ...] | None, gathered: list[int]) -> dict[str, Any]:
    more: dict[str, Any] = {"proof": draw(st.sampled_from(PROOFS))}
    collected = draw(st.sampled_from(["nobody", "collector", "merge"]))
    if collected == "collector":
        more["collector"] = "secretary"
    if gathered:
        more["carries"] = draw(st.lists(st.sampled_from(gathered), max_size=2, unique=True))
        if draw(st.booleans()):
            more["units_to"] = draw(st.sampled_from([*gathered, n]))
    return builders.hand_in(n, merge=collected == "merge", after=after, **more)


def forward(definition: SopDefinition, state: RunState) -> list[Action]:
    """Acts that bring the run nearer to its end: what greedy officials do."""
    return [
        Decide(key, "on") if key.part is Part.DECISION else Complete(key)
        for key in state.open_parts()
        if key.part is not Part.COLLECTION or _may_merge(definition, state, key.step)
    ]


def _may_merge(definition: SopDefinition, state: RunState, number: int) -> bool:
    units = [state.part(PartKey(number, Part.UNIT, u)).status for u in state.units]
    reviews = [state.part(PartKey(number, Part.REVIEW, u)).status for u in state.units]
    return definition.step(number).merge is not None and set(units) <= SETTLED and PartStatus.OPEN not in reviews


def decisions(definition: SopDefinition, key: PartKey, units: tuple[str, ...]) -> list[Action]:
    """Every way a decision can be taken, unit by unit and with all of them."""
    found: list[Action] = []
    for outcome in definition.step(key.step).outcomes:
        if not outcome.returns_to and outcome.units_to is None:
            found.append(Decide(key, outcome.id))
        found += [Decide(key, outcome.id, target=t) for t in outcome.returns_to]
        if outcome.units_to is not None:
            found += [Decide(key, outcome.id, units=frozenset({u})) for u in units]
            found.append(Decide(key, outcome.id, units=frozenset(units)))
    return found


def sensible(definition: SopDefinition, state: RunState) -> list[Action]:
    """Acts that people with a live card in hand can try."""
    found: list[Action] = []
    for key, part in sorted(state.parts.items()):
        if part.status is not PartStatus.OPEN:
            found.append(Withdraw(key))
            if part.status is PartStatus.WAIVED:
                found.append(Complete(key))
            continue
        if key.part is Part.DECISION:
            found += decisions(definition, key, state.units)
        else:
            found.append(Complete(key))
        if key.part is Part.UNIT:
            found += [Nil(key), Waive(key)]
        if key.part in (Part.UNIT, Part.REVIEW):
            found.append(ReturnUnit(key))
        found += [Touch(key), Renew(key)]
    return found


def anything(definition: SopDefinition, state: RunState) -> list[Action]:
    """Acts nobody should get away with, among them: wrong parts, unknown outcomes, absent units."""
    found: list[Action] = []
    for step in definition.steps:
        keys = [PartKey(step.number, part) for part in Part if part not in (Part.UNIT, Part.REVIEW)]
        keys += [PartKey(step.number, part, u) for part in (Part.UNIT, Part.REVIEW) for u in (*state.units, "absent")]
        for key in keys:
            found += [Complete(key), Nil(key), Waive(key), Touch(key), Withdraw(key), Renew(key), ReturnUnit(key)]
            found += [Decide(key, name) for name in ("on", "skip", "back", "unheard_of")]
            found.append(Decide(key, "back", target=99))
            found.append(Decide(key, "back", units=frozenset({"absent"})))
    return found


def is_hand_in(definition: SopDefinition, number: int) -> bool:
    return definition.step(number).collect is Collect.HAND_IN
