"""Seats given and taken in chat: an admin appoints, on an order; their own appointment needs the head's word.

A seat is never deleted. What is given begins by its dates, what is taken ends by them, and
head, secretary, the previous holder and whoever it concerns are told.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from storage import audit
from storage.locks import lock_runs
from storage.tables import Approval, ErasableText, File, Official, Seat, Unit
from workflow import approvals, people, texts
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.seats import notices, posts
from workflow.seats.posts import Post
from workflow.seats.settling import settle
from workflow.seats.terms import Capacity

APPROVAL = "appointment"
"""The kind of approval that an admin's own appointment needs."""

MAX_NUMBER = 80
"""Characters of an order's number."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A seat about to be given, at once (without ``starts_at``), until further notice (without ``ends_at``).

    ``replaces`` names the seats that end when it begins. Times are aware, UTC; ``order_date`` is ISO.
    """

    post: Post
    official_id: int
    capacity: Capacity
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    principal_id: int | None = None
    order_number: str = ""
    order_date: str = ""
    order_file_id: int | None = None
    replaces: tuple[int, ...] = ()

    def seat(self, office_id: str, now: datetime) -> Seat:
        """Return the row it would become, belonging to no session."""
        return Seat(
            office_id=office_id, role=self.post.role, unit_id=self.post.unit_id, official_id=self.official_id,
            source="chat", capacity=self.capacity, held=False, starts_at=max(self.starts_at or now, now),
            ends_at=self.ends_at, principal_id=self.principal_id, order_number=self.order_number or None,
            order_date=self.order_date or None, order_file_id=self.order_file_id,
        )  # fmt: skip


def appoint(session: Session, moment: Moment, admin: Official, wanted: Appointment) -> Seat | Approval:
    """Give a seat, or ask the head where the admin would give it to themselves.

    Raises :class:`Stopped` for what cannot be (see :func:`check`) and for anybody but an admin.
    """
    if not people.is_admin(admin):
        raise Stopped("not_allowed")
    lock_runs(session, admin.office_id)
    check(session, moment.now, admin.office_id, wanted)
    if wanted.official_id == admin.id:
        payload = _payload(session, moment, admin.office_id, wanted)
        _let_earlier_lapse(session, moment, admin)
        return approvals.ask(session, moment, admin, APPROVAL, payload, take_effect)
    return _give(session, moment, admin.office_id, wanted, admin, admin)


def take_effect(session: Session, moment: Moment, approval: Approval) -> None:
    """Give what was asked for: the head has agreed. Raises :class:`Stopped` if it cannot be any more."""
    wanted = of_approval(session, approval)
    asker = session.get_one(Official, approval.asked_by)
    check(session, moment.now, approval.office_id, wanted)
    decider = session.get(Official, approval.decided_by) if approval.decided_by is not None else None
    _give(session, moment, approval.office_id, wanted, asker, decider or asker)


def check(session: Session, now: datetime, office_id: str, wanted: Appointment, *, order: bool = True) -> None:
    """Raise :class:`Stopped` for an appointment that cannot be: persons, post, times, or a missing ``order``."""
    person = session.get(Official, wanted.official_id)
    if person is None or person.office_id != office_id or not person.active or person.auditor:
        raise Stopped("cannot_appoint")
    if wanted.post.unit_id:
        unit = session.get(Unit, (office_id, wanted.post.unit_id))
        if unit is None or not unit.active:
            raise Stopped("cannot_appoint")
    begin = max(wanted.starts_at or now, now)
    if wanted.ends_at is not None and wanted.ends_at <= begin:
        raise Stopped("appointment_over")
    if wanted.capacity != Capacity.DEFINITIVE:
        if order and not (wanted.order_number and wanted.order_date and wanted.order_file_id):
            raise Stopped("order_missing")
        if wanted.ends_at is None:
            raise Stopped("appointment_without_end")
    _check_others(session, now, office_id, wanted, begin)


def _check_others(session: Session, now: datetime, office_id: str, wanted: Appointment, begin: datetime) -> None:
    live = posts.live_seats(session, office_id, now)
    for seat in live:
        if posts.post_of(seat) != wanted.post or seat.id in wanted.replaces:
            continue
        over = seat.ends_at is not None and seat.ends_at <= begin
        later = wanted.ends_at is not None and seat.starts_at is not None and seat.starts_at >= wanted.ends_at
        if over or later:
            continue
        if seat.official_id == wanted.official_id:
            raise Stopped("already_holds")
        if wanted.principal_id is not None and seat.principal_id == wanted.principal_id:
            raise Stopped("already_stood_in_for")
        if wanted.capacity == Capacity.ACTING_VACANT and seat.capacity == Capacity.DEFINITIVE:
            raise Stopped("not_vacant")
    if wanted.capacity == Capacity.ACTING_ABSENT:
        away = [seat.official_id for seat in posts.definitive(live, wanted.post, begin)]
        if wanted.principal_id not in away or wanted.principal_id == wanted.official_id:
            raise Stopped("nobody_to_stand_in_for")


def end(session: Session, moment: Moment, admin: Official, seat_id: int, at: datetime | None = None) -> Seat:
    """End a seat early, now or at a moment to come; one that has not begun never will.

    Raises :class:`Stopped` for anybody but the office's admin, and for a seat that is over.
    """
    if not people.is_admin(admin):
        raise Stopped("not_allowed")
    lock_runs(session, admin.office_id)
    seat = _live(session, moment.now, admin.office_id, seat_id)
    close(session, moment, seat, max(at or moment.now, moment.now), admin)
    settle(session, admin.office_id, moment.now)
    notices.ended(session, moment, seat, admin)
    return seat


def end_all_of(session: Session, moment: Moment, official: Official, by: Official | None) -> list[Seat]:
    """End whatever an official holds or is to hold: they leave the office. Nobody is told; ``by`` is on record."""
    lock_runs(session, official.office_id)
    found = [seat for seat in people.all_seats_of(session, official.id or 0) if not posts.is_over(seat, moment.now)]
    for seat in found:
        close(session, moment, seat, moment.now, by)
    settle(session, official.office_id, moment.now)
    return found


def close(
    session: Session, moment: Moment, seat: Seat, at: datetime, by: Official | None, source: str = "chat"
) -> None:
    """Set a seat's end and put it on record; the caller settles. ``by`` is ``None`` for the office file."""
    seat.ends_at = seat.starts_at if seat.starts_at is not None and seat.starts_at > at else at
    seat.source = source
    session.flush()
    audit.record(
        session, office_id=seat.office_id, at=moment.now, kind="seat.closed", payload=facts_of(session, seat),
        actor_id=by.id if by is not None else None,
        capacity=people.title(session, by) if by is not None else "Pandu",
    )  # fmt: skip


def facts_of(session: Session, seat: Seat) -> dict[str, Any]:
    """Return what the record says of a seat: enough to tell whether its row was changed since."""
    file = session.get(File, seat.order_file_id) if seat.order_file_id is not None else None
    return {
        "seat": seat.id, "role": seat.role, "unit": seat.unit_id, "official": seat.official_id,
        "capacity": str(seat.capacity), "from": _iso(seat.starts_at), "until": _iso(seat.ends_at),
        "principal": seat.principal_id, "order": _digest(seat.order_number), "order_date": seat.order_date,
        "file": seat.order_file_id, "sha256": file.sha256 if file is not None else None,
    }  # fmt: skip


def of_approval(session: Session, approval: Approval) -> Appointment:
    """Return the appointment an approval is about."""
    data = approval.payload
    number = session.get(ErasableText, data["number"]) if data["number"] is not None else None
    return Appointment(
        Post(data["role"], data["unit"]), data["official"], Capacity(data["capacity"]), _at(data["from"]),
        _at(data["until"]), data["principal"], (number.text or "") if number is not None else "",
        data["date"] or "", data["file"], tuple(data["replaces"]),
    )  # fmt: skip


def _payload(session: Session, moment: Moment, office_id: str, wanted: Appointment) -> dict[str, Any]:
    number = texts.keep(session, moment, office_id, wanted.order_number) if wanted.order_number else None
    return {
        "role": wanted.post.role, "unit": wanted.post.unit_id, "official": wanted.official_id,
        "capacity": str(wanted.capacity), "from": _iso(wanted.starts_at), "until": _iso(wanted.ends_at),
        "principal": wanted.principal_id, "number": number, "date": wanted.order_date or None,
        "file": wanted.order_file_id, "replaces": list(wanted.replaces),
    }  # fmt: skip


def _let_earlier_lapse(session: Session, moment: Moment, admin: Official) -> None:
    """A new request takes the place of one still undecided by the same admin."""
    query = select(Approval).where(
        Approval.office_id == admin.office_id, Approval.kind == APPROVAL, Approval.asked_by == admin.id,
        Approval.status == "asked",
    )  # fmt: skip
    for row in session.exec(query.order_by(col(Approval.id)).with_for_update()).all():
        approvals.lapse(session, moment, row)


def _give(session: Session, moment: Moment, office_id: str, wanted: Appointment, asker: Official, by: Official) -> Seat:
    """Write the seat, settle, and tell whom it concerns. ``asker`` is the admin, ``by`` who decided it."""
    seat = put(session, moment, office_id, wanted, asker, by)
    settle(session, office_id, moment.now)
    notices.appointed(session, moment, seat, wanted.replaces)
    return seat


def put(session: Session, moment: Moment, office_id: str, wanted: Appointment, asker: Official, by: Official) -> Seat:
    """Write a seat and put it on record; the caller checks, settles and tells."""
    seat = wanted.seat(office_id, moment.now)
    seat.title = _title(session, office_id, wanted.post)
    seat.appointed_by, seat.appointed_at = asker.id, moment.now
    begin = seat.starts_at or moment.now
    for old in [session.get_one(Seat, seat_id) for seat_id in sorted(wanted.replaces)]:
        if old.office_id == office_id and not posts.is_over(old, begin):
            close(session, moment, old, begin, by)
    session.add(seat)
    session.flush()
    audit.record(
        session, office_id=office_id, at=moment.now, kind="seat.appointed",
        payload={**facts_of(session, seat), "asked_by": asker.id}, actor_id=by.id, capacity=people.title(session, by),
    )  # fmt: skip
    return seat


def _live(session: Session, now: datetime, office_id: str, seat_id: int) -> Seat:
    seat = session.exec(
        select(Seat).where(Seat.id == seat_id).with_for_update().execution_options(populate_existing=True)
    ).first()
    if seat is None or seat.office_id != office_id:
        raise Stopped("not_allowed")
    if posts.is_over(seat, now):
        raise Stopped("seat_over")
    return seat


def _title(session: Session, office_id: str, post: Post) -> str | None:
    """Return what the post was called last, where it was called anything of its own."""
    query = select(Seat.title).where(
        Seat.office_id == office_id, Seat.role == post.role, Seat.unit_id == post.unit_id, col(Seat.title).is_not(None)
    )
    return session.exec(query.order_by(col(Seat.id).desc()).limit(1)).first()


def _digest(words: str | None) -> str | None:
    return hashlib.sha256(words.encode()).hexdigest() if words else None


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _at(words: str | None) -> datetime | None:
    return datetime.fromisoformat(words) if words else None
