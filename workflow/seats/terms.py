"""Which seats and delegations count at a moment: pure, from their dates alone.

Plh. stands in for a holder who is away for a while, Plt. where there is none (UU 30/2014
article 14, SE BKN 1/SE/I/2021). While somebody acts as Plh., whom they stand in for has no
part in that seat: one decision, one person responsible.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from storage.tables import Delegation, Seat


class Capacity(StrEnum):
    """In which capacity somebody holds a seat."""

    DEFINITIVE = "definitif"
    ACTING_VACANT = "plt"
    ACTING_ABSENT = "plh"

    @property
    def prefix(self) -> str:
        """Return what stands before the name of the post: 'Plh. ', or nothing."""
        return "" if self is Capacity.DEFINITIVE else f"{self.value.capitalize()}. "


def in_term(seat: Seat, now: datetime) -> bool:
    """Say whether a seat's dates include ``now``; its last moment is no longer part of it."""
    return (seat.starts_at is None or seat.starts_at <= now) and (seat.ends_at is None or now < seat.ends_at)


def held_at(seats: Iterable[Seat], now: datetime) -> set[int]:
    """Return the ids of an office's seats that count at ``now``: of one person's in one post, one.

    Two of one person's terms in one post may meet where rows were written by hand. The one
    that began first then counts until it ends, and the other from there on.
    """
    current = [seat for seat in seats if in_term(seat, now)]
    stood_in_for = {
        (seat.role, seat.unit_id, seat.principal_id) for seat in current if seat.capacity == Capacity.ACTING_ABSENT
    }
    counting = [
        seat
        for seat in current
        if seat.capacity != Capacity.DEFINITIVE or (seat.role, seat.unit_id, seat.official_id) not in stood_in_for
    ]
    counting.sort(key=lambda seat: (seat.starts_at is not None, seat.starts_at or now, seat.id or 0), reverse=True)
    return set({(seat.role, seat.unit_id, seat.official_id): seat.id or 0 for seat in counting}.values())


def delegated_at(delegations: Iterable[Delegation], now: datetime) -> set[int]:
    """Return the ids of the delegations that count at ``now``."""
    return {d.id or 0 for d in delegations if d.ended_at is None and d.starts_at <= now < d.ends_at}


def next_change(seats: Iterable[Seat], delegations: Iterable[Delegation], now: datetime) -> datetime | None:
    """Return when a seat or a delegation next begins or ends after ``now``; ``None`` if nothing is to come."""
    times = [at for seat in seats for at in (seat.starts_at, seat.ends_at) if at is not None]
    times += [at for d in delegations if d.ended_at is None for at in (d.starts_at, d.ends_at)]
    return min((at for at in times if at > now), default=None)
