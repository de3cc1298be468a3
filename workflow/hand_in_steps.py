"""Which step leads to which hand-in: where its date can be set and is shown."""

from __future__ import annotations

from collections.abc import Mapping

from sop_definitions.graph import descendants, followers
from sop_definitions.model import Collect, SopDefinition
from storage.tables import RunStep
from workflow.state import Part, StepStatus

AHEAD = (StepStatus.WAITING, StepStatus.OPEN)
BOARDS = (Part.WORK, Part.COLLECTION)
"""Whose cards show the date besides those who owe: the sender's and the collector's."""


def hand_in_after(definition: SopDefinition, number: int) -> int | None:
    """Return the hand-in whose date a step's card may set: its own, the next one, or the one its form is for.

    A step that hands a form out is as a rule followed by a meeting before the form comes back.
    """
    step = definition.step(number)
    if step.collect is Collect.HAND_IN:
        return number
    near = descendants(definition, number) if step.distribute else followers(definition)[number]
    found = [s.number for s in definition.steps if s.number in near and s.collect is Collect.HAND_IN]
    return found[0] if found else None


def settable(definition: SopDefinition, steps: Mapping[int, RunStep], number: int) -> int | None:
    """Return the hand-in to which a step leads, while its date can still be set."""
    target = hand_in_after(definition, number)
    return target if target is not None and target in steps and steps[target].status in AHEAD else None


def coming(definition: SopDefinition, steps: Mapping[int, RunStep]) -> int | None:
    """Return the hand-in of a run that is open, else the next one; ``None`` where all are over."""
    ahead = [s.number for s in definition.steps if s.collect is Collect.HAND_IN and steps[s.number].status in AHEAD]
    opened = [number for number in ahead if steps[number].status == StepStatus.OPEN]
    return next(iter(opened or ahead), None)
