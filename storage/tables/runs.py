"""Runs of an SOP: steps, tasks, what was submitted, and files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import Table, UtcDateTime, index_where


class Run(Table, table=True):
    """One execution of an adopted SOP for one period.

    ``number`` counts per office. ``units`` are frozen at the start. ``status``: ``open``,
    ``finished`` or ``cancelled``. ``period_key`` is the period folded for comparison; it is
    emptied (NULL) on cancelling, so that the period may be run again.
    """

    __table_args__ = (
        UniqueConstraint("office_id", "number"),
        UniqueConstraint("office_id", "sop_id", "period_key"),
        index_where("status = 'open'", "ix_run_open", "office_id", "status", "number"),
        Index("ix_run_archive", "office_id", "status", "ended_at", "number"),
    )
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    number: int
    adoption_id: int = Field(foreign_key="adoption.id")
    sop_id: str
    title: str
    period: str
    period_key: str | None
    status: str = "open"
    units: list[str] = Field(default_factory=list, sa_type=JSON)
    started_by: int = Field(foreign_key="official.id")
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: int | None = Field(default=None, foreign_key="official.id")
    end_reason_id: int | None = Field(default=None, foreign_key="erasabletext.id")
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="Set while a pause is open")


class RunStep(Table, table=True):
    """Where one step of a run stands (:class:`workflow.state.StepState` as a row)."""

    run_id: int = Field(foreign_key="run.id", primary_key=True)
    number: int = Field(primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    status: str = "waiting"
    round: int = 0
    undo: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    collect_by: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="The office's own date for a hand-in (Batas pengumpulan)"
    )
    collect_by_set_by: int | None = Field(default=None, foreign_key="official.id")
    collect_by_set_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Task(Table, table=True):
    """One part of a step: a piece of work that a seat owes, across all its openings.

    ``subject`` is the unit id (unit, review, receipt) or the official's id (invitation),
    else ''. ``roles`` are the office's roles whose holders may act; ``unit_id`` narrows
    them to one unit. ``sending`` is set between 'Kirim hasil' and the last file's arrival
    in the store. ``assigned_to`` is the one official who owes the task instead of its seat,
    after a superior handed this opening over.
    """

    __table_args__ = (
        UniqueConstraint("run_id", "step", "part", "subject"),
        Index(None, "office_id", "status"),
    )
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    run_id: int = Field(foreign_key="run.id")
    step: int
    part: str
    subject: str = ""
    roles: list[str] = Field(default_factory=list, sa_type=JSON)
    unit_id: str = ""
    status: str = "waiting"
    activation: int = 0
    touched: bool = False
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: int | None = Field(default=None, foreign_key="official.id")
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_by: int | None = Field(default=None, foreign_key="official.id")
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    assigned_to: int | None = Field(default=None, foreign_key="official.id")
    sending: int | None = Field(default=None, foreign_key="official.id")
    draft: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Submission(Table, table=True):
    """What somebody did to a task: the record that is never overwritten.

    ``verb`` is one of :class:`workflow.verbs.Verb`. ``effective`` marks the submission that
    counts as the task's output now (a return, withdrawal or new one takes the mark away).
    """

    __table_args__ = (
        Index(None, "task_id", "effective"),
        Index(None, "run_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    run_id: int = Field(foreign_key="run.id")
    task_id: int = Field(foreign_key="task.id")
    step: int
    round: int
    activation: int
    verb: str
    official_id: int = Field(foreign_key="official.id")
    capacity: str
    principal_id: int | None = Field(
        default=None, foreign_key="official.id", description="For whom somebody acted: as Plh., or by delegation"
    )
    mandate: str = Field(default="", description="plt, plh or delegation; '' in one's own seat")
    at: datetime = Field(sa_type=UtcDateTime)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    outcome: str | None = None
    target: int | None = None
    units: list[str] = Field(default_factory=list, sa_type=JSON)
    reason_id: int | None = Field(default=None, foreign_key="erasabletext.id")
    effective: bool = True


class File(Table, table=True):
    """A file somebody sent. ``status``: ``received`` -> ``stored`` | ``refused``.

    A draft has a task and no submission; a file that still waits for the official to say
    which task it is for has neither. ``name`` is the official's text, never a path.
    Sizes are bytes. The same Telegram message never makes two rows. ``tries`` counts fetches
    begun. ``lease_until`` is lease time, all others business time. ``cause``: see
    :mod:`storage.causes`.
    """

    __table_args__ = (
        UniqueConstraint("bot_id", "chat_id", "message_id"),
        Index(None, "task_id", "submission_id"),
        Index(None, "submission_id"),
        Index(None, "run_id"),
        Index(
            "ix_file_to_fetch",
            "id",
            sqlite_where=text("status = 'received' AND discarded = 0"),
            postgresql_where=text("status = 'received' AND NOT discarded"),
        ),
        Index(None, "office_id", "sha256"),
    )
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    run_id: int | None = Field(default=None, foreign_key="run.id")
    task_id: int | None = Field(default=None, foreign_key="task.id")
    submission_id: int | None = Field(default=None, foreign_key="submission.id")
    purpose: str = Field(default="output", description="output, reason (of a return), or order (of a seat)")
    official_id: int = Field(foreign_key="official.id")
    received_at: datetime = Field(sa_type=UtcDateTime)
    bot_id: int = Field(sa_type=BigInteger)
    chat_id: int = Field(sa_type=BigInteger)
    message_id: int = Field(sa_type=BigInteger)
    media_group_id: str | None = None
    telegram_file_id: str
    form: str = Field(description="document or photo: how Telegram carried it")
    name: str
    size: int | None = None
    sha256: str | None = Field(default=None, max_length=64)
    kind: str | None = None
    status: str = "received"
    refusal: str | None = None
    discarded: bool = False
    tries: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cause: str | None = Field(default=None, max_length=60)
