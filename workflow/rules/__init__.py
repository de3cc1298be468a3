"""What an act does to a run: pure functions over plain values.

``start`` opens a run's first steps; ``apply`` carries out one action. Both return the whole
new state and what changed; neither knows officials, clocks or rows. What the rules do not
allow raises :class:`workflow.actions.Refused` and changes nothing.
"""

from __future__ import annotations

from sop_definitions.model import SopDefinition
from workflow.actions import (
    Action,
    Complete,
    Decide,
    Nil,
    Refused,
    Renew,
    Reopen,
    ReturnUnit,
    Touch,
    Transition,
    Waive,
    Withdraw,
)
from workflow.rules import deciding, settling, withdrawal
from workflow.rules.change import Change
from workflow.state import RunState, StepState

__all__ = ["Refused", "apply", "start"]


def start(definition: SopDefinition, units: tuple[str, ...]) -> Transition:
    """Return a new run of these units with its first steps open."""
    state = RunState(units=units, steps={step.number: StepState() for step in definition.steps})
    change = Change(definition, state)
    change.go_on()
    return change.transition()


def apply(definition: SopDefinition, state: RunState, action: Action) -> Transition:
    """Carry out one action. Raises :class:`Refused` when the rules do not allow it now."""
    change = Change(definition, state)
    if action.key not in change.due:
        raise Refused("not_done" if isinstance(action, Withdraw) else "not_open")
    match action:
        case Complete(key):
            settling.complete(change, key)
        case Nil(key):
            settling.nil(change, key)
        case Waive(key):
            settling.waive(change, key)
        case Touch(key):
            settling.touch(change, key)
        case Renew(key):
            settling.renew(change, key)
        case Reopen(key):
            deciding.reopen(change, key)
        case Decide():
            deciding.decide(change, action)
        case ReturnUnit(key):
            deciding.return_unit(change, key)
        case Withdraw(key):
            withdrawal.withdraw(change, key)
    return change.transition()
