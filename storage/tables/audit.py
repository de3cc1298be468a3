"""The record: one hash chain per office, and the texts that may be erased."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from storage.tables.base import Table, UtcDateTime


class AuditEvent(Table, table=True):
    """One event of an office's chain. ``payload`` is canonical JSON without free text."""

    office_id: str = Field(foreign_key="office.id", primary_key=True)
    seq: int = Field(primary_key=True)
    format: int = 1
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    actor_id: int | None = Field(default=None, foreign_key="official.id")
    capacity: str | None = None
    run_id: int | None = Field(default=None, foreign_key="run.id", index=True)
    task_id: int | None = Field(default=None, foreign_key="task.id")
    payload: str
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditHead(Table, table=True):
    """The end of an office's chain; locked by whoever appends."""

    office_id: str = Field(foreign_key="office.id", primary_key=True)
    seq: int = 0
    hash: str = Field(default="0" * 64, max_length=64)


class ErasableText(Table, table=True):
    """Free text an event refers to by a salted hash; erasing it keeps the chain whole."""

    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id", index=True)
    salt: str | None = Field(max_length=32)
    text: str | None
    digest: str = Field(max_length=64)
    written_at: datetime = Field(sa_type=UtcDateTime)
