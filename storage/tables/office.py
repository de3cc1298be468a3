"""Offices, their units, officials, seats, invitations and adopted SOPs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
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
    last_run_number: int = 0
    calendar: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    policy: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Unit(Table, table=True):
    """A section, sub-division or field of an office; the sekretariat is one too."""

    office_id: str = Field(foreign_key="office.id", primary_key=True)
    id: str = Field(primary_key=True, max_length=40)
    name: str
    position: int = 0
    active: bool = True


class Official(Table, table=True):
    """A person in one office. The same person in two offices is two rows.

    ``source`` says who last wrote the row: ``file`` (office file) or ``chat``.
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


class Seat(Table, table=True):
    """Who holds a role (in a unit). Several may hold one seat, one may hold several."""

    __table_args__ = (
        UniqueConstraint("office_id", "role", "unit_id", "official_id"),
        Index(None, "official_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    role: str
    unit_id: str = Field(default="", description="Unit id, or '' for a seat of the whole office")
    official_id: int = Field(foreign_key="official.id")
    title: str | None = None
    source: str = "file"


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
