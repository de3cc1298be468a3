"""Where a run stands: plain immutable values that the rules compute with.

The rules (:mod:`workflow.rules`) know nothing of databases, officials or clocks. A run is a
set of steps and, per step, a set of *parts*: pieces of work that one seat owes. Storage
keeps one row per step and per part and turns them into these values and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class StepStatus(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    SKIPPED = "skipped"


class Part(StrEnum):
    """The pieces of work a step may consist of.

    ``WORK`` is the actor's own act (confirm, upload, meeting, or submitting to a decider);
    ``DECISION`` a decision; ``PROOF`` the second party's file; ``UNIT`` one unit's hand-in;
    ``REVIEW`` the collector's look at one unit's hand-in; ``COLLECTION`` the collector's
    board, on which a merged file is sent where the step asks for one.
    ``RECEIPT`` and ``INVITATION`` never hold a step up and are no concern of the rules.
    """

    WORK = "work"
    DECISION = "decision"
    PROOF = "proof"
    UNIT = "unit"
    REVIEW = "review"
    COLLECTION = "collection"
    RECEIPT = "receipt"
    INVITATION = "invitation"


class PartStatus(StrEnum):
    """Where a part stands.

    ``NIL`` (nothing to report) and ``WAIVED`` (the run goes on without; may still be handed
    in) settle a unit's part without an output.
    """

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    NIL = "nil"
    WAIVED = "waived"


SETTLED = frozenset({PartStatus.DONE, PartStatus.NIL, PartStatus.WAIVED})


@dataclass(frozen=True, slots=True, order=True)
class PartKey:
    """Names a part within a run. ``unit`` is the unit's id for UNIT and REVIEW, else ''."""

    step: int
    part: Part
    unit: str = ""


@dataclass(frozen=True, slots=True)
class PartState:
    """A part's state.

    ``activation`` rises by one at every opening and never falls, so that a button made for
    an earlier opening can be told from a live one. ``touched`` says that its holder has
    acknowledged, uploaded or decided since it opened.
    """

    status: PartStatus = PartStatus.WAITING
    activation: int = 0
    touched: bool = False


@dataclass(frozen=True, slots=True)
class Patch:
    """What a transition replaced: enough to take it back while nothing built on it.

    ``steps`` and ``parts`` are as they were before, ``after_steps`` and ``after_parts`` as
    the transition left them. ``skipped`` are the steps that a decision leaves out.
    ``relied`` are steps outside the patch on which the replaced state rests: they must
    still be out of the way when it is put back. ``standing`` are parts further on that were
    open or settled already, because only single units had been returned or a skip led past
    this step. ``returned`` marks the patch of a return, which also holds the deciding step.
    """

    steps: Mapping[int, StepState]
    parts: Mapping[PartKey, PartState]
    after_parts: Mapping[PartKey, PartState]
    after_steps: Mapping[int, StepState] = field(default_factory=dict)
    skipped: frozenset[int] = frozenset()
    relied: frozenset[int] = frozenset()
    standing: frozenset[PartKey] = frozenset()
    returned: bool = False


@dataclass(frozen=True, slots=True)
class StepState:
    """A step's state. ``round`` counts openings (0: never opened, 1: first time).

    ``undo`` is what the transition that last closed this step replaced outside it: the
    openings of its followers or, for a return, everything that was superseded.
    """

    status: StepStatus = StepStatus.WAITING
    round: int = 0
    undo: Patch | None = None


@dataclass(frozen=True, slots=True)
class RunState:
    """Where a run stands as a whole. ``units`` are frozen when the run starts."""

    units: tuple[str, ...]
    steps: Mapping[int, StepState]
    parts: Mapping[PartKey, PartState] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """True when no step waits or is open."""
        return all(s.status in (StepStatus.DONE, StepStatus.SKIPPED) for s in self.steps.values())

    def part(self, key: PartKey) -> PartState:
        """Return a part's state; a part never opened is WAITING with activation 0."""
        return self.parts.get(key, PartState())

    def open_parts(self) -> list[PartKey]:
        """Return the parts somebody owes now, in step order."""
        return sorted(k for k, p in self.parts.items() if p.status is PartStatus.OPEN)


def with_part(state: RunState, key: PartKey, part: PartState) -> RunState:
    """Return the state with one part replaced."""
    return replace(state, parts={**state.parts, key: part})
