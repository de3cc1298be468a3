"""Where a return goes, what it takes with it and what it leaves alone."""

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
from workflow.actions import Complete, Decide, Nil, Refused, ReturnUnit, Waive
from workflow.state import PartStatus, StepStatus


def test_a_return_supersedes_the_target_and_what_follows_it() -> None:
    play = Play(step(1), step(2), step(3), decide(4, outcome("back", returns_to=[2, 3])))
    play.complete(work(1), work(2), work(3))
    back = play.decide(4, "back")
    assert play.statuses() == {1: "done", 2: "open", 3: "waiting", 4: "waiting"}
    assert back.opened == (work(2),)
    assert back.superseded == (work(3), decision(4))
    assert back.reopened_steps == (2, 3)
    assert play.state.steps[2].round == 2
    assert play.state.part(work(2)).activation == 2
    play.complete(work(2), work(3))
    assert play.open() == [decision(4)]
    assert play.state.steps[4].round == 2


def test_another_target_is_chosen_among_those_the_outcome_names() -> None:
    play = Play(step(1), step(2), step(3), decide(4, outcome("back", returns_to=[2, 3])))
    play.complete(work(1), work(2), work(3))
    with pytest.raises(Refused, match="not_a_target"):
        play.decide(4, "back", target=1)
    assert play.decide(4, "back", target=3).opened == (work(3),)
    assert play.step(2) is StepStatus.DONE


def test_other_branches_stay_and_still_count_at_the_join() -> None:
    play = Play(
        step(1),
        step(2, after=(1,)),
        decide(3, outcome("on"), outcome("back", returns_to=[2]), after=(2,)),
        step(4, after=(1,)),
        step(5, after=(1,)),
        step(6, after=(3, 4, 5)),
    )
    play.complete(work(1), work(4), work(2))
    before = play.state
    back = play.decide(3, "back")
    assert back.superseded == (decision(3),)
    for number in (1, 4, 5):
        assert play.state.steps[number] == before.steps[number]
    assert play.state.part(work(5)) == before.part(work(5))
    play.complete(work(2), work(5))
    assert play.step(6) is StepStatus.WAITING
    assert play.decide(3, "on").opened == (work(6),)


def test_open_steps_after_the_target_are_superseded_too() -> None:
    play = Play(
        step(1),
        step(2, after=(1,)),
        decide(3, outcome("back", returns_to=[1]), after=(1,)),
    )
    play.complete(work(1))
    assert play.decide(3, "back").superseded == (work(2), decision(3))
    assert play.open() == [work(1)]


def test_a_return_supersedes_the_second_partys_file() -> None:
    play = Play(step(1), decide(2, outcome("on"), outcome("back", returns_to=[1]), second_party=SECOND_PARTY))
    play.complete(work(1), proof(2))
    play.decide(2, "back")
    assert play.part(proof(2)) is PartStatus.WAITING
    assert play.complete(work(1)).opened == (decision(2), proof(2))


def test_a_decider_may_return_to_the_actor_of_the_same_step() -> None:
    play = Play(decide(1, outcome("on"), outcome("back", returns_to=[1]), decider="head"))
    play.complete(work(1))
    assert play.decide(1, "back").opened == (work(1),)
    assert play.part(decision(1)) is PartStatus.WAITING
    play.complete(work(1))
    play.decide(1, "on")
    assert play.state.finished


def test_only_the_merged_document_goes_back() -> None:
    play = Play(hand_in(1, merge=True), decide(2, outcome("back", returns_to=[1])))
    play.hand_in_all(1, reviewed=True)
    play.complete(collection(1))
    back = play.decide(2, "back")
    assert back.opened == (collection(1),)
    assert play.open() == [collection(1)]
    assert all(play.part(review(1, u)) is PartStatus.DONE for u in UNITS)
    assert play.complete(collection(1)).opened == (decision(2),)


def test_a_hand_in_without_merge_goes_back_to_every_unit() -> None:
    play = Play(hand_in(1, collector="secretary"), decide(2, outcome("back", returns_to=[1])))
    play.do(Waive(unit(1, "north")))
    play.hand_in_all(1, reviewed=True)
    play.decide(2, "back")
    assert play.open() == [collection(1), *(unit(1, u) for u in sorted(UNITS))]


def lanes() -> Play:
    """Files (collected), ticks (no collector), merged document, decision; as far as the decision."""
    play = Play(
        hand_in(1, collector="secretary"),
        hand_in(2, proof="tick", carries=[1], units_to=1),
        hand_in(3, proof="carry", carries=[1], merge=True),
        step(4),
        decide(5, outcome("on"), outcome("back", returns_to=[3], units_to=1)),
    )
    play.hand_in_all(1, reviewed=True)
    play.hand_in_all(2)
    play.hand_in_all(3, reviewed=True)
    play.complete(collection(3), work(4))
    return play


def test_one_unit_goes_back_alone_and_the_others_stay_accepted() -> None:
    play = lanes()
    back = play.decide(5, "back", units=frozenset({"south"}))
    assert play.open() == [collection(1), unit(1, "south")]
    assert play.statuses() == {1: "open", 2: "waiting", 3: "waiting", 4: "waiting", 5: "waiting"}
    assert back.superseded == (
        review(1, "south"), unit(2, "south"), collection(3), review(3, "south"), unit(3, "south"), work(4), decision(5)
    )  # fmt: skip
    assert play.part(unit(2, "north")) is PartStatus.DONE
    play.complete(unit(1, "south"))
    assert play.complete(review(1, "south")).opened == (unit(2, "south"),)
    assert play.complete(unit(2, "south")).opened == (collection(3), unit(3, "south"))
    play.complete(unit(3, "south"), review(3, "south"), collection(3), work(4))
    assert play.open() == [decision(5)]
    assert {n: s.round for n, s in play.state.steps.items()} == dict.fromkeys(range(1, 6), 2)


def test_a_unit_returns_its_own_data_and_the_others_go_on() -> None:
    play = Play(hand_in(1), hand_in(2, proof="tick", carries=[1], units_to=1), step(3))
    play.hand_in_all(1)
    play.complete(unit(2, "north"))
    back = play.do(ReturnUnit(unit(2, "south")))
    assert back.opened == (unit(1, "south"),)
    assert back.superseded == (unit(2, "south"),)
    assert play.open() == [unit(1, "south"), unit(2, "west")]
    assert play.step(2) is StepStatus.OPEN
    play.complete(unit(2, "west"))
    assert play.step(2) is StepStatus.OPEN
    assert play.complete(unit(1, "south")).opened == (unit(2, "south"),)
    assert play.complete(unit(2, "south")).opened == (work(3),)


def test_the_last_unit_to_return_its_data_lets_the_step_wait() -> None:
    play = Play(hand_in(1), hand_in(2, proof="tick", carries=[1], units_to=1))
    play.hand_in_all(1)
    play.complete(unit(2, "north"), unit(2, "west"))
    play.do(ReturnUnit(unit(2, "south")))
    assert play.statuses() == {1: "open", 2: "waiting"}
    assert play.complete(unit(1, "south")).opened == (unit(2, "south"),)
    assert play.state.steps[2].round == 2


def test_a_collector_returns_one_unit_within_the_step() -> None:
    play = Play(hand_in(1, collector="secretary"))
    play.complete(unit(1, "north"), unit(1, "south"), review(1, "south"))
    back = play.do(ReturnUnit(review(1, "north")))
    assert back.opened == (unit(1, "north"),)
    assert back.superseded == (review(1, "north"),)
    assert play.state.steps[1].round == 1
    assert play.part(review(1, "south")) is PartStatus.DONE
    assert play.part(unit(1, "west")) is PartStatus.OPEN


def test_a_collector_may_return_to_an_earlier_hand_in() -> None:
    play = Play(hand_in(1), hand_in(2, collector="secretary", units_to=1))
    play.hand_in_all(1)
    play.complete(unit(2, "north"))
    play.do(ReturnUnit(review(2, "north")))
    assert play.part(unit(1, "north")) is PartStatus.OPEN
    assert play.part(unit(2, "north")) is PartStatus.WAITING


def test_a_unit_that_reported_nil_may_be_returned() -> None:
    play = Play(
        hand_in(1, collector="secretary"), hand_in(2, proof="tick", carries=[1]), decide(3, outcome("back", units_to=1))
    )
    play.do(Nil(unit(1, "north")))
    play.hand_in_all(1, reviewed=True)
    play.hand_in_all(2)
    play.decide(3, "back", units=frozenset({"north"}))
    play.complete(unit(1, "north"), review(1, "north"))
    assert play.open() == [unit(2, "north")]


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (Decide(decision(5), "back", units=frozenset({"nowhere"})), "not_a_unit"),
        (Decide(decision(5), "back", target=3, units=frozenset({"north"})), "not_a_target"),
        (Decide(decision(5), "on", units=frozenset({"north"})), "not_applicable"),
        (Decide(decision(5), "on", target=3), "not_applicable"),
        (Decide(work(4), "on"), "not_applicable"),
        (ReturnUnit(unit(2, "north")), "not_open"),
        (ReturnUnit(unit(1, "north")), "not_applicable"),
        (ReturnUnit(decision(5)), "not_applicable"),
    ],
)
def test_a_return_that_cannot_be_is_refused(action: Decide | ReturnUnit, reason: str) -> None:
    play = lanes()
    before = play.state
    with pytest.raises(Refused) as refused:
        play.do(action)
    assert refused.value.reason == reason
    assert play.state == before


def test_a_return_to_a_skipped_step_carries_it_out() -> None:
    play = Play(
        decide(1, outcome("skip", skip_to=4)),
        step(2),
        step(3),
        decide(4, outcome("on"), outcome("back", returns_to=[2])),
    )
    play.decide(1, "skip")
    assert play.decide(4, "back").opened == (work(2),)
    assert play.statuses() == {1: "done", 2: "open", 3: "waiting", 4: "waiting"}
    play.complete(work(2), work(3))
    play.decide(4, "on")
    assert play.state.finished


def test_a_return_beyond_a_skip_asks_for_the_skipping_decision_again() -> None:
    play = Play(
        step(1),
        decide(2, outcome("on"), outcome("skip", skip_to=4)),
        step(3),
        decide(4, outcome("on"), outcome("back", returns_to=[1])),
    )
    play.complete(work(1))
    play.decide(2, "skip")
    play.decide(4, "back")
    assert play.step(3) is StepStatus.WAITING
    play.complete(work(1))
    assert play.decide(2, "on").opened == (work(3),)


def test_an_old_activation_never_comes_back() -> None:
    play = Play(step(1), decide(2, outcome("back", returns_to=[1])))
    seen: list[int] = []
    for _ in range(3):
        seen.append(play.state.part(work(1)).activation)
        play.do(Complete(work(1)))
        play.decide(2, "back")
    assert seen == [1, 2, 3]
