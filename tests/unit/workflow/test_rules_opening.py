"""What opens when, and what closes by itself."""

from __future__ import annotations

import pytest

from tests.unit.workflow.builders import (
    SECOND_PARTY,
    UNITS,
    Play,
    collection,
    decide,
    decision,
    hand_in,
    outcome,
    proof,
    review,
    step,
    unit,
    work,
)
from workflow.actions import Complete, Nil, Refused, Renew, Touch, Waive
from workflow.state import PartKey, PartStatus, StepStatus


def test_steps_follow_one_another_to_the_end() -> None:
    play = Play(step(1), step(2, "upload"), step(3, "meeting"))
    assert play.open() == [work(1)]
    assert play.complete(work(1)).opened == (work(2),)
    assert play.last.closed == (work(1),)
    play.complete(work(2))
    assert not play.state.finished
    play.complete(work(3))
    assert play.state.finished
    assert play.open() == []


def test_a_join_opens_once_after_the_last_of_its_branches() -> None:
    play = Play(step(1), step(2, after=(1,)), step(3, after=(1,)), step(4, after=(2, 3)))
    assert play.complete(work(1)).opened == (work(2), work(3))
    assert play.complete(work(3)).opened == ()
    assert play.complete(work(2)).opened == (work(4),)
    assert play.state.part(work(4)).activation == 1


@pytest.mark.parametrize("key", [work(2), work(9), unit(1, "north"), PartKey(1, work(1).part, "north")])
def test_only_an_open_part_can_be_completed(key: PartKey) -> None:
    play = Play(step(1), step(2))
    with pytest.raises(Refused) as refused:
        play.complete(key)
    assert refused.value.reason == "not_open"


def test_a_part_completes_once() -> None:
    play = Play(step(1), step(2))
    play.complete(work(1))
    with pytest.raises(Refused, match="not_open"):
        play.complete(work(1))


def test_the_actor_submits_before_somebody_else_decides() -> None:
    play = Play(decide(1, decider="head"))
    assert play.open() == [work(1)]
    assert play.complete(work(1)).opened == (decision(1),)
    play.decide(1, "approve")
    assert play.state.finished


def test_a_decider_who_is_the_actor_decides_at_once() -> None:
    assert Play(decide(1, decider="clerk")).open() == [decision(1)]


@pytest.mark.parametrize("decision_first", [True, False])
def test_a_decision_with_a_second_party_closes_on_both_in_either_order(decision_first: bool) -> None:
    play = Play(decide(1, decider="head", second_party=SECOND_PARTY), step(2))
    assert play.complete(work(1)).opened == (decision(1), proof(1))
    if decision_first:
        play.decide(1, "approve")
        assert play.step(1) is StepStatus.OPEN
        play.complete(proof(1))
    else:
        play.complete(proof(1))
        assert play.step(1) is StepStatus.OPEN
        play.decide(1, "approve")
    assert play.open() == [work(2)]


def test_a_hand_in_opens_for_every_unit_and_closes_on_the_last() -> None:
    play = Play(hand_in(1), step(2))
    assert play.open() == [unit(1, u) for u in sorted(UNITS)]
    play.complete(unit(1, "west"), unit(1, "north"))
    assert play.step(1) is StepStatus.OPEN
    assert play.complete(unit(1, "south")).opened == (work(2),)


def test_a_collector_reviews_each_unit_and_the_board_closes_by_itself() -> None:
    play = Play(hand_in(1, collector="secretary"), step(2))
    assert collection(1) in play.open()
    assert play.complete(unit(1, "north")).opened == (review(1, "north"),)
    play.hand_in_all(1, reviewed=True)
    assert play.part(collection(1)) is PartStatus.DONE
    assert play.open() == [work(2)]


def test_the_merged_file_comes_after_every_unit_is_accepted() -> None:
    play = Play(hand_in(1, merge=True), step(2))
    play.hand_in_all(1)
    with pytest.raises(Refused) as refused:
        play.complete(collection(1))
    assert refused.value.reason == "units_missing"
    play.hand_in_all(1, reviewed=True)
    assert play.open() == [collection(1)]
    assert play.complete(collection(1)).opened == (work(2),)


def test_a_board_without_merge_is_nothing_to_complete() -> None:
    play = Play(hand_in(1, collector="secretary"))
    with pytest.raises(Refused, match="not_applicable"):
        play.complete(collection(1))


def test_nil_is_reviewed_and_a_waiver_needs_nothing() -> None:
    play = Play(hand_in(1, collector="secretary"), step(2))
    assert play.do(Nil(unit(1, "north"))).opened == (review(1, "north"),)
    assert play.do(Waive(unit(1, "south"))).opened == ()
    play.complete(unit(1, "west"), review(1, "west"))
    assert play.step(1) is StepStatus.OPEN
    assert play.complete(review(1, "north")).opened == (work(2),)


@pytest.mark.parametrize("kind", ["carry", "tick"])
def test_nil_and_waived_units_have_nothing_to_tick_or_carry(kind: str) -> None:
    play = Play(hand_in(1), hand_in(2, proof=kind, carries=[1], collector="secretary"))
    play.do(Nil(unit(1, "north")), Waive(unit(1, "south")))
    opened = play.complete(unit(1, "west"))
    assert opened.opened == (collection(2), unit(2, "west"))
    assert opened.closed == (unit(1, "west"), unit(2, "north"), unit(2, "south"))
    assert play.part(unit(2, "north")) is PartStatus.NIL
    assert play.part(unit(2, "south")) is PartStatus.WAIVED
    assert play.part(review(2, "north")) is PartStatus.WAITING
    play.complete(unit(2, "west"), review(2, "west"))
    assert play.state.finished


def test_a_file_is_still_asked_of_a_unit_that_had_nothing_before() -> None:
    play = Play(hand_in(1), hand_in(2, proof="file", carries=[1]))
    play.do(*(Nil(unit(1, u)) for u in UNITS))
    assert play.open() == [unit(2, u) for u in sorted(UNITS)]


def test_steps_with_nothing_left_to_do_close_one_after_another() -> None:
    play = Play(hand_in(1), hand_in(2, proof="carry", carries=[1]), hand_in(3, proof="tick", carries=[2]), step(4))
    play.do(*(Nil(unit(1, u)) for u in UNITS))
    assert play.open() == [work(4)]
    assert play.statuses() == {1: "done", 2: "done", 3: "done", 4: "open"}


@pytest.mark.parametrize("collector", [None, "secretary"])
def test_a_waived_unit_may_hand_in_late_without_holding_anything_up(collector: str | None) -> None:
    play = Play(hand_in(1, collector=collector), step(2))
    play.do(Waive(unit(1, "north")))
    play.hand_in_all(1, reviewed=True)
    before = play.state
    late = play.complete(unit(1, "north"))
    assert (late.opened, late.closed) == ((), (unit(1, "north"),))
    assert late.state.steps == before.steps
    assert play.open() == [work(2)]
    play.complete(work(2))
    assert play.state.finished


def test_a_late_hand_in_before_the_step_closes_is_not_reviewed() -> None:
    play = Play(hand_in(1, collector="secretary"))
    play.do(Waive(unit(1, "north")), Complete(unit(1, "north")))
    play.hand_in_all(1, reviewed=True)
    assert play.state.finished


def test_late_is_too_late_when_the_run_is_finished() -> None:
    play = Play(hand_in(1))
    play.do(Waive(unit(1, "north")))
    play.hand_in_all(1)
    with pytest.raises(Refused, match="not_open"):
        play.complete(unit(1, "north"))


def test_only_an_open_unit_is_waived() -> None:
    play = Play(hand_in(1, collector="secretary"))
    play.complete(unit(1, "north"))
    for key, reason in [(unit(1, "north"), "not_open"), (review(1, "north"), "not_applicable")]:
        with pytest.raises(Refused, match=reason):
            play.do(Waive(key))


def test_an_unknown_outcome_is_refused() -> None:
    play = Play(decide(1, outcome("approve")))
    with pytest.raises(Refused, match="unknown_outcome"):
        play.decide(1, "reject")
    with pytest.raises(Refused, match="not_applicable"):
        play.complete(decision(1))


def test_touching_leaves_a_mark_and_renewing_takes_it_away() -> None:
    play = Play(step(1))
    assert play.do(Touch(work(1))).opened == ()
    assert play.state.part(work(1)).touched
    assert play.do(Renew(work(1))).opened == (work(1),)
    part = play.state.part(work(1))
    assert (part.activation, part.touched) == (2, False)
    play.complete(work(1))
    for action in (Touch(work(1)), Renew(work(1))):
        with pytest.raises(Refused, match="not_open"):
            play.do(action)


def test_a_skip_leaves_out_what_lies_between_and_satisfies_joins() -> None:
    play = Play(
        decide(1, outcome("on"), outcome("skip", skip_to=5)),
        step(2, after=(1,)),
        step(3, after=(2,)),
        step(4, after=(1,)),
        step(5, after=(3,)),
        step(6, after=(4, 5)),
    )
    assert play.decide(1, "skip").opened == (work(4), work(5))
    assert play.statuses() == {1: "done", 2: "skipped", 3: "skipped", 4: "open", 5: "open", 6: "waiting"}
    play.complete(work(5), work(4))
    assert play.open() == [work(6)]


def test_a_skip_counts_only_once_the_second_party_has_sent_too() -> None:
    play = Play(decide(1, outcome("skip", skip_to=3), second_party=SECOND_PARTY), step(2), step(3))
    play.decide(1, "skip")
    assert play.open() == [proof(1)]
    play.complete(proof(1))
    assert play.open() == [work(3)]
