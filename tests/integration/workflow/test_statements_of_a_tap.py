"""What a tap that closes a step asks of the database: each statement is a way there and back on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import ServedStore, Town
from tests.unit.workflow.builders import step
from workflow.verbs import Verb

MOST = 28
"""With the savepoint, and two cards still on their way whose rows are read. Before they were counted it was 48."""

HEAD: dict[str, Any] = {"actor": {"role": "head", "confidence": "high", "reason": "invented"}}


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note the statements of this process meanwhile."""
    noted: list[str] = []

    def note(_c: Any, _cursor: Any, words: str, _p: Any, _context: Any, _many: bool) -> None:
        noted.append(" ".join(words.split()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_tap_that_closes_a_step_asks_little(town: Town) -> None:
    if not isinstance(town.store, ServedStore):
        pytest.skip("this store of the tests has sessions that remember nothing")
    desk = Desk(town, step(1), step(2, **HEAD), step(3, **HEAD))
    assert desk.tap("clerk", Verb.DO, desk.task(1)) == "done"
    second = desk.task(2)
    with statements() as noted:
        assert desk.tap("head", Verb.DO, second) == "done"
    assert len(noted) <= MOST, "\n".join(noted)
    # What is nearly never there is asked for along with the run.
    assert not any(words.startswith(("SELECT pause", "SELECT extension", "SELECT delegation")) for words in noted)
