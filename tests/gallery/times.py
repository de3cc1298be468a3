"""What time does to a card and to the pages of a run: deadlines, reminders, pauses, dispensations."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import select

from messages.rendered import Rendered
from storage.tables import Run, RunStep
from tests.gallery.exhibits import Collection
from tests.unit.messages.moving_time import FRIDAY, OPENED, extend, pause, reminded, words
from tests.unit.messages.town import CAMAT, KASI_TRANTIB, PENGELOLA, SEKCAM, Town, town, walked
from workflow.state import Part

KIND = "Cards and time"
REMINDERS = (
    (timedelta(minutes=30), "reminder: due today"),
    (timedelta(hours=3), "reminder: over, but not late yet"),
    (timedelta(days=2), "reminder: not late yet on the next working day"),
    (timedelta(days=2, hours=2), "reminder: late by one working day"),
    (timedelta(days=30), "reminder: late by weeks"),
)


def collect(gallery: Collection) -> None:
    """Show one decision as time goes by, then a hand-in, a meeting's minutes, a blank waktu."""
    with walked(9) as place:
        _reminders(place, gallery)
        _late(place, gallery)
        _extension(place, gallery)
        _pause(place, gallery)
    with walked(6) as place:
        _hand_in(place, gallery)
    with walked(5) as place:
        gallery.card(place, SEKCAM, 5, Part.WORK, "the clock starts with the meeting")
    with town() as place:
        place.start(place.adopt(accept_suggestions=False))
        place.now += timedelta(days=9)
        _reminder(place, gallery, CAMAT, 1, Part.WORK, "reminder: no deadline")


def _reminder(
    place: Town, gallery: Collection, person: int, step: int, part: Part, situation: str, subject: str = ""
) -> None:
    task = place.task(step, part, subject)

    def show(language: str, _: str | None, now: datetime = place.now) -> Rendered:
        place.now = now
        return reminded(place, person, task, language)

    gallery.add(place, KIND, "card", situation, show)


def _reminders(place: Town, gallery: Collection) -> None:
    changes = place.session.begin_nested()
    for after, situation in REMINDERS:
        place.now = OPENED + after
        _reminder(place, gallery, CAMAT, 9, Part.DECISION, situation)
    changes.rollback()


def _late(place: Town, gallery: Collection) -> None:
    for after, situation in ((timedelta(hours=2), "over, but not late yet"), (timedelta(days=9), "late")):
        place.now = OPENED + after
        gallery.card(place, CAMAT, 9, Part.DECISION, situation)
        _pages(place, gallery, situation)
    place.now = OPENED


def _pages(place: Town, gallery: Collection, situation: str) -> None:
    gallery.message(place, SEKCAM, "status_list", situation)
    gallery.message(place, SEKCAM, "status_run", situation, run_id=1)


def _extension(place: Town, gallery: Collection) -> None:
    changes = place.session.begin_nested()
    task = place.task(9, Part.DECISION)
    row = extend(place, task, "asked")
    for status in ("asked", "refused", "granted"):
        row.status = status
        if status != "asked":
            row.decided_at, row.decided_by = place.now, place.official(SEKCAM).id
        row.decision_reason_id = (
            words(place, "Sudah terlalu dekat dengan batas kabupaten") if status == "refused" else None
        )
        gallery.card(place, CAMAT, 9, Part.DECISION, f"dispensation {status}")
        gallery.message(place, SEKCAM, "status_run", f"dispensation {status}", run_id=1)
    changes.rollback()


def _pause(place: Town, gallery: Collection) -> None:
    run = place.session.exec(select(Run)).one()
    row = pause(place, run)
    gallery.card(place, CAMAT, 9, Part.DECISION, "the run is paused")
    _pages(place, gallery, "paused")
    run.paused_at, row.ended_at = None, place.now + timedelta(days=2)
    gallery.message(place, SEKCAM, "status_run", "was paused", run_id=1)


def _hand_in(place: Town, gallery: Collection) -> None:
    row = place.session.exec(select(RunStep).where(RunStep.number == 6)).one()
    row.collect_by, row.collect_by_set_at = FRIDAY, place.now
    gallery.card(place, KASI_TRANTIB, 6, Part.UNIT, "the office's own date", "trantib")
    gallery.card(place, PENGELOLA, 6, Part.COLLECTION, "the office's own date")
    gallery.message(place, SEKCAM, "status_run", "the office's own date", run_id=1)
    changes = place.session.begin_nested()
    place.now = FRIDAY - timedelta(hours=2)
    _reminder(place, gallery, KASI_TRANTIB, 6, Part.UNIT, "reminder: the office's own date is today", "trantib")
    changes.rollback()
    place.now = FRIDAY + timedelta(days=5)
    gallery.card(place, KASI_TRANTIB, 6, Part.UNIT, "the office's own date has passed", "trantib")
