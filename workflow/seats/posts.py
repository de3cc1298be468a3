"""An office's posts (a role, perhaps in a unit): which there are, and who holds each at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from storage.literals import is_status
from storage.tables import Adoption, Official, Run, RunStep, Seat, Unit
from workflow.adoption import Need, load, office_roles_needed
from workflow.job_titles import job_title
from workflow.seats import terms
from workflow.seats.terms import Capacity
from workflow.state import StepStatus


@dataclass(frozen=True, slots=True, order=True)
class Post:
    """A role of the office; ``unit_id`` is '' for one of the whole office."""

    role: str
    unit_id: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A post that steps need and nobody holds: by run, the numbers of its steps that are open or to come.

    Any of ``roles`` would do; the post is the first of them.
    """

    post: Post
    roles: tuple[str, ...]
    runs: dict[int, list[int]]


def post_of(seat: Seat) -> Post:
    """Return a seat's post."""
    return Post(seat.role, seat.unit_id)


def live_seats(session: Session, office_id: str, now: datetime) -> list[Seat]:
    """Return the seats of active officials that count, rest while somebody acts, or are to come, by beginning."""
    query = (
        select(Seat)
        .join(Official, col(Official.id) == Seat.official_id)
        .where(Seat.office_id == office_id, col(Official.active).is_(True))
        .order_by(col(Seat.id))
    )
    return [seat for seat in session.exec(query) if not is_over(seat, now)]


def is_over(seat: Seat, now: datetime) -> bool:
    """Say whether a seat has ended, or was called off before it began."""
    if seat.ends_at is None:
        return False
    return seat.ends_at <= now or (seat.starts_at is not None and seat.ends_at <= seat.starts_at)


def posts_of(session: Session, office_id: str, now: datetime) -> list[Post]:
    """Return every post that somebody holds, held, or that an adopted SOP asks for; the whole office's first."""
    held = session.exec(select(Seat.role, Seat.unit_id).where(Seat.office_id == office_id).distinct()).all()
    posts = {Post(role, unit) for role, unit in held}
    known = {post.role for post in posts}
    current = select(Adoption).where(Adoption.office_id == office_id, col(Adoption.current).is_(True))
    for adoption in session.exec(current):
        # A post of the whole office that nobody ever held; of a unit's, only a seat can tell its unit.
        posts |= {
            Post(need.role)
            for need in office_roles_needed(load(adoption))
            if not need.per_unit and not known & set(need.roles)
        }
    active = set(session.exec(select(Unit.id).where(Unit.office_id == office_id, col(Unit.active).is_(True))))
    seated = {post_of(seat) for seat in live_seats(session, office_id, now)}
    order = _unit_order(session, office_id)
    found = [post for post in posts if not post.unit_id or post.unit_id in active or post in seated]
    return sorted(found, key=lambda post: (order.get(post.unit_id, -1), post.role))


def title_of(session: Session, office_id: str, post: Post) -> str:
    """Return, in Indonesian, how a post is called: by its newest seat with a title, else by role and unit."""
    own = session.exec(
        select(Seat.title)
        .where(
            Seat.office_id == office_id,
            Seat.role == post.role,
            Seat.unit_id == post.unit_id,
            col(Seat.title).is_not(None),
        )
        .order_by(col(Seat.id).desc())
        .limit(1)
    ).first()
    unit = session.get(Unit, (office_id, post.unit_id)) if post.unit_id else None
    return own or job_title(post.role, unit.name if unit is not None else None)


def seats_at(seats: Iterable[Seat], post: Post, at: datetime) -> list[Seat]:
    """Return who holds a post at a moment; the seats are all live ones of the office."""
    known = list(seats)
    held = terms.held_at(known, at)
    return [seat for seat in known if seat.id in held and post_of(seat) == post]


def vacant_from(seats: Iterable[Seat], post: Post, now: datetime) -> datetime | None:
    """Return when nobody will hold a post any more; ``None`` if that is not foreseen."""
    known = list(seats)
    ends = {seat.ends_at for seat in known if post_of(seat) == post and seat.ends_at is not None}
    return next((at for at in sorted(ends) if at > now and not seats_at(known, post, at)), None)


def definitive(seats: Iterable[Seat], post: Post, at: datetime) -> list[Seat]:
    """Return the seats of those a post is properly given to at a moment, whether or not somebody stands in."""
    return [
        seat
        for seat in seats
        if post_of(seat) == post and seat.capacity == Capacity.DEFINITIVE and terms.in_term(seat, at)
    ]


def gaps_at(session: Session, office_id: str, seats: Iterable[Seat], at: datetime) -> list[Gap]:
    """Return the posts that open or coming steps of open runs need and that nobody holds at a moment."""
    known = list(seats)
    ids = terms.held_at(known, at)
    held = [seat for seat in known if seat.id in ids]
    found: dict[tuple[Post, tuple[str, ...]], dict[int, list[int]]] = {}
    for run, need, unit in _wanted(session, office_id):
        if not _filled(held, need, unit):
            steps = found.setdefault((Post(need.role, unit), need.roles), {}).setdefault(run.number, [])
            if need.step not in steps:
                steps.append(need.step)
    return [Gap(post, roles, runs) for (post, roles), runs in sorted(found.items(), key=lambda item: item[0])]


def _wanted(session: Session, office_id: str) -> list[tuple[Run, Need, str]]:
    query = select(Run).where(Run.office_id == office_id, is_status(Run.status, "open")).order_by(col(Run.number))
    wanted: list[tuple[Run, Need, str]] = []
    for run in session.exec(query):
        adopted = load(session.get_one(Adoption, run.adoption_id))
        rows = session.exec(select(RunStep).where(RunStep.run_id == run.id))
        over = {row.number for row in rows if row.status in (StepStatus.DONE, StepStatus.SKIPPED)}
        for need in office_roles_needed(adopted):
            if need.blocking and need.step not in over:
                wanted += [(run, need, unit) for unit in (run.units if need.per_unit else [""])]
    return wanted


def _filled(held: list[Seat], need: Need, unit: str) -> bool:
    """Say whether a need is met, by the same rules by which tasks find their holders."""
    if not unit:
        return any(seat.role in need.roles for seat in held)
    if any(seat.role == need.role and seat.unit_id for seat in held):
        return any(seat.role == need.role and seat.unit_id == unit for seat in held)
    return any(seat.unit_id == unit for seat in held)


def _unit_order(session: Session, office_id: str) -> dict[str, int]:
    units = session.exec(select(Unit).where(Unit.office_id == office_id).order_by(col(Unit.position), Unit.id)).all()
    return {unit.id: number for number, unit in enumerate(units)}
