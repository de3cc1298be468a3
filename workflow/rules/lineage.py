"""The graph of a definition, computed once per definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

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
    return _lineage(graph.edges(definition))


@lru_cache(graph.KNOWN)
def _lineage(edges: graph.Edges) -> Lineage:
    descendants = graph.all_descendants(edges)
    return Lineage(
        # Whoever comes earlier has strictly more descendants.
        order=tuple(sorted(descendants, key=lambda n: (-len(descendants[n]), n))),
        predecessors=graph.predecessors_of(edges),
        followers=graph.followers_of(edges),
        descendants=descendants,
    )
