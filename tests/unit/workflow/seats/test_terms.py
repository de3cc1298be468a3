"""Which seats count: against a slow reckoning hour by hour, and where a term begins and ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from storage.tables import Delegation, Seat
from workflow.seats import terms
from workflow.seats.terms import Capacity

DAY = datetime(2027, 1, 4, tzinfo=UTC)
HOURS = st.integers(0, 12)


def at(hour: int) -> datetime:
    return DAY + timedelta(hours=hour)


@st.composite
def seats(draw: st.DrawFn) -> list[Seat]:
    """Seats of three people in two posts, some without beginning or end, some ending before they begin."""
    found = []
    for number in range(1, draw(st.integers(1, 7)) + 1):
        capacity = draw(st.sampled_from(Capacity))
        begin, end = draw(st.none() | HOURS), draw(st.none() | HOURS)
        found.append(
            Seat(
                id=number, office_id="office", role=draw(st.sampled_from("ab")), official_id=draw(st.integers(1, 3)),
                capacity=capacity, starts_at=at(begin) if begin is not None else None,
                ends_at=at(end) if end is not None else None,
                principal_id=draw(st.integers(1, 3)) if capacity == Capacity.ACTING_ABSENT else None,
            )
        )  # fmt: skip
    return found


def slowly(known: list[Seat], hour: int) -> set[int]:
    """Reckon by the hours each seat has: who has this hour, less those somebody stands in for in it."""
    hours = {
        seat.id or 0: [
            h
            for h in range(-1, 20)
            if (seat.starts_at is None or at(h) >= seat.starts_at) and (seat.ends_at is None or at(h) < seat.ends_at)
        ]
        for seat in known
    }
    held = set()
    for seat in known:
        if hour not in hours[seat.id or 0]:
            continue
        resting = seat.capacity == "definitif" and any(
            other.capacity == "plh"
            and other.role == seat.role
            and other.principal_id == seat.official_id
            and hour in hours[other.id or 0]
            for other in known
        )
        if not resting:
            held.add(seat.id or 0)
    # Of one person's terms in one post that meet, the one with the longest past counts.
    by_id = {seat.id or 0: seat for seat in known}
    first: dict[tuple[str, int], int] = {}
    for one in sorted(held):
        post = (by_id[one].role, by_id[one].official_id)
        if post not in first or hours[one][0] < hours[first[post]][0]:
            first[post] = one
    return set(first.values())


@given(seats(), HOURS)
def test_who_holds_a_seat_at_any_hour(known: list[Seat], hour: int) -> None:
    assert terms.held_at(known, at(hour)) == slowly(known, hour)


@given(seats(), HOURS)
def test_nothing_changes_before_the_next_change(known: list[Seat], hour: int) -> None:
    change = terms.next_change(known, [], at(hour))
    later = change - timedelta(seconds=1) if change is not None else at(100)
    assert terms.held_at(known, later) == terms.held_at(known, at(hour))


@given(seats(), HOURS)
def test_whoever_is_stood_in_for_is_stood_in_for_by_somebody(known: list[Seat], hour: int) -> None:
    """A seat that rests is never a post nobody holds."""
    held = terms.held_at(known, at(hour))
    for seat in known:
        if terms.in_term(seat, at(hour)) and seat.id not in held:
            assert any(other.id in held and other.role == seat.role for other in known)


def test_a_term_includes_its_first_moment_and_not_its_last() -> None:
    seat = Seat(id=1, office_id="office", role="a", official_id=1, starts_at=at(2), ends_at=at(4))
    assert [terms.in_term(seat, at(hour)) for hour in (1, 2, 3, 4)] == [False, True, True, False]


def test_a_plh_takes_the_place_of_one_holder_only() -> None:
    known = [
        Seat(id=1, office_id="office", role="a", official_id=1),
        Seat(id=2, office_id="office", role="a", official_id=2),
        Seat(id=3, office_id="office", role="a", official_id=3, capacity="plh", principal_id=1),
    ]
    assert terms.held_at(known, DAY) == {2, 3}


@given(st.lists(st.tuples(HOURS, HOURS, st.none() | HOURS), max_size=4), HOURS)
def test_delegations_count_from_their_start_until_they_end(spans: list[tuple[int, int, int | None]], hour: int) -> None:
    known = [
        Delegation(
            id=number, office_id="office", from_id=1, to_id=2, starts_at=at(begin), ends_at=at(end), created_at=DAY,
            ended_at=at(early) if early is not None else None,
        )
        for number, (begin, end, early) in enumerate(spans, 1)
    ]  # fmt: skip
    counts = {n for n, (begin, end, early) in enumerate(spans, 1) if early is None and hour in range(begin, end)}
    assert terms.delegated_at(known, at(hour)) == counts
