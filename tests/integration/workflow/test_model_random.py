"""Random SOPs, officials who try everything, on a real database: what must never happen does not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_definitions.model import SopDefinition
from tests.integration.workflow.definitions import definitions
from tests.integration.workflow.town import ServedStore, SqliteStore, Store, Town
from tests.integration.workflow.walk import KINDS, Walk
from tests.unit.workflow import builders

UNITS = st.sampled_from([("north", "south"), ("north", "south", "west")])
SEEDS = st.integers(0, 2**32)
QUIET = builders.definition(builders.step(1), builders.decide(2))
ANY = list(HealthCheck)
SHORT = settings(max_examples=11, deadline=None, derandomize=True, database=None, suppress_health_check=ANY)
SHORTEST = settings(SHORT, max_examples=3)
LONG = settings(max_examples=1500, deadline=None, suppress_health_check=ANY)
NAMES = count(1)


def picks(length: int, seed: int) -> list[tuple[int, int]]:
    """So many picks: what sort of thing is done, and which one of its sort."""
    chance = Random(seed)
    return [(chance.randrange(KINDS), chance.randrange(10**6)) for _ in range(length)]


def play(store: Store, name: int, sop: SopDefinition, units: tuple[str, ...], tries: list[tuple[int, int]]) -> None:
    """Found two offices, try everything in one of them, and let its run come to its end."""
    town = Town(store, first_chat=1000 * name)
    cast, other = town.found(f"office{name}", sop, units), town.found(f"other{name}", QUIET, ("north",))
    town.start(other)
    town.start(cast)
    walk = Walk(town, cast, other)
    for way, number in tries:
        walk.take(way, number)
        if walk.over > 3:
            break
    walk.end()


def play_on_a_file(template: Path, sop: SopDefinition, units: tuple[str, ...], tries: list[tuple[int, int]]) -> None:
    """Play on an SQLite file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pandu.db"
        shutil.copyfile(template, path)
        store = SqliteStore(f"sqlite:///{path}")
        try:
            play(store, 1, sop, units, tries)
        finally:
            store.close()


@pytest.fixture
def served(postgres_url: str) -> Iterator[Store]:
    """Pandu's own database object on PostgreSQL."""
    store = ServedStore(postgres_url)
    yield store
    store.close()


@SHORT
@given(definitions(), UNITS, st.integers(10, 30), SEEDS)
def test_an_office_keeps_its_promises_whatever_is_tried(
    sqlite_template: Path, sop: SopDefinition, units: tuple[str, ...], length: int, seed: int
) -> None:
    play_on_a_file(sqlite_template, sop, units, picks(length, seed))


@pytest.mark.postgres
@SHORTEST
@given(definitions(max_steps=4), UNITS, SEEDS)
def test_an_office_on_postgres_keeps_them_too(
    served: Store, sop: SopDefinition, units: tuple[str, ...], seed: int
) -> None:
    play(served, next(NAMES), sop, units, picks(12, seed))


@pytest.mark.long
@LONG
@given(definitions(max_steps=8), UNITS, st.integers(0, 120), SEEDS)
def test_an_office_keeps_its_promises_for_long(
    sqlite_template: Path, sop: SopDefinition, units: tuple[str, ...], length: int, seed: int
) -> None:
    play_on_a_file(sqlite_template, sop, units, picks(length, seed))
