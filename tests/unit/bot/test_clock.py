"""Business time of several machines: the database's, however wrong their own clocks are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.clock import Clock, SharedClock

NOW = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)


class Watched(SharedClock):
    """A shared clock whose stopwatch is the test's."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def test_before_the_database_has_answered_it_is_the_machines_time() -> None:
    assert abs(SharedClock().now() - Clock().now()) < timedelta(minutes=1)


def test_the_databases_time_goes_on_by_the_stopwatch() -> None:
    clock = Watched()
    clock.seconds = 10.4
    clock.heard(NOW, 10)
    # It was that time somewhere between the question and the answer.
    assert clock.now() == clock.wall() == NOW + timedelta(seconds=0.2)
    clock.seconds = 70.2
    assert clock.now() == NOW + timedelta(seconds=60)


def test_a_later_answer_counts_unless_it_came_slowly() -> None:
    clock = Watched()
    clock.heard(NOW, 0)
    clock.seconds = 100
    clock.heard(NOW, 98)
    assert clock.now() == NOW + timedelta(seconds=100)
    clock.heard(NOW + timedelta(seconds=99), 100)
    assert clock.now() == NOW + timedelta(seconds=99)


def test_a_first_answer_counts_even_if_it_came_slowly() -> None:
    clock = Watched()
    clock.seconds = 8
    clock.heard(NOW, 0)
    assert clock.now() == NOW + timedelta(seconds=4)
