"""The morning's digest for everybody it is written for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Literal
from unittest.mock import patch

from messages.rendered import Rendered
from messages.views import digest
from storage.tables import Task
from tests.gallery.exhibits import Collection, kind_of
from tests.unit.messages.town import CAMAT, KASI_PEM, KASI_TRANTIB, SEKCAM, Town, walked
from workflow.reminding.digest import Concern, Digest, Estimate, Item, MeetingToday
from workflow.reminding.escalation import Reason
from workflow.run_times import Basis, Deadline
from workflow.state import Part

MORNING = datetime(2027, 1, 8, 0, 40, tzinfo=UTC)
"""Friday, 8 January 2027, 07.40 WIB."""
DUE = datetime(2027, 1, 6, 2, 0, tzinfo=UTC)
TODAY = datetime(2027, 1, 8, 9, 0, tzinfo=UTC)
DAY = 450
"""Working minutes."""


def collect(gallery: Collection) -> None:
    """Show one digest for each that may get one: who owes, who leads, who administers."""
    with walked(6) as place:
        place.now = MORNING
        units = [place.task(6, Part.UNIT, unit) for unit in ("sekretariat", "trantib", "pemerintahan")]
        minutes, invitation = place.task(5, Part.WORK), place.task(4, Part.INVITATION, _id(place, CAMAT))
        concerns = [
            _concern(place, KASI_TRANTIB, units[1], "incomplete", offer=True),
            _concern(place, KASI_PEM, units[2], "unacknowledged"),
            _concern(place, KASI_PEM, units[2], "unreachable", late=0),
        ]
        one = [_item(place, KASI_TRANTIB, units[1], DUE, 2 * DAY)]
        both = [
            _item(place, SEKCAM, units[0], DUE, 2 * DAY),
            _item(place, SEKCAM, minutes, TODAY),
            _item(place, SEKCAM, units[0], None),
        ]
        _show(place, gallery, KASI_TRANTIB, "one task, late", Digest([place.official(KASI_TRANTIB)], own=one))
        passed = [_item(place, KASI_TRANTIB, units[1], MORNING - timedelta(hours=16), 40)]
        _show(
            place,
            gallery,
            KASI_TRANTIB,
            "the morning after a deadline",
            Digest([place.official(KASI_TRANTIB)], own=passed),
        )
        _show(place, gallery, SEKCAM, "two capacities, and others' delays",
              Digest([place.official(SEKCAM)], own=both, concerns=concerns))  # fmt: skip
        _show(place, gallery, SEKCAM, "only others' delays", Digest([place.official(SEKCAM)], concerns=concerns[:1]))
        _show(place, gallery, SEKCAM, "thirty tasks", Digest([place.official(SEKCAM)], own=both * 10))
        meetings = [MeetingToday(invitation.id or 0, invitation.run_id, MORNING + timedelta(minutes=80))]
        _show(place, gallery, CAMAT, "a meeting today", Digest([place.official(CAMAT)], meetings=meetings))
        estimates = [Estimate("sumbang", date(2027, 3, 10), "Hari Raya Idulfitri")]
        _show(place, gallery, CAMAT, "days off to confirm", Digest([place.official(CAMAT)], estimates=estimates))
        away = (MORNING - timedelta(days=10), MORNING - timedelta(minutes=5))
        _show(place, gallery, KASI_TRANTIB, "after an absence",
              Digest([place.official(KASI_TRANTIB)], own=one, away=away))  # fmt: skip
    with walked(9) as place:
        place.now = MORNING
        about_head = [_concern(place, CAMAT, place.task(9, Part.DECISION), "incomplete", head=True)]
        _show(place, gallery, SEKCAM, "the head's delay, for the secretary alone",
              Digest([place.official(SEKCAM)], concerns=about_head))  # fmt: skip


def _show(place: Town, gallery: Collection, person: int, situation: str, content: Digest) -> None:
    def say(language: str, _: str | None) -> Rendered:
        with patch.object(digest, "collect", lambda *_: content):
            return place.say(person, "digest", language)

    gallery.add(place, kind_of("digest"), "digest", situation, say)


def _id(place: Town, person: int) -> str:
    return str(place.official(person).id)


def _item(place: Town, person: int, task: Task, at: datetime | None, late: int = 0) -> Item:
    opened = task.opened_at or place.now
    deadline = Deadline(at, Basis.STANDARD, opened, at) if at else None
    kind: Literal["overdue", "due_today", "waiting"] = "overdue" if late else "due_today" if at else "waiting"
    return Item(task.id or 0, task.run_id, place.official(person).id or 0, kind, deadline, late, opened)


def _concern(
    place: Town, holder: int, task: Task, reason: Reason, *, late: int = 2 * DAY, offer: bool = False,
    head: bool = False,
) -> Concern:  # fmt: skip
    deadline = Deadline(DUE, Basis.STANDARD, task.opened_at or place.now, DUE)
    holders = [place.official(holder).id or 0]
    since = deadline.starts_at
    return Concern(task.id or 0, task.run_id, holders, reason, deadline, late, offer, head, since)
