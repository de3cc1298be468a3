"""A new calendar for an office: what it moves, the change itself, and who is told.

Deadlines are derived from the calendar, so a change of it moves them by itself. What has to
be done is to plan the reminders anew, to put the change on record, and to tell those whose
deadline is another one now: once, in working time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from storage import audit, outbox
from storage.literals import is_status
from storage.locks import lock_runs
from storage.tables import Adoption, Office, Official, Outbox, Run, Task
from workflow import cards, holders, people, scheduling, texts
from workflow.adoption import load
from workflow.calendar.of_office import calendar_of
from workflow.calendar.settings import CalendarSettings
from workflow.calendar.working_time import WorkingTime
from workflow.moment import Moment
from workflow.reminding import planning
from workflow.run_times import SIDE, load_run_times
from workflow.state import PartStatus

TEMPLATE = "deadlines_moved"
BY_FILE = "Berkas kantor"


@dataclass(frozen=True, slots=True)
class Moved:
    """An open task whose deadline is another one under a new calendar (aware UTC; ``None``: has none)."""

    task: Task
    before: datetime | None
    after: datetime | None


def moved_by(session: Session, office: Office, new: CalendarSettings, timezone: str | None = None) -> list[Moved]:
    """Return what a new calendar would move, in another time zone where one is named; only reads."""
    zone = ZoneInfo(timezone or office.timezone)
    calendar = WorkingTime(zone, new)
    found = []
    for run, tasks in _open_tasks(session, office):
        adopted = load(session.get_one(Adoption, run.adoption_id))
        times = load_run_times(session, run, adopted, office)
        then = replace(times, calendar=calendar)
        if zone.key != office.timezone:
            # Meetings begin at the same hour on the clock, which is another moment.
            there = Office(id=office.id, name=office.name, regency=office.regency, timezone=zone.key)
            then = replace(load_run_times(session, run, adopted, there), calendar=calendar)
        for task in tasks:
            was, will = times.deadline(task), then.deadline(task)
            before, after = was.at if was else None, will.at if will else None
            if before != after:
                found.append(Moved(task, before, after))
    return found


def change(
    session: Session,
    moment: Moment,
    office: Office,
    new: CalendarSettings,
    official: Official | None,
    words: str,
) -> list[Moved]:
    """Give an office another calendar; return what that moved.

    ``words`` say in the admin's words what was changed (kept erasably), ``official`` is who
    did it, ``None`` for the office file. No effect at all if the calendar is this one already.
    """
    lock_runs(session, office.id)
    stored = as_stored(new)
    if stored == office.calendar:
        return []
    moved = moved_by(session, office, new)
    office.calendar = stored
    session.add(office)
    session.flush()
    planning.replan_office(session, moment, office)
    scheduling.replan(session, office)
    cards.refresh_moved(session, moment, [item.task for item in moved])
    text_id = texts.keep(session, moment, office.id, words)
    audit.record(
        session, office_id=office.id, at=moment.now, kind="office.calendar",
        payload={"calendar": digest(stored), "words": texts.digest_of(session, text_id), "moved": len(moved)},
        actor_id=official.id if official is not None else None,
        capacity=people.title(session, official) if official is not None else BY_FILE,
    )  # fmt: skip
    _tell(session, moment, office, moved)
    return moved


def zone_changed(session: Session, moment: Moment, office: Office, moved: list[Moved]) -> None:
    """An office has another time zone now: show it on every card, and tell whose deadline that moved.

    ``moved`` is what :func:`moved_by` said beforehand. Reminders are planned anew by the caller.
    """
    scheduling.replan(session, office)
    tasks = [task for _, open_ones in _open_tasks(session, office, side=True) for task in open_ones]
    others = {item.task.id for item in moved}
    cards.refresh_moved(session, moment, [item.task for item in moved])
    cards.refresh_all(session, moment, [task for task in tasks if task.id not in others])
    _tell(session, moment, office, moved, zone=True)


def as_stored(settings: CalendarSettings) -> dict[str, Any]:
    """Return settings as ``Office.calendar`` holds them: only what differs from the defaults."""
    return settings.model_dump(mode="json", exclude_defaults=True)


def digest(stored: dict[str, Any]) -> str:
    """Return the hash by which the audit chain knows a stored calendar."""
    return hashlib.sha256(json.dumps(stored, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _open_tasks(session: Session, office: Office, *, side: bool = False) -> Iterable[tuple[Run, list[Task]]]:
    """Yield each open run with its open tasks; receipts and invitations only with ``side``."""
    query = (
        select(Run, Task)
        .join(Task, col(Task.run_id) == Run.id)
        .where(
            Run.office_id == office.id,
            is_status(Run.status, "open"),
            Task.status == PartStatus.OPEN,
            col(Task.part).not_in(() if side else SIDE),
        )
        .order_by(col(Run.number), col(Task.step), col(Task.id))
    )
    found: dict[int, tuple[Run, list[Task]]] = {}
    for run, task in session.exec(query):
        found.setdefault(run.id or 0, (run, []))[1].append(task)
    return found.values()


def _tell(session: Session, moment: Moment, office: Office, moved: list[Moved], *, zone: bool = False) -> None:
    """Tell each holder, once working time has come, which of their deadlines are others now.

    ``zone``: it is the office's time zone that moved them.
    """
    concerned: dict[int, dict[str, str | None]] = {}
    officials: dict[int, Official] = {}
    for item in moved:
        for official in holders.holders(session, item.task):
            officials[official.id or 0] = official
            before = item.before.isoformat() if item.before else None
            concerned.setdefault(official.id or 0, {})[str(item.task.id)] = before
    due_at = calendar_of(office).next_open(moment.now)
    for official_id, before_by_task in concerned.items():
        official = officials[official_id]
        if official.telegram_id is None:
            continue
        waiting = _waiting(session, moment, official)
        if waiting is not None:
            # Changed once more before anybody was told: one message, from the deadlines last told.
            before_all = {**before_by_task, **waiting.params["before"]}
            waiting.params = {"before": before_all, "zone": zone or waiting.params.get("zone", False)}
            waiting.due_at = max(waiting.due_at, due_at)
            continue
        outbox.say(
            session, bot_id=moment.bot_id, chat_id=official.telegram_id, office_id=office.id, template=TEMPLATE,
            params={"before": before_by_task, "zone": zone}, now=moment.now, due_at=due_at,
        )  # fmt: skip


def _waiting(session: Session, moment: Moment, official: Official) -> Outbox | None:
    query = select(Outbox).where(
        Outbox.bot_id == moment.bot_id,
        Outbox.chat_id == official.telegram_id,
        Outbox.office_id == official.office_id,
        Outbox.template == TEMPLATE,
        is_status(Outbox.status, "queued", "held"),
    )
    return session.exec(query.with_for_update()).first()
