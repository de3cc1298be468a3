"""'Tarik kembali': what can be taken back, and until when."""

from __future__ import annotations

import pytest

from tests.unit.workflow.builders import (
    SECOND_PARTY,
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
from workflow.actions import Complete, Nil, Refused, Renew, ReturnUnit, Touch, Waive, Withdraw
from workflow.state import PartKey, PartStatus, StepStatus


def refused(play: Play, key: PartKey) -> str:
    before = play.state
    with pytest.raises(Refused) as caught:
        play.do(Withdraw(key))
    assert play.state == before
    return caught.value.reason


def test_a_step_is_taken_back_while_nobody_noticed_its_follower() -> None:
    play = Play(step(1), step(2))
    play.complete(work(1))
    back = play.do(Withdraw(work(1)))
    assert (back.opened, back.superseded, back.reopened_steps) == ((work(1),), (work(2),), (1,))
    assert play.statuses() == {1: "open", 2: "waiting"}
    assert play.state.part(work(1)).activation == 2
    play.complete(work(1))
    assert play.state.part(work(2)).activation == 2
    assert play.state.steps[2].round == 1


@pytest.mark.parametrize("built", [Touch(work(2)), Complete(work(2)), Renew(work(2))])
def test_what_was_built_upon_stays(built: Touch | Complete | Renew) -> None:
    play = Play(step(1), step(2))
    play.complete(work(1))
    play.do(built)
    assert refused(play, work(1)) == "built_upon"


@pytest.mark.parametrize("key", [work(1), work(2), unit(1, "north")])
def test_only_what_is_settled_can_be_taken_back(key: PartKey) -> None:
    assert refused(Play(step(1), step(2)), key) == "not_done"


def test_the_last_step_is_taken_back_after_the_run_is_finished() -> None:
    play = Play(step(1))
    play.complete(work(1))
    play.do(Withdraw(work(1)))
    assert play.open() == [work(1)]


def test_all_parallel_followers_wait_again() -> None:
    play = Play(step(1), step(2, after=(1,)), decide(3, after=(1,), second_party=SECOND_PARTY))
    play.complete(work(1))
    assert play.do(Withdraw(work(1))).superseded == (work(2), decision(3), proof(3))


def test_a_branch_is_not_taken_back_once_the_join_opened_by_another() -> None:
    play = Play(step(1, after=()), step(2, after=()), step(3, after=(1, 2)))
    play.complete(work(1))
    play.complete(work(2))
    assert refused(play, work(1)) == "built_upon"
    play.do(Withdraw(work(2)), Withdraw(work(1)))
    assert play.open() == [work(1), work(2)]


def test_a_submission_is_taken_back_before_the_decision() -> None:
    play = Play(decide(1, decider="head", second_party=SECOND_PARTY))
    play.complete(work(1))
    assert play.do(Withdraw(work(1))).superseded == (decision(1), proof(1))
    play.complete(work(1), proof(1))
    assert refused(play, work(1)) == "built_upon"
    play.do(Withdraw(proof(1)), Touch(decision(1)))
    assert refused(play, work(1)) == "built_upon"


def test_a_unit_is_taken_back_before_its_review_and_the_review_after() -> None:
    play = Play(hand_in(1, collector="secretary"), step(2))
    play.complete(unit(1, "north"))
    assert play.do(Withdraw(unit(1, "north"))).superseded == (review(1, "north"),)
    play.hand_in_all(1, reviewed=True)
    assert refused(play, unit(1, "north")) == "built_upon"
    back = play.do(Withdraw(review(1, "north")))
    assert back.superseded == (work(2),)
    assert play.open() == [collection(1), review(1, "north")]


def test_a_review_stays_once_the_merged_file_was_sent() -> None:
    play = Play(hand_in(1, merge=True), step(2))
    play.hand_in_all(1, reviewed=True)
    play.complete(collection(1))
    assert refused(play, review(1, "north")) == "built_upon"
    play.do(Withdraw(collection(1)), Withdraw(review(1, "north")))
    assert play.open() == [collection(1), review(1, "north")]


def test_nil_is_taken_back_and_with_it_what_it_settled_further_on() -> None:
    play = Play(hand_in(1), hand_in(2, proof="tick", carries=[1]))
    play.complete(unit(1, "south"), unit(1, "west"))
    play.do(Nil(unit(1, "north")))
    assert refused(play, unit(2, "north")) == "not_applicable"
    play.do(Withdraw(unit(1, "north")))
    assert play.part(unit(2, "north")) is PartStatus.WAITING
    assert play.open() == [unit(1, "north")]


def test_a_waiver_is_not_taken_back_and_neither_is_a_late_hand_in() -> None:
    play = Play(hand_in(1), step(2))
    play.do(Waive(unit(1, "north")))
    assert refused(play, unit(1, "north")) == "not_applicable"
    play.hand_in_all(1)
    play.complete(unit(1, "north"))
    assert refused(play, unit(1, "north")) == "built_upon"
    play.do(Withdraw(unit(1, "south")))
    assert play.step(1) is StepStatus.OPEN
    assert play.part(unit(1, "north")) is PartStatus.DONE


def test_a_unit_is_not_taken_back_while_its_own_way_on_was_used() -> None:
    play = Play(hand_in(1), hand_in(2, proof="tick", carries=[1], units_to=1))
    play.hand_in_all(1)
    play.complete(unit(2, "north"))
    play.do(ReturnUnit(unit(2, "south")))
    assert refused(play, unit(1, "north")) == "built_upon"
    assert refused(play, unit(1, "west")) == "built_upon"
    play.complete(unit(1, "south"))
    assert refused(play, unit(1, "north")) == "built_upon"
    play.do(Withdraw(unit(1, "south")))
    assert play.open() == [unit(1, "south"), unit(2, "west")]


def test_a_decision_gives_back_what_it_skipped() -> None:
    play = Play(decide(1, outcome("on"), outcome("skip", skip_to=4)), step(2), step(3), step(4))
    play.decide(1, "skip")
    play.do(Withdraw(decision(1)))
    assert play.statuses() == {1: "open", 2: "waiting", 3: "waiting", 4: "waiting"}
    play.decide(1, "on")
    assert play.open() == [work(2)]


def test_the_second_partys_file_is_taken_back_and_the_skip_stays_decided() -> None:
    play = Play(decide(1, outcome("skip", skip_to=3), second_party=SECOND_PARTY), step(2), step(3))
    play.decide(1, "skip")
    play.complete(proof(1))
    play.do(Withdraw(proof(1)))
    assert play.open() == [proof(1)]
    assert play.step(2) is StepStatus.SKIPPED
    play.do(Withdraw(decision(1)))
    assert play.step(2) is StepStatus.WAITING
    assert play.open() == [decision(1), proof(1)]


def test_a_step_that_two_decisions_skip_stays_skipped_until_both_are_taken_back() -> None:
    skips = outcome("skip", skip_to=4)
    play = Play(decide(1, skips, after=()), decide(2, skips, after=()), step(3, after=(1, 2)), step(4, after=(3,)))
    play.decide(1, "skip")
    assert play.step(4) is StepStatus.OPEN
    play.decide(2, "skip")
    assert play.do(Withdraw(decision(2))).opened == (decision(2),)
    assert play.step(3) is StepStatus.SKIPPED
    play.do(Withdraw(decision(1)))
    assert play.step(3) is StepStatus.WAITING


def returned() -> Play:
    play = Play(step(1), step(2), decide(3, outcome("back", returns_to=[1])))
    play.complete(work(1), work(2))
    play.decide(3, "back")
    return play


def test_a_return_is_taken_back_and_everything_is_as_before() -> None:
    play = returned()
    back = play.do(Withdraw(decision(3)))
    assert play.statuses() == {1: "done", 2: "done", 3: "open"}
    assert play.state.steps[1].round == 1
    assert back.opened == (decision(3),)
    assert back.restored == (work(1), work(2))
    assert back.closed == ()
    assert play.state.part(decision(3)).activation == 2
    assert play.state.part(work(1)).activation == 2


def test_a_return_stays_once_its_target_noticed() -> None:
    play = returned()
    play.do(Touch(work(1)))
    assert refused(play, decision(3)) == "built_upon"


def test_a_return_to_the_same_step_is_taken_back() -> None:
    play = Play(decide(1, outcome("back", returns_to=[1]), decider="head"))
    play.complete(work(1))
    play.decide(1, "back")
    play.do(Withdraw(decision(1)))
    assert play.open() == [decision(1)]
    assert play.part(work(1)) is PartStatus.DONE
    play.decide(1, "back")
    play.complete(work(1))
    assert refused(play, decision(1)) == "built_upon"


def test_a_return_of_units_is_taken_back() -> None:
    play = Play(
        hand_in(1, collector="secretary"), hand_in(2, proof="tick", carries=[1]), decide(3, outcome("back", units_to=1))
    )
    play.hand_in_all(1, reviewed=True)
    play.hand_in_all(2)
    before = play.statuses()
    play.decide(3, "back", units=frozenset({"north"}))
    back = play.do(Withdraw(decision(3)))
    assert play.statuses() == before
    assert back.restored == (collection(1), review(1, "north"), unit(1, "north"), unit(2, "north"))


def test_work_on_another_branch_does_not_hold_up_taking_a_return_back() -> None:
    play = Play(
        step(1),
        step(2, after=(1,)),
        decide(3, outcome("back", returns_to=[2]), after=(2,)),
        step(4, after=(1,)),
        step(5, after=(2, 4)),
    )
    play.complete(work(1), work(2))
    play.decide(3, "back")
    play.complete(work(4))
    play.do(Withdraw(decision(3)))
    assert play.open() == [decision(3), work(5)]


def test_a_return_stays_once_a_branch_it_relied_on_was_taken_back() -> None:
    play = Play(
        step(1, after=()),
        step(2, after=()),
        decide(3, outcome("back", returns_to=[2]), after=(2,)),
        step(4, after=(1, 2)),
    )
    play.complete(work(1), work(2))
    assert play.open() == [decision(3), work(4)]
    play.decide(3, "back")
    play.do(Withdraw(work(1)))
    assert refused(play, decision(3)) == "built_upon"
    play.complete(work(1))
    play.do(Withdraw(decision(3)))
    assert play.open() == [decision(3), work(4)]


def test_open_work_that_a_skip_left_out_is_put_back_as_it_was() -> None:
    """A hand-in keeps running for other units while one of them, and the decision, wait again."""
    play = Play(
        hand_in(1),
        decide(2, outcome("on"), outcome("skip", skip_to=4)),
        hand_in(3, proof="tick", carries=[1], units_to=1),
        step(4),
    )
    play.hand_in_all(1)
    play.decide(2, "on")
    play.complete(unit(3, "north"))
    play.do(ReturnUnit(unit(3, "south")))
    play.complete(unit(1, "south"))
    assert play.open() == [decision(2), unit(3, "west")]
    skipped = play.decide(2, "skip")
    assert skipped.superseded == (unit(3, "north"), unit(3, "west"))
    play.do(Withdraw(decision(2)))
    assert play.open() == [decision(2), unit(3, "west")]
    assert play.part(unit(3, "north")) is PartStatus.DONE
    play.decide(2, "on")
    assert play.open() == [unit(3, "south"), unit(3, "west")]


def test_the_first_of_two_skipping_decisions_is_taken_back_and_the_second_holds() -> None:
    skips = outcome("skip", skip_to=4)
    play = Play(decide(1, skips, after=()), decide(2, skips, after=()), step(3, after=(1, 2)), step(4, after=(3,)))
    play.decide(1, "skip")
    play.decide(2, "skip")
    play.do(Withdraw(decision(1)))
    assert play.statuses() == {1: "open", 2: "done", 3: "skipped", 4: "open"}
    assert refused(play, decision(2)) == "built_upon"
