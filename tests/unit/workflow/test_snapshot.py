"""A patch survives the column that keeps it."""

from __future__ import annotations

import json

from tests.unit.workflow.builders import SECOND_PARTY, Play, decide, decision, hand_in, outcome, step, work
from workflow import snapshot
from workflow.state import Patch


def reread(patch: Patch) -> Patch:
    return snapshot.patch_from_json(json.loads(json.dumps(snapshot.patch_to_json(patch))))


def test_a_return_with_what_it_superseded_reads_back_equal() -> None:
    play = Play(
        decide(1, outcome("skip", skip_to=3), second_party=SECOND_PARTY),
        step(2),
        hand_in(3, collector="secretary"),
        decide(4, outcome("back", returns_to=[1])),
    )
    play.decide(1, "skip")
    pending = play.state.steps[1].undo
    assert pending is not None
    assert pending.skipped == {2}
    assert reread(pending) == pending
    play.complete(*play.open())
    play.hand_in_all(3, reviewed=True)
    play.decide(4, "back")
    undo = play.state.steps[4].undo
    assert undo is not None
    assert undo.returned
    assert decision(1) in undo.parts
    assert undo.steps[1].undo is not None
    assert reread(undo) == undo


def test_equal_patches_give_equal_json() -> None:
    play = Play(step(1), step(2, after=(1,)), step(3, after=(1,)))
    undo = play.complete(work(1)).state.steps[1].undo
    assert undo is not None
    turned = Patch(
        steps=dict(reversed(list(undo.steps.items()))),
        parts=dict(reversed(list(undo.parts.items()))),
        after_parts=dict(reversed(list(undo.after_parts.items()))),
        after_steps=undo.after_steps,
    )
    assert list(turned.steps) != list(undo.steps)
    assert json.dumps(snapshot.patch_to_json(turned)) == json.dumps(snapshot.patch_to_json(undo))
