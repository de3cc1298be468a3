"""A short storm in every test run, three minutes in CI; ``make chaos`` prints its account."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.chaos.play import offices_for, play

SECONDS = float(os.environ.get("PANDU_CHAOS_SECONDS", "20"))


@pytest.mark.crash
@pytest.mark.postgres
async def test_nothing_is_lost_and_nothing_happens_twice_in_a_storm(tmp_path: Path) -> None:
    account = await play(tmp_path, seconds=SECONDS, seed=1, offices=offices_for(SECONDS), last=3)
    assert account.troubles["replica killed"] >= SECONDS / 10
    assert account.troubles["database restarted"] == 2
    assert account.troubles["disks full"] == 2
