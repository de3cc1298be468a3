"""How bots come to be shared: nobody is left with two more than another, whoever is quicker."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from storage.fellows import Fellows, group_of

PROCESSES = ["a", "b", "c", "d"]
BOTS = st.lists(st.sampled_from([*PROCESSES, ""]), max_size=12)
"""Who sends for each bot; nobody for some."""


def fellows(senders: list[str], there: list[str]) -> Fellows:
    held = {bot: holder for bot, holder in enumerate(senders) if holder}
    return Fellows(frozenset(there), held, frozenset(range(len(senders))) - held.keys())


def test_who_is_alone_keeps_everything() -> None:
    alone = fellows(["a", "a", ""], ["a"])
    assert alone.surplus("a") == frozenset()
    assert not alone.leaves_to_others("a")


def test_half_goes_to_one_who_comes_later() -> None:
    both = fellows(["a"] * 6, ["a", "b"])
    assert len(both.surplus("a")) == 3
    assert both.surplus("b") == frozenset()
    assert both.leaves_to_others("a")
    assert not both.leaves_to_others("b")


def test_one_bot_more_is_no_reason_to_move() -> None:
    assert fellows(["a", "a", "b"], ["a", "b"]).surplus("a") == frozenset()


def test_nobody_gives_while_a_bot_is_free_or_its_sender_gone() -> None:
    assert fellows(["a", "a", "a", ""], ["a", "b"]).surplus("a") == frozenset()
    assert fellows(["a", "a", "a", "dead"], ["a", "b"]).surplus("a") == frozenset()


def test_one_who_is_not_known_to_be_there_gives_nothing() -> None:
    assert fellows(["a", "a", "a"], ["b"]).surplus("a") == frozenset()


@given(BOTS, st.lists(st.sampled_from(PROCESSES), min_size=1, unique=True), st.randoms(use_true_random=False))
def test_in_the_end_all_is_sent_for_and_evenly(senders: list[str], there: list[str], random: Random) -> None:
    now = [holder if holder in there else "" for holder in senders]
    for _ in range(100):
        free = [bot for bot, holder in enumerate(now) if not holder]
        seen = fellows(now, there)
        if free:
            # Whoever is quickest of those that may.
            now[free[0]] = random.choice([one for one in there if not seen.leaves_to_others(one)])
            continue
        giving = {one: seen.surplus(one) for one in there if seen.surplus(one)}
        assert len(giving) <= 1, "else all would give to the same"
        if not giving:
            break
        for bot in next(iter(giving.values())):
            now[bot] = ""
    counts = fellows(now, there).counts()
    assert "" not in now
    assert max(counts.values()) - min(counts.values()) <= 1


def test_a_group_is_known_by_its_bots() -> None:
    assert group_of([1, 2]) == group_of([2, 1])
    assert group_of([1, 2]) != group_of([12])
