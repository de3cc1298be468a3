"""What moves the time of a run in the invented office: dispensations, pauses, reminders."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import select

from messages.rendered import Rendered
from storage.tables import Card, Extension, Pause, Run, Task
from tests.unit.messages.town import BOT, SEKCAM, Town
from workflow import texts
from workflow.moment import Moment

OPENED = datetime(2027, 1, 4, 3, 39, tzinfo=UTC)
"""When the ninth step became due: Monday, 10.39 WIB, the day before a holiday (Isra Mikraj)."""
FRIDAY = datetime(2027, 1, 8, 9, 0, tzinfo=UTC)
"""Friday, 8 January 2027, 16.00 WIB."""


def extend(place: Town, task: Task, status: str = "granted", until: datetime = FRIDAY) -> Extension:
    row = Extension(
        office_id="sumbang", run_id=task.run_id, task_id=task.id or 0, activation=task.activation, status=status,
        asked_by=place.official(SEKCAM).id or 0, asked_at=place.now, until=until,
        reason_id=words(place, "Data menyusul"),
        decided_at=place.now if status in ("granted", "refused") else None,
    )  # fmt: skip
    place.session.add(row)
    place.session.flush()
    return row


def words(place: Town, text: str) -> int:
    return texts.keep(place.session, Moment(BOT, place.now, text), "sumbang", text)


def pause(place: Town, run: Run, reason: str = "Menunggu edaran kabupaten") -> Pause:
    row = Pause(
        office_id="sumbang", run_id=run.id or 0, started_at=place.now, started_by=place.official(SEKCAM).id or 0,
        reason_id=words(place, reason),
    )  # fmt: skip
    run.paused_at = place.now
    place.session.add(row)
    place.session.flush()
    return row


def reminded(place: Town, person: int, task: Task, language: str = "id", slot: str = "deadline") -> Rendered:
    row = place.session.exec(
        select(Card).where(Card.task_id == task.id, Card.official_id == place.official(person).id)
    ).one()
    row.reminder = slot
    place.session.flush()
    return place.card(person, task, language)
