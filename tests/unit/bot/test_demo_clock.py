"""The demo's clock only goes forward, and stays where it is over a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.demo_clock import CLOCK, DemoClock

MONDAY = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)


class Frozen(Clock):
    def now(self) -> datetime:
        return MONDAY

    def monotonic(self) -> float:
        return 100.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / CLOCK


def test_it_shows_the_real_time_until_it_is_moved(file: Path) -> None:
    clock = DemoClock(file, Frozen())
    assert (clock.now(), clock.monotonic(), clock.moved) == (MONDAY, 100.0, timedelta(0))
    assert not file.exists()


def test_business_time_and_the_stopwatch_move_and_the_machine_does_not(file: Path) -> None:
    clock = DemoClock(file, Frozen())
    clock.forward(timedelta(days=3))
    clock.forward(timedelta(milliseconds=1500))
    assert clock.now() == MONDAY + timedelta(days=3, milliseconds=1500)
    assert clock.monotonic() == 100.0 + 3 * 86_400 + 1.5
    assert clock.wall() == MONDAY
    assert clock.lease_monotonic() == 100.0, "a jump ends no lease"


def test_it_goes_on_after_a_restart(file: Path) -> None:
    DemoClock(file, Frozen()).forward(timedelta(days=3, microseconds=1))
    assert DemoClock(file, Frozen()).moved == timedelta(days=3, microseconds=1)


def test_it_never_goes_back(file: Path) -> None:
    clock = DemoClock(file, Frozen())
    clock.forward(timedelta(days=3))
    with pytest.raises(ValueError, match="forward"):
        clock.forward(timedelta(seconds=-1))
    assert DemoClock(file, Frozen()).moved == timedelta(days=3)


def test_without_a_place_to_keep_it_the_time_stays(tmp_path: Path) -> None:
    clock = DemoClock(tmp_path / "not there" / CLOCK, Frozen())
    with pytest.raises(OSError, match="not there"):
        clock.forward(timedelta(days=3))
    assert clock.now() == MONDAY


@pytest.mark.parametrize(
    "broken", ["", "[]", "{}", '{"moved_seconds": "x"}', '{"moved_seconds": null}', '{"moved_seconds": 1e15}',
               '{"moved_seconds": NaN}', '{"moved_seconds": -5}'],
)  # fmt: skip
def test_a_file_that_makes_no_sense_counts_as_none(file: Path, broken: str) -> None:
    file.write_text(broken)
    assert DemoClock(file, Frozen()).moved == timedelta(0)
