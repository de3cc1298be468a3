from __future__ import annotations

from bot.pacing import Pacing


class Stopwatch:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def moments(pacing: Pacing, watch: Stopwatch, chat_id: int, count: int) -> list[float]:
    """Send as fast as allowed; return when each went out, in seconds from the start."""
    start = watch.now
    went: list[float] = []
    while len(went) < count:
        wait = pacing.take(chat_id)
        watch.now += wait
        if not wait:
            went.append(round(watch.now - start, 3))
    return went


def test_a_chat_gets_five_at_once_then_one_a_second() -> None:
    watch = Stopwatch()
    assert moments(Pacing(watch), watch, 1, 8) == [0, 0, 0, 0, 0, 1, 2, 3]


def test_a_chat_that_rested_gets_its_five_again() -> None:
    watch = Stopwatch()
    pacing = Pacing(watch)
    moments(pacing, watch, 1, 5)
    watch.now += 5
    assert moments(pacing, watch, 1, 6) == [0, 0, 0, 0, 0, 1]


def test_no_second_holds_more_than_thirty_over_all_chats() -> None:
    watch = Stopwatch()
    pacing = Pacing(watch)
    went = []
    for chat_id in range(1, 91):
        while wait := pacing.take(chat_id):
            watch.now += wait
        went.append(watch.now)
        watch.now += 0.001
    assert all(later - earlier >= 1.0 for earlier, later in zip(went, went[30:], strict=False))
    assert went[-1] - went[0] < 3.0


def test_a_group_gets_twenty_a_minute() -> None:
    watch = Stopwatch()
    went = moments(Pacing(watch), watch, -100, 41)
    assert all(later - earlier >= 60 for earlier, later in zip(went, went[20:], strict=False))


def test_a_chat_told_to_wait_does_not_hold_up_another() -> None:
    watch = Stopwatch()
    pacing = Pacing(watch)
    pacing.hold(1, 7)
    assert pacing.take(1) == 7
    assert pacing.take(2) == 0
    assert pacing.rest() == 0


def test_two_chats_told_to_wait_mean_the_whole_bot() -> None:
    watch = Stopwatch()
    pacing = Pacing(watch)
    pacing.hold(1, 7)
    watch.now += 1
    pacing.hold(2, 4)
    assert pacing.rest() == 4
    assert pacing.take(3) == 4
    watch.now += 4
    assert pacing.take(3) == 0


def test_without_pacing_only_telegrams_own_word_counts() -> None:
    watch = Stopwatch()
    pacing = Pacing(watch, enabled=False)
    assert moments(pacing, watch, 1, 100) == [0] * 100
    pacing.hold(1, 2)
    assert pacing.take(1) == 2


def test_many_chats_are_forgotten_in_time() -> None:
    watch = Stopwatch()
    pacing = Pacing(watch)
    for chat_id in range(3000):
        watch.now += 1
        assert pacing.take(chat_id) == 0
    assert len(pacing._full_at) < 1100
