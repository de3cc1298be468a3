from __future__ import annotations

from sop_definitions import graph
from sop_definitions.loader import load_text
from tests.unit.sop_definitions.writing import sop, step

# 1 -> 2 -> 4 -> 5 and 1 -> 3 -> 5: two branches that join in 5.
JOINED = load_text(
    sop(
        step(1),
        step(2),
        step(3, "collect: confirm\nafter: [1]"),
        step(4, "collect: confirm\nafter: [2]"),
        step(5, "collect: confirm\nafter: [4, 3, 4]"),
    ),
    "joined.yaml",
)


def test_steps_follow_one_another_unless_after_says_otherwise() -> None:
    assert graph.predecessors(JOINED) == {1: (), 2: (1,), 3: (1,), 4: (2,), 5: (4, 3)}
    assert graph.followers(JOINED) == {1: (2, 3), 2: (4,), 3: (5,), 4: (5,), 5: ()}
    assert graph.first_steps(JOINED) == (1,)


def test_what_lies_before_and_after() -> None:
    assert graph.ancestors(JOINED, 4) == {1, 2}
    assert graph.ancestors(JOINED, 5) == {1, 2, 3, 4}
    assert graph.descendants(JOINED, 2) == {4, 5}
    assert graph.descendants(JOINED, 5) == frozenset()
