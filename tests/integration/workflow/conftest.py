"""A town of invented offices, in a database of its own of either kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.workflow.town import ServedStore, SqliteStore, Store, Town


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A migrated, empty database, used one transaction at a time; the test runs on both kinds."""
    opened: Store = SqliteStore(database_url) if database_url.startswith("sqlite") else ServedStore(database_url)
    yield opened
    opened.close()


@pytest.fixture
def town(store: Store) -> Town:
    """A town without offices."""
    return Town(store)
