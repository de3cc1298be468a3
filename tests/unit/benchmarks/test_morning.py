"""The simulated morning on small numbers: nothing lost, nobody too fast, taps before digests."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from random import Random

import pytest

from benchmarks.country import OFFICES, REGENCIES, ZONES, Zone, bots_of, shares
from benchmarks.morning import SPREAD_SECONDS, Morning, People, Wave, clock
from bot.delivery import AT_ONCE
from bot.pacing import PER_SECOND
from storage.outbox import DIGEST

PLACE = Zone("WIB", offices=12, regencies=3, utc="00.30")
CROWDED = 24_000
"""More than one bot can tell within the spread: 27,000 turns, of which each digest needs two."""


@pytest.fixture(scope="module")
def crowded() -> Wave:
    return Morning(PLACE, bots=1, officials=CROWDED, people=People(act=0.1)).play()


@pytest.mark.parametrize("bots", [1, 3])
def test_everything_that_was_queued_is_sent_once(bots: int) -> None:
    wave = Morning(PLACE, bots=bots, officials=300).play()
    digests = [row for row in wave.rows if row.priority == DIGEST]
    assert sorted(row.chat for row in digests) == list(range(300))
    assert len(wave.rows) == 2 * len(digests) + 2 * wave.taps
    assert len(wave.replies) == wave.taps > 0
    assert all(row.queued_at <= row.turn_at < row.sent_at for row in wave.rows)
    assert sum(len(bot.turns) for bot in wave.bots) == len(wave.rows)
    assert wave.last_digest <= SPREAD_SECONDS + 2


def test_a_crowded_bot_never_speaks_too_fast_and_never_rests_without_need(crowded: Wave) -> None:
    (bot,) = crowded.bots
    assert all(later - earlier >= 0.999 for earlier, later in zip(bot.turns, bot.turns[PER_SECOND:], strict=False))
    busy = [turn for turn in bot.turns if 300 <= turn < 600]
    assert len(busy) >= 0.99 * 300 * PER_SECOND
    assert bot.longest > 1000
    assert crowded.last_digest > SPREAD_SECONDS + 60


def test_cards_of_taps_go_before_the_digests_that_wait(crowded: Wave) -> None:
    turns = sorted(row.turn_at for row in crowded.rows if row.priority == DIGEST)
    cards = [row for row in crowded.rows if row.tapped_at is not None]
    assert len(cards) > 1000
    for card in cards:
        before = bisect_left(turns, card.turn_at) - bisect_right(turns, card.queued_at)
        # Only those that had been claimed already, and their like in the turn that is just over.
        assert before <= 2 * AT_ONCE, card
    assert crowded.waits()[-1] < 10 < crowded.last_digest - SPREAD_SECONDS


def test_of_one_chat_one_message_is_on_its_way(crowded: Wave) -> None:
    by_chat: dict[int, list[tuple[float, float]]] = {}
    for row in crowded.rows:
        by_chat.setdefault(row.chat, []).append((row.turn_at, row.sent_at))
    for times in by_chat.values():
        times.sort()
        assert all(one[1] <= next_[0] for one, next_ in pairwise(times))


def test_the_same_seed_is_the_same_morning() -> None:
    one, same, other = (Morning(PLACE, bots=2, officials=200, seed=seed).play() for seed in (1, 1, 2))
    assert one.rows == same.rows
    assert one.rows != other.rows


def test_shares_add_up_and_the_country_is_whole() -> None:
    assert sum(parts := shares(4422, 301, Random(1))) == 4422
    assert 5 <= min(parts) < max(parts) <= 25
    assert (OFFICES, REGENCIES) == (7288, 514)
    assert sum(bots_of(zone, REGENCIES) for zone in ZONES) == REGENCIES
    assert all(bots_of(zone, 1) == 1 for zone in ZONES)
    assert clock(900.2) == "07.45.01"
