"""Founding the first office of an installation in chat, by a one-time code.

Nobody is an admin yet who could invite the first one, so whoever runs ``pandu`` hands out a
code that its terminal prints once. It lives a day, only its SHA-256 is kept, and whoever opens
it first is the only one who can go on with it. Once there is an office, no code works any more.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from storage import audit
from storage.tables import Office, Official, SetupCode, Unit
from workflow import official_facts, people
from workflow.enrolment import TOKEN
from workflow.founding_posts import FoundingPost, identifier
from workflow.moment import Moment
from workflow.reminding import planning
from workflow.seats import appointing
from workflow.seats.appointing import Appointment
from workflow.seats.posts import Post
from workflow.seats.settling import settle
from workflow.seats.terms import Capacity

LIFETIME = timedelta(hours=24)
PREFIX = "setup_"
"""What tells a setup code from an invitation in a link's payload; with its token at most 64 characters."""

SECRETARIAT = ("sekretariat", "Sekretariat")
"""The unit every office has."""


class Refusal(StrEnum):
    """Why a setup code does not work."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    TAKEN = "taken"
    FOUNDED = "founded"


class Refused(Exception):
    """A code that does not work; nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Founding:
    """What the first admin has answered. ``timezone`` is an IANA name; without a post they are only the admin."""

    office: str
    regency: str
    timezone: str
    name: str
    salutation: str
    post: FoundingPost | None

    @classmethod
    def of(cls, answers: dict[str, Any]) -> Founding:
        """Return a draft's answers, all of which must be there."""
        post = FoundingPost(**answers["post"]) if answers["post"] else None
        named = {name: answers[name] for name in ("office", "regency", "timezone", "name", "salutation")}
        return cls(**named, post=post)


def renew(session: Session, token: str, now: datetime, *, revoke_opened: bool = False) -> bool:
    """Make a code while there is no office, and say whether one was made; codes nobody opened stop working.

    ``token`` is the secret, made outside; ``revoke_opened`` also stops the codes that somebody
    is founding an office with.
    """
    if not TOKEN.fullmatch(token) or len(PREFIX + token) > 64:
        raise ValueError("a setup code's token is 16 to 58 of A-Za-z0-9_-")
    if is_founded(session):
        return False
    for code in _codes(session):
        if code.expires_at > now and (code.used_by is None or revoke_opened):
            code.expires_at = now
    session.add(SetupCode(token_hash=_hash(token), created_at=now, expires_at=now + LIFETIME))
    session.flush()
    return True


def is_founded(session: Session) -> bool:
    """Say whether the installation has an office."""
    return session.exec(select(Office.id).limit(1)).first() is not None


def open_code(session: Session, token: str, person: int, now: datetime) -> SetupCode:
    """Take the code of a link; from now on it is this account's. Raises :class:`Refused`."""
    wanted = _hash(token)
    code = next((code for code in _codes(session) if code.token_hash == wanted), None)
    if is_founded(session):
        raise Refused(Refusal.FOUNDED)
    if code is None:
        raise Refused(Refusal.UNKNOWN)
    if code.expires_at <= now:
        raise Refused(Refusal.EXPIRED)
    if code.used_by not in (None, person):
        raise Refused(Refusal.TAKEN)
    code.used_by = person
    session.flush()
    return code


def underway(session: Session, person: int, now: datetime) -> SetupCode | None:
    """Return the code with which somebody is founding an office, if they were asked something."""
    query = select(SetupCode).where(SetupCode.used_by == person, col(SetupCode.used_at).is_(None))
    codes = session.exec(query.order_by(col(SetupCode.created_at).desc())).all()
    return next((code for code in codes if code.expires_at > now and code.draft), None)


def found(session: Session, moment: Moment, code: SetupCode, wanted: Founding) -> Official:
    """Found the office and return its admin. Raises :class:`Refused` if the code works no more."""
    _codes(session)  # two who found an office at the same time take turns
    if is_founded(session):
        raise Refused(Refusal.FOUNDED)
    if code.expires_at <= moment.now:
        raise Refused(Refusal.EXPIRED)
    office = Office(
        id=office_id(wanted.office), name=wanted.office, regency=wanted.regency, timezone=wanted.timezone,
        bot_id=moment.bot_id,
    )  # fmt: skip
    session.add(office)
    session.flush()
    units = [SECRETARIAT]
    if wanted.post is not None and wanted.post.unit_id not in ("", SECRETARIAT[0]):
        units.append((wanted.post.unit_id, wanted.post.unit_name))
    session.add_all(
        Unit(office_id=office.id, id=unit_id, name=name, position=position)
        for position, (unit_id, name) in enumerate(units)
    )
    official = Official(
        office_id=office.id, name=wanted.name, salutation=wanted.salutation, telegram_id=code.used_by, admin=True,
        source="chat",
    )  # fmt: skip
    session.add(official)
    code.used_at, code.draft = moment.now, {}
    session.flush()
    _record(
        session,
        moment,
        official,
        "office.founded",
        {"office": office.id, "timezone": office.timezone, "code": code.token_hash},
    )
    for unit_id, _ in units:
        _record(session, moment, official, "unit.added", {"unit": unit_id})
    _record(session, moment, official, "official.added", official_facts.of_new(session, official, moment.now))
    if wanted.post is not None:
        _seat(session, moment, official, wanted.post)
    planning.replan_office(session, moment, office)
    return official


def office_id(name: str) -> str:
    """Return an office's id: 'Kecamatan Sumbang' makes 'sumbang'; it is the installation's first."""
    plain = re.sub(r"^(kecamatan|kantor|dinas)\s+(?:kecamatan\s+)?", "", name.casefold())
    return identifier(plain) or identifier(name) or "kantor"


def _seat(session: Session, moment: Moment, official: Official, post: FoundingPost) -> None:
    """Give the founder their own seat, as an appointment is given; nobody is there who could agree to it."""
    wanted = Appointment(Post(post.role, post.unit_id), official.id or 0, Capacity.DEFINITIVE)
    seat = wanted.seat(official.office_id, moment.now)
    seat.title, seat.appointed_by, seat.appointed_at = post.title, official.id, moment.now
    session.add(seat)
    session.flush()
    _record(
        session, moment, official, "seat.appointed", {**appointing.facts_of(session, seat), "asked_by": official.id}
    )
    settle(session, official.office_id, moment.now)


def _codes(session: Session) -> list[SetupCode]:
    """Return every code, locked: there are few, and whoever founds an office waits for every other."""
    query = select(SetupCode).order_by(SetupCode.token_hash).with_for_update()
    return list(session.exec(query.execution_options(populate_existing=True)))


def _record(session: Session, moment: Moment, official: Official, kind: str, payload: dict[str, Any]) -> None:
    audit.record(
        session, office_id=official.office_id, at=moment.now, kind=kind, payload=payload, actor_id=official.id,
        capacity=people.title(session, official),
    )  # fmt: skip


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
