from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.e2e.office import Office
from tests.e2e.offices import PEOPLE, office_file

Opened = Callable[..., Awaitable[Office]]


@pytest.fixture
async def open_office(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Opened]:
    """Open the sample office with some SOPs adopted, on SQLite."""
    offices: list[Office] = []

    async def opened(*sops: str, **choices: object) -> Office:
        office = Office(tmp_path, sqlite_url, office_file(*sops, **choices), PEOPLE)
        offices.append(office)
        await office.open()
        return office

    yield opened
    for office in offices:
        await office.close()
