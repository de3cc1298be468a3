"""Who is told that a seat was given, ended, or that nobody holds it any more while work waits for it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from storage.tables import Official, Seat
from workflow import leaders, office_bots, people
from workflow.moment import Moment
from workflow.notices import tell_all
from workflow.seats import posts
from workflow.seats.posts import Gap


def appointed(session: Session, moment: Moment, seat: Seat, replaced: tuple[int, ...]) -> None:
    """Tell the appointed, whom they stand in for or follow, head, secretary and who put it in."""
    before = [session.get_one(Seat, seat_id).official_id for seat_id in replaced]
    tell_all(
        session, moment, _concerned(session, seat, *before), "seat_appointed", key=f"seat-appointed:{seat.id}",
        seat_id=seat.id, replaced=before,
    )  # fmt: skip


def ended(session: Session, moment: Moment, seat: Seat, by: Official) -> None:
    """Tell who held a seat, whom they stood in for, head, secretary and the admin that it ends."""
    tell_all(
        session, moment, [*_concerned(session, seat), by], "seat_ended",
        key=f"seat-ended:{seat.id}:{moment.now:%Y%m%d%H%M%S}", seat_id=seat.id, by=by.id,
    )  # fmt: skip


def vacancies(session: Session, office_id: str, now: datetime) -> None:
    """Tell the admins of each post that open or coming steps need and nobody holds: once per vacancy.

    What waits for it at this moment has said so itself (:func:`workflow.notices.vacant_seat`).
    """
    moment = office_bots.moment_of(session, office_id, now)
    if moment is None:
        return
    for gap in posts.gaps_at(session, office_id, posts.live_seats(session, office_id, now), now):
        tell_all(
            session, moment, people.admins(session, office_id), "post_vacant",
            key=f"post-vacant:{office_id}:{gap.post.role}:{gap.post.unit_id}:{last_seat(session, office_id, gap)}",
            role=gap.post.role, unit=gap.post.unit_id, runs={str(run): steps for run, steps in gap.runs.items()},
        )  # fmt: skip


def last_seat(session: Session, office_id: str, gap: Gap) -> int:
    """Return the newest seat of a post, which tells one vacancy from the next; 0 if there never was one."""
    query = select(Seat.id).where(
        Seat.office_id == office_id, Seat.role == gap.post.role, Seat.unit_id == gap.post.unit_id
    )
    return session.exec(query.order_by(col(Seat.id).desc()).limit(1)).first() or 0


def _concerned(session: Session, seat: Seat, *others: int) -> list[Official]:
    ids = [seat.official_id, seat.principal_id, seat.appointed_by, *others]
    named = [session.get_one(Official, one) for one in ids if one is not None]
    return [*named, *leaders.heads(session, seat.office_id), *leaders.secretaries(session, seat.office_id)]
