"""Which step follows which: the graph that ``after`` spells out.

Pure functions over a definition. They accept broken definitions too (unknown or circular
predecessors), so that the checks can use them before a definition is known to be sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from sop_definitions.model import SopDefinition, Step

Predecessors = Mapping[int, tuple[int, ...]]
Followers = Mapping[int, tuple[int, ...]]
Edges = tuple[tuple[int, tuple[int, ...] | None], ...]
KNOWN = 256
"""Definitions whose graph is kept: asked for many times for every card that is shown."""


def predecessors(definition: SopDefinition) -> Predecessors:
    """Return, by step number in document order, the steps each step waits for.

    A step without ``after`` follows the step written before it; the first follows none.
    ``after: []`` makes a further start.
    """
    return predecessors_of(edges(definition))


def followers(definition: SopDefinition) -> Followers:
    """Return, by step number in document order, the steps that wait for each step."""
    return followers_of(edges(definition))


def ancestors(definition: SopDefinition, number: int) -> frozenset[int]:
    """Return every step that must come before this one; never the step itself, but in a cycle."""
    return _reachable(predecessors(definition), number)


def descendants(definition: SopDefinition, number: int) -> frozenset[int]:
    """Return every step that comes after this one; never the step itself, but in a cycle."""
    return all_descendants(edges(definition)).get(number, frozenset())


def first_steps(definition: SopDefinition) -> tuple[int, ...]:
    """Return the steps that wait for nothing: those a run begins with."""
    return tuple(number for number, waits_for in predecessors(definition).items() if not waits_for)


_edges_of: dict[int, tuple[tuple[Step, ...], Edges]] = {}


def edges(definition: SopDefinition) -> Edges:
    """Return all that the graph rests on, as a small key: hashing a whole definition takes longer than its graph."""
    steps = definition.steps
    known = _edges_of.get(id(steps))
    if known is None or known[0] is not steps:
        if len(_edges_of) >= KNOWN:
            _edges_of.clear()
        known = _edges_of[id(steps)] = (steps, tuple((step.number, step.after) for step in steps))
    return known[1]


@lru_cache(KNOWN)
def predecessors_of(edges: Edges) -> Predecessors:
    """See :func:`predecessors`."""
    found: dict[int, tuple[int, ...]] = {}
    previous: tuple[int, ...] = ()
    for number, after in edges:
        found[number] = previous if after is None else tuple(dict.fromkeys(after))
        previous = (number,)
    return MappingProxyType(found)


@lru_cache(KNOWN)
def followers_of(edges: Edges) -> Followers:
    """See :func:`followers`."""
    before = predecessors_of(edges)
    return MappingProxyType(
        {number: tuple(n for n, waits_for in before.items() if number in waits_for) for number in before}
    )


@lru_cache(KNOWN)
def all_descendants(edges: Edges) -> Mapping[int, frozenset[int]]:
    """Return, by step number in document order, what :func:`descendants` says of each step."""
    return MappingProxyType({number: _reachable(followers_of(edges), number) for number, _ in edges})


def _reachable(edges: Mapping[int, Iterable[int]], start: int) -> frozenset[int]:
    seen: set[int] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        number = waiting.pop()
        if number not in seen:
            seen.add(number)
            waiting.extend(edges.get(number, ()))
    return frozenset(seen)
