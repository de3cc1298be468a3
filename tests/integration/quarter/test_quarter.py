"""All five SOPs at once, three offices in three zones, through Lebaran: every message held against the policy."""

from __future__ import annotations

import pytest

from tests.integration.quarter.play import Quarter, play
from tests.integration.workflow.town import ServedStore, SqliteStore

TESTED = (
    "card by day", "card by night", "reminder", "digest", "own line", "concern", "morning owed", "pause",
    "dispensation", "moved deadline", "returned", "meeting", "blocked",
)  # fmt: skip
"""What has to have happened in a quarter for its promises to mean anything."""


def test_a_quarter_through_lebaran(sqlite_url: str) -> None:
    store = SqliteStore(sqlite_url)
    keeps_its_promises(play(store, 1))
    store.close()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 8))
def test_other_quarters(sqlite_url: str, seed: int) -> None:
    store = SqliteStore(sqlite_url)
    keeps_its_promises(play(store, seed, all_everywhere=seed % 2 == 0), all_of_it=False)
    store.close()


@pytest.mark.long
@pytest.mark.postgres
def test_a_quarter_on_postgresql(postgres_url: str) -> None:
    store = ServedStore(postgres_url)
    keeps_its_promises(play(store, 1))
    store.close()


def keeps_its_promises(quarter: Quarter, *, all_of_it: bool = True) -> None:
    assert quarter.oracle.faults == []
    assert quarter.unfinished == []
    assert quarter.given_up == []
    assert quarter.left_over == []
    assert quarter.audit == []
    if all_of_it:
        assert [what for what in TESTED if not quarter.oracle.seen[what]] == []
