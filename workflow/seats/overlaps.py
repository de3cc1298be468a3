"""What an admin should see before an appointment or its end takes effect: who else, and who then no more.

Nothing here refuses; what cannot be is refused in :mod:`workflow.seats.appointing`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from storage.tables import Office, Official, Seat
from workflow import people
from workflow.seats import posts
from workflow.seats.posts import Post
from workflow.seats.terms import Capacity

MONTHS_OF_PLT = 3
"""A Plt. is appointed for three months at most, and once more for as many (SE BKN 2/SE/VII/2019)."""

Notice = dict[str, Any]
"""``kind`` and its facts, ready to be queued with a message."""


def of_appointment(session: Session, wanted: Seat, replaced: list[int], now: datetime) -> list[Notice]:
    """Return what to know before a seat that is not written yet is given; it has its dates already."""
    office_id, begin = wanted.office_id, wanted.starts_at or now
    post = posts.post_of(wanted)
    others = [seat for seat in posts.live_seats(session, office_id, now) if seat.id not in replaced]
    found: list[Notice] = []
    for seat in others:
        if posts.post_of(seat) != post or seat.official_id == wanted.principal_id or not _meet(seat, wanted, begin):
            continue
        found.append({"kind": "shared", "official": seat.official_id, "capacity": seat.capacity, "until": _iso(seat)})
    if wanted.capacity == Capacity.ACTING_VACANT:
        found += _long_plt(session, wanted, begin)
    person = session.get_one(Official, wanted.official_id)
    if not people.joined(session, person):
        found.append({"kind": "not_joined", "official": person.id})
    if wanted.ends_at is not None:
        found += _gap(session, office_id, post, others, wanted.ends_at)
    return found


def of_end(session: Session, seat: Seat, at: datetime, now: datetime) -> list[Notice]:
    """Return what to know before a seat ends at a moment."""
    others = [one for one in posts.live_seats(session, seat.office_id, now) if one.id != seat.id]
    return _gap(session, seat.office_id, posts.post_of(seat), others, max(at, now))


def _gap(session: Session, office_id: str, post: Post, others: list[Seat], at: datetime) -> list[Notice]:
    """Return that nobody holds a post any more at a moment, with the steps of open runs that need it."""
    if posts.seats_at(others, post, at):
        return []
    needed: dict[int, list[int]] = {}
    for gap in posts.gaps_at(session, office_id, others, at):
        if gap.post.unit_id == post.unit_id and post.role in gap.roles:
            for run, steps in gap.runs.items():
                needed.setdefault(run, []).extend(step for step in steps if step not in needed.get(run, []))
    return [{"kind": "gap", "at": at.isoformat(), "runs": {str(run): steps for run, steps in needed.items()}}]


def _meet(seat: Seat, wanted: Seat, begin: datetime) -> bool:
    if seat.ends_at is not None and seat.ends_at <= begin:
        return False
    return wanted.ends_at is None or seat.starts_at is None or seat.starts_at < wanted.ends_at


def _long_plt(session: Session, wanted: Seat, begin: datetime) -> list[Notice]:
    """Return that somebody acts as Plt. longer than three months, or with earlier terms longer than twice that."""
    zone = ZoneInfo(session.get_one(Office, wanted.office_id).timezone)
    first = _first_day(session, wanted, begin)
    if wanted.ends_at is None or wanted.ends_at > _after_months(first, 2 * MONTHS_OF_PLT, zone):
        return [{"kind": "plt_twice", "from": first.isoformat()}]
    if wanted.ends_at > _after_months(begin, MONTHS_OF_PLT, zone):
        return [{"kind": "plt_long"}]
    return []


def _first_day(session: Session, wanted: Seat, begin: datetime) -> datetime:
    """Return since when somebody acts in a post without a day between, this term included."""
    earlier = [
        seat
        for seat in people.all_seats_of(session, wanted.official_id)
        if posts.post_of(seat) == posts.post_of(wanted)
        and seat.capacity == Capacity.ACTING_VACANT
        and seat.starts_at is not None
        and seat.ends_at is not None
        and seat.ends_at > seat.starts_at
    ]
    for seat in sorted(earlier, key=lambda seat: seat.ends_at or begin, reverse=True):
        if seat.starts_at is not None and seat.ends_at is not None and seat.starts_at < begin <= seat.ends_at:
            begin = seat.starts_at
    return begin


def _after_months(start: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the same local clock on the same day so many months later; the last day where there is none such."""
    local = start.astimezone(zone)
    month = local.month - 1 + months
    year, month = local.year + month // 12, month % 12 + 1
    day = local.day
    while True:
        try:
            return local.replace(year=year, month=month, day=day)
        except ValueError:
            day -= 1


def _iso(seat: Seat) -> str | None:
    return seat.ends_at.isoformat() if seat.ends_at is not None else None
