"""Offices, their units, officials, seats, invitations and adopted SOPs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Table, UtcDateTime


class Office(Table, table=True):
    """A kecamatan or dinas. ``timezone`` is an IANA name (WIB, WITA or WIT).

    ``calendar`` holds what differs from the default working hours and holidays (see
    :class:`workflow.calendar.settings.CalendarSettings`), ``policy`` what differs from the
    default reminders (see :class:`workflow.reminding.policy.ReminderPolicy`).
    """

    id: str = Field(primary_key=True, max_length=40)
    name: str
    regency: str
    timezone: str
    bot_id: int | None = Field(
        default=None, sa_type=BigInteger, index=True, description="The bot that serves it; none until one does"
    )
    last_run_number: int = 0
    calendar: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    policy: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    rules: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSON, description="What differs from workflow.office_rules.OfficeRules"
    )
    people_change_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="When a seat or a delegation next begins or ends"
    )


class Unit(Table, table=True):
    """A section, sub-division or field of an office; the sekretariat is one too."""

    office_id: str = Field(foreign_key="office.id", primary_key=True)
    id: str = Field(primary_key=True, max_length=40)
    name: str
    position: int = 0
    active: bool = True


class Official(Table, table=True):
    """A person in one office. The same person in two offices is two rows.

    ``source`` says who last wrote the row: ``file`` (office file) or ``chat``. An auditor is
    no official of the office, but reads its record between ``valid_from`` and ``valid_until``.
    ``quiet`` is {"from": "HH:MM", "until": "HH:MM"} in the office's time, {} for none.
    """

    __table_args__ = (
        UniqueConstraint("office_id", "telegram_id"),
        Index(None, "telegram_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id", index=True)
    name: str
    telegram_id: int | None = Field(default=None, sa_type=BigInteger)
    salutation: str | None = None
    admin: bool = False
    active: bool = True
    language: str | None = None
    source: str = "file"
    auditor: bool = False
    valid_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    quiet: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Seat(Table, table=True):
    """Who holds a role (in a unit), from when to when, in which capacity. Never deleted.

    Several may hold one seat, one may hold several. ``capacity`` is ``definitif``, ``plt``
    (the post is vacant) or ``plh`` (its holder is away for a while; UU 30/2014 article 14); an
    acting one rests on an order with number and date. ``starts_at`` is inclusive, ``ends_at``
    exclusive; empty means since ever and until further notice. ``held`` says whether it counts
    now: :mod:`workflow.seats.settling` keeps it in line with the times, and with an acting
    holder taking the place of a definitive one. Every question about rights reads ``held`` only.
    """

    __table_args__ = (
        Index(
            "uq_seat_held", "office_id", "role", "unit_id", "official_id", unique=True,
            sqlite_where=text("held = 1"), postgresql_where=text("held"),
        ),
        Index(None, "official_id"),
        Index(None, "office_id", "role", "unit_id"),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    role: str
    unit_id: str = Field(default="", description="Unit id, or '' for a seat of the whole office")
    official_id: int = Field(foreign_key="official.id")
    title: str | None = None
    source: str = "file"
    capacity: str = "definitif"
    held: bool = True
    starts_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    principal_id: int | None = Field(
        default=None, foreign_key="official.id", description="Whose definitive seat a Plh. takes meanwhile"
    )
    order_number: str | None = None
    order_date: str | None = Field(default=None, description="ISO date, as printed on the order")
    order_file_id: int | None = Field(default=None, foreign_key="file.id")
    appointed_by: int | None = Field(default=None, foreign_key="official.id")
    appointed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Delegation(Table, table=True):
    """Somebody's tasks handed to somebody else for a time; all SOPs, or those named.

    ``held`` says whether it counts now, as for seats. There are no chains: who received a
    delegation passes on nothing, and who gave one receives none meanwhile.
    """

    __table_args__ = (Index(None, "office_id"), Index(None, "from_id", "held"), Index(None, "to_id", "held"))
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    from_id: int = Field(foreign_key="official.id")
    to_id: int = Field(foreign_key="official.id")
    sop_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="Ended early")
    held: bool = False


class Approval(Table, table=True):
    """Something that takes effect only once the head (else the secretary) has agreed.

    ``kind`` is ``adoption``, ``adoption_end`` or ``appointment``, ``payload`` what is to happen then. ``status``:
    ``asked`` -> ``granted`` | ``refused`` | ``lapsed`` (replaced by a newer one).
    """

    __table_args__ = (Index(None, "office_id", "status"),)
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    kind: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    asked_by: int = Field(foreign_key="official.id")
    asked_at: datetime = Field(sa_type=UtcDateTime)
    status: str = "asked"
    decided_by: int | None = Field(default=None, foreign_key="official.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason_id: int | None = Field(default=None, foreign_key="erasabletext.id")


class SetupCode(Table, table=True):
    """The one-time code by which the first admin of an installation founds an office. Only its SHA-256 is kept.

    ``used_by`` is set when somebody opens it, and from then on nobody else can; ``used_at`` when
    the office is founded. ``draft`` holds what they have answered so far and is emptied then.
    """

    token_hash: str = Field(primary_key=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_by: int | None = Field(default=None, sa_type=BigInteger, description="Telegram id")
    draft: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Invitation(Table, table=True):
    """A single-use enrolment link. Only the token's SHA-256 is kept.

    ``status``: ``open`` -> ``claimed`` (somebody used it) -> ``confirmed`` | ``refused``;
    ``revoked`` at any time.
    """

    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id", index=True)
    official_id: int = Field(foreign_key="official.id")
    token_hash: str = Field(unique=True, max_length=64)
    status: str = "open"
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    claimed_by: int | None = Field(default=None, sa_type=BigInteger, description="Telegram id")
    claimed_name: str | None = None


class Adoption(Table, table=True):
    """An SOP as one office took it over: immutable, named by its content hash.

    ``content`` is the whole adopted definition in canonical JSON (see
    :mod:`workflow.adoption`); ``current`` marks the one new runs start with.
    """

    __table_args__ = (
        UniqueConstraint("office_id", "content_hash"),
        Index(None, "office_id", "sop_id", "current"),
    )
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    sop_id: str
    version: str
    title: str
    content: str
    content_hash: str = Field(max_length=64)
    unconfirmed: list[int] = Field(default_factory=list, sa_type=JSON)
    current: bool = True
    adopted_at: datetime = Field(sa_type=UtcDateTime)
    choices: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class AdoptionDraft(Table, table=True):
    """What an admin has chosen so far of an SOP the office is to adopt; nothing holds yet.

    ``choices`` are as in an office file; ``decided`` lists what was looked at (see
    :mod:`workflow.adoption_proposals`), so that it can be gone on with days later.
    """

    office_id: str = Field(foreign_key="office.id", primary_key=True)
    sop_id: str = Field(primary_key=True)
    version: str
    choices: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    decided: list[str] = Field(default_factory=list, sa_type=JSON)
    changed_by: int = Field(foreign_key="official.id")
    changed_at: datetime = Field(sa_type=UtcDateTime)
