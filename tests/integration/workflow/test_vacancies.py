"""A post that falls vacant, is given ahead, and falls vacant again: the admin hears of each time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.integration.workflow.desk import Desk
from tests.integration.workflow.seats_desk import HEAD, appoint, end, new_desk, seat_of
from tests.integration.workflow.town import Town
from workflow.seats import settling
from workflow.seats.terms import Capacity


@pytest.fixture
def desk(town: Town) -> Desk:
    return new_desk(town)


def told(desk: Desk) -> int:
    """Return how often the admin was told that nobody is head."""
    said = desk.town.said(desk.chat("admin"))
    return sum(1 for name, facts in said if name == "post_vacant" and facts["role"] == HEAD.role)


def settle(desk: Desk, at: datetime) -> None:
    desk.town.now = at
    desk.town.store.write(lambda session: settling.settle(session, "office", at))


def test_the_vacancy_after_a_term_given_ahead_is_told_as_well(desk: Desk) -> None:
    end(desk, seat_of(desk, "head", "head"))
    assert told(desk) == 1
    begins, ends = desk.town.now + timedelta(days=2), desk.town.now + timedelta(days=5)
    appoint(desk, HEAD, "staff", Capacity.ACTING_VACANT, begin=begins, end=ends)
    end(desk, seat_of(desk, "second-clerk", "clerk"))  # something else changes before the term begins
    assert told(desk) == 1
    settle(desk, begins)
    assert told(desk) == 1
    settle(desk, ends)
    assert told(desk) == 2
