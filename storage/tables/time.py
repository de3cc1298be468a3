"""Time as rows: what is to happen later, and what moved the time of a run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from storage.tables.base import Table, UtcDateTime


class Timer(Table, table=True):
    """Something to happen at ``fire_at`` (business time); gone once it has happened.

    ``kind`` names what (see :mod:`workflow.timers`). ``key`` names the occasion: there is
    never a second row for it. What fires does so in the transaction that takes the row away,
    so nothing happens twice. ``cause``: of what put it down, see :mod:`storage.causes`.
    """

    __table_args__ = (Index(None, "fire_at", "id"), Index(None, "run_id"), Index(None, "office_id", "kind"))
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    kind: str
    key: str = Field(unique=True)
    fire_at: datetime = Field(sa_type=UtcDateTime)
    run_id: int | None = Field(default=None, foreign_key="run.id")
    task_id: int | None = Field(default=None, foreign_key="task.id")
    activation: int = 0
    official_id: int | None = Field(default=None, foreign_key="official.id")
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    cause: str | None = Field(default=None, max_length=60)


class Pause(Table, table=True):
    """A time in which a run's clock stood still; open while ``ended_at`` is empty."""

    __table_args__ = (Index(None, "run_id"),)
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    run_id: int = Field(foreign_key="run.id")
    started_at: datetime = Field(sa_type=UtcDateTime)
    started_by: int = Field(foreign_key="official.id")
    reason_id: int = Field(foreign_key="erasabletext.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: int | None = Field(default=None, foreign_key="official.id")
    end_reason_id: int | None = Field(default=None, foreign_key="erasabletext.id")


class Extension(Table, table=True):
    """A dispensation: more time for one opening of a task, asked for and decided.

    ``status``: ``asked`` -> ``granted`` | ``refused`` | ``lapsed`` (the task was settled or
    opened anew before anybody decided).
    """

    __table_args__ = (Index(None, "run_id"), Index(None, "task_id"))
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    run_id: int = Field(foreign_key="run.id")
    task_id: int = Field(foreign_key="task.id")
    activation: int
    asked_by: int = Field(foreign_key="official.id")
    asked_at: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    reason_id: int = Field(foreign_key="erasabletext.id")
    status: str = "asked"
    decided_by: int | None = Field(default=None, foreign_key="official.id")
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decision_reason_id: int | None = Field(default=None, foreign_key="erasabletext.id", description="Of a refusal")


class Schedule(Table, table=True):
    """An SOP that is to be started again and again, or once at a time to come.

    ``rule`` is :class:`workflow.recurring.Rule` as JSON, ``words`` what was typed ('' for a
    single day; a rule is understood whole, so its words hold nothing else). On the day
    ``starter_id`` is asked; nothing starts by itself.
    """

    __table_args__ = (Index(None, "office_id"),)
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    sop_id: str
    rule: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    words: str
    starter_id: int = Field(foreign_key="official.id")
    created_by: int = Field(foreign_key="official.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="Empty once it is over")
    active: bool = True
