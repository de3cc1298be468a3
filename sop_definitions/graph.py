"""Which step follows which: the graph that ``after`` spells out.

Pure functions over a definition. They accept broken definitions too (unknown or circular
predecessors), so that the checks can use them before a definition is known to be sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sop_definitions.model import SopDefinition

Predecessors = dict[int, tuple[int, ...]]
Followers = dict[int, tuple[int, ...]]


def predecessors(definition: SopDefinition) -> Predecessors:
    """Return, by step number in document order, the steps each step waits for.

    A step without ``after`` follows the step written before it; the first follows none.
    ``after: []`` makes a further start.
    """
    found: Predecessors = {}
    previous: tuple[int, ...] = ()
    for step in definition.steps:
        found[step.number] = previous if step.after is None else tuple(dict.fromkeys(step.after))
        previous = (step.number,)
    return found


def followers(definition: SopDefinition) -> Followers:
    """Return, by step number in document order, the steps that wait for each step."""
    before = predecessors(definition)
    return {number: tuple(n for n, waits_for in before.items() if number in waits_for) for number in before}


def ancestors(definition: SopDefinition, number: int) -> frozenset[int]:
    """Return every step that must come before this one; never the step itself, but in a cycle."""
    return _reachable(predecessors(definition), number)


def descendants(definition: SopDefinition, number: int) -> frozenset[int]:
    """Return every step that comes after this one; never the step itself, but in a cycle."""
    return _reachable(followers(definition), number)


def first_steps(definition: SopDefinition) -> tuple[int, ...]:
    """Return the steps that wait for nothing: those a run begins with."""
    return tuple(number for number, waits_for in predecessors(definition).items() if not waits_for)


def _reachable(edges: Mapping[int, Iterable[int]], start: int) -> frozenset[int]:
    seen: set[int] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        number = waiting.pop()
        if number not in seen:
            seen.add(number)
            waiting.extend(edges.get(number, ()))
    return frozenset(seen)
