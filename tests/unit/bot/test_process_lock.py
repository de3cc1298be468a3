from __future__ import annotations

from pathlib import Path

import pytest

from bot.process_lock import only_process
from bot.settings import Unusable


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    database = tmp_path / "pandu.db"
    with only_process(database), pytest.raises(Unusable, match="pandu run lain"), only_process(database):
        pytest.fail("two at once")
    with only_process(database):
        pass


def test_a_database_server_needs_no_lock() -> None:
    with only_process(None), only_process(None):
        pass
