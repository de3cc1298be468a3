"""A decision that proves void is open again, and everything after it waits."""

from __future__ import annotations

import pytest

from sop_definitions.model import SopDefinition
from tests.unit.workflow.builders import SECOND_PARTY, decide, definition, outcome, step
from workflow import rules
from workflow.actions import Action, Complete, Decide, Refused, Reopen, Transition
from workflow.state import Part, PartKey, PartStatus, StepStatus

KEY = PartKey(2, Part.DECISION)


def played(*actions: Action, **more: object) -> tuple[SopDefinition, Transition]:
    """Play these acts on three steps of which the second decides; return the definition and where it stands."""
    skip = outcome("skip", skip_to=4)
    known = definition(step(1), decide(2, outcome("approve"), skip, **more), step(3), step(4))
    now = rules.start(known, ("north",))
    for action in actions:
        now = rules.apply(known, now.state, action)
    return known, now


def reopened(*actions: Action, **more: object) -> Transition:
    known, now = played(*actions, **more)
    return rules.apply(known, now.state, Reopen(KEY))


def done(number: int) -> Complete:
    return Complete(PartKey(number, Part.WORK))


def test_what_was_built_on_it_waits_and_the_work_before_it_stands() -> None:
    after = reopened(done(1), Decide(KEY, "approve"), done(3), done(4)).state
    assert [after.steps[n].status for n in (1, 2, 3, 4)] == [
        StepStatus.DONE, StepStatus.OPEN, StepStatus.WAITING, StepStatus.WAITING,
    ]  # fmt: skip
    assert (after.part(KEY).status, after.part(KEY).activation) == (PartStatus.OPEN, 2)


def test_steps_it_skipped_wait_again() -> None:
    after = reopened(done(1), Decide(KEY, "skip"), done(4)).state
    assert after.steps[3].status is StepStatus.WAITING
    assert after.steps[4].status is StepStatus.WAITING


def test_what_was_submitted_for_it_stands() -> None:
    work = PartKey(2, Part.WORK)
    after = reopened(done(1), Complete(work), Decide(KEY, "approve"), done(3), decider="head").state
    assert after.part(work).status is PartStatus.DONE
    assert after.part(KEY).status is PartStatus.OPEN


def test_the_signed_copy_of_the_second_party_is_asked_for_again() -> None:
    proof = PartKey(2, Part.PROOF)
    after = reopened(done(1), Decide(KEY, "approve"), Complete(proof), done(3), second_party=SECOND_PARTY).state
    assert (after.part(proof).status, after.part(proof).activation) == (PartStatus.OPEN, 2)


def test_it_goes_on_as_before_once_decided_anew() -> None:
    known, _ = played()
    now = reopened(done(1), Decide(KEY, "approve"), done(3))
    again = rules.apply(known, now.state, Decide(KEY, "approve"))
    assert again.opened == (PartKey(3, Part.WORK),)


@pytest.mark.parametrize("actions", [(), (done(1),)])
def test_only_a_settled_decision_is_opened_again(actions: tuple[Action, ...]) -> None:
    with pytest.raises(Refused):
        reopened(*actions)
