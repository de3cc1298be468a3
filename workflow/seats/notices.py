"""Who is told of a seat: given, ended, begun or run out by itself, or held by nobody while work waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from storage import outbox
from storage.tables import Office, Official, Seat
from workflow import leaders, office_bots, people
from workflow.calendar.of_office import calendar_of
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


def turned(session: Session, seats: Sequence[Seat], since: datetime, now: datetime) -> None:
    """Tell whom it concerns, when the office next opens, that a term has begun or run out by its dates alone.

    ``seats`` changed whether they count, by what was due from ``since`` on. Of a seat that
    rests, or counts again, whoever stands in is told about, with whom they stand in for.
    """
    for seat in seats:
        bot = office_bots.bot_of(session, seat.office_id)
        if bot is None:
            return
        at = seat.starts_at if seat.held else seat.ends_at
        calendar = calendar_of(session.get_one(Office, seat.office_id))
        if at is None or not since <= at <= now:
            continue
        if seat.held and seat.appointed_at is not None:
            if calendar.local_date(seat.appointed_at) == calendar.local_date(at):
                continue  # the appointment itself said so on that day
        elif not seat.held and _holds(session, seat):
            continue  # their next term follows, and begins with a word of its own
        for official in _in_person(session, seat):
            if official.telegram_id is not None and official.active:
                event = "began" if seat.held else "ended"
                outbox.say(
                    session, bot_id=bot.id, chat_id=official.telegram_id, office_id=seat.office_id,
                    template="seat_term", params={"seat_id": seat.id, "event": event}, now=now,
                    due_at=calendar.next_open(now), key=f"seat-{event}-by-itself:{seat.id}:{official.id}",
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
            key=f"post-vacant:{office_id}:{gap.post.role}:{gap.post.unit_id}:{last_seat(session, office_id, gap, now)}",
            role=gap.post.role, unit=gap.post.unit_id, runs={str(run): steps for run, steps in gap.runs.items()},
        )  # fmt: skip


def last_seat(session: Session, office_id: str, gap: Gap, now: datetime) -> int:
    """Return the newest seat of a post that has begun, which tells one vacancy from the next; 0 if there was none.

    One to come does not count: the vacancy before it and the one after it are two.
    """
    query = select(Seat.id).where(
        Seat.office_id == office_id, Seat.role == gap.post.role, Seat.unit_id == gap.post.unit_id,
        or_(col(Seat.starts_at).is_(None), col(Seat.starts_at) <= now),
    )  # fmt: skip
    return session.exec(query.order_by(col(Seat.id).desc()).limit(1)).first() or 0


def _holds(session: Session, over: Seat) -> bool:
    """Say whether who held a seat holds the same post by another one."""
    query = select(Seat.id).where(
        Seat.office_id == over.office_id, Seat.role == over.role, Seat.unit_id == over.unit_id,
        Seat.official_id == over.official_id, col(Seat.held),
    )  # fmt: skip
    return session.exec(query.limit(1)).first() is not None


def _in_person(session: Session, seat: Seat) -> list[Official]:
    """Return who holds a seat and whom they stand in for."""
    return [session.get_one(Official, one) for one in (seat.official_id, seat.principal_id) if one is not None]


def _concerned(session: Session, seat: Seat, *others: int) -> list[Official]:
    named = [session.get_one(Official, one) for one in (seat.appointed_by, *others) if one is not None]
    return [
        *_in_person(session, seat),
        *named,
        *leaders.heads(session, seat.office_id),
        *leaders.secretaries(session, seat.office_id),
    ]
