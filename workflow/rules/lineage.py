"""The graph of a definition, computed once per definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sop_definitions import graph
from sop_definitions.model import SopDefinition


@dataclass(frozen=True, slots=True)
class Lineage:
    """Who comes before and after whom. ``order`` lists predecessors before their followers."""

    order: tuple[int, ...]
    predecessors: Mapping[int, tuple[int, ...]]
    followers: Mapping[int, tuple[int, ...]]
    descendants: Mapping[int, frozenset[int]]

    def ancestors(self, number: int) -> frozenset[int]:
        """Return every step that must come before this one."""
        return frozenset(n for n, after in self.descendants.items() if number in after)


def lineage(definition: SopDefinition) -> Lineage:
    """Return the graph of a definition."""
    descendants = {step.number: graph.descendants(definition, step.number) for step in definition.steps}
    return Lineage(
        # Whoever comes earlier has strictly more descendants.
        order=tuple(sorted(descendants, key=lambda n: (-len(descendants[n]), n))),
        predecessors=graph.predecessors(definition),
        followers=graph.followers(definition),
        descendants=descendants,
    )
