"""The calendar file of a meeting, read back by a calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from messages.ics import meeting_file
from storage.tables import Office
from tests.unit.messages.town import CAMAT, HOSTILE, SEKCAM, START, Town, town
from workflow import correcting, holders, meeting
from workflow.deed import Stopped
from workflow.state import Part

ZONES = {"Asia/Jakarta": ("WIB", 7), "Asia/Makassar": ("WITA", 8), "Asia/Jayapura": ("WIT", 9)}


def invite(place: Town, place_words: str = "Aula", agenda: str = "Pembahasan") -> int:
    """Bring an office to a sent invitation; return its task."""
    place.start(place.adopt())
    place.fill(place.task(1, Part.WORK), arahan="Segera")
    place.do(CAMAT, place.task(1, Part.WORK))
    for step, person in ((2, None), (3, None)):
        task = place.task(step, Part.WORK)
        doer = person or _holder(place, step)
        if step == 2:
            place.upload(doer, task, "form.xlsx")
        place.do(doer, task)
    task = place.task(4, Part.WORK)
    place.fill(task, tanggal="2027-01-08", pukul="09:00", tempat=place_words, acara=agenda, peserta=["Budi Rahasia"])
    place.do(SEKCAM, task)
    return task.id or 0


def _holder(place: Town, step: int) -> int:
    found = holders.holders(place.session, place.task(step, Part.WORK))
    return found[0].telegram_id or 0


def read(content: bytes | None) -> tuple[Any, Any]:
    """Return a file's calendar and its one event."""
    calendar: Any = Calendar.from_ical(content or b"")
    assert len(calendar.events) == 1
    return calendar, calendar.events[0]


def made(place: Town, task_id: int, method: str = "REQUEST", number: int = 0, language: str = "id") -> bytes | None:
    found = meeting_file(
        place.session, {"task_id": task_id, "method": method, "sequence": number}, office_id="sumbang", chat_id=CAMAT,
        default_language=language, now=START,
    )  # fmt: skip
    return found.content if found is not None else None


@pytest.mark.parametrize("zone", ZONES)
def test_the_time_is_the_offices_own(zone: str) -> None:
    with town() as place:
        task = invite(place)
        place.session.get_one(Office, "sumbang").timezone = zone
        place.session.flush()
        calendar, event = read(made(place, task))
        assert event.start == datetime(2027, 1, 8, 9, 0, tzinfo=ZoneInfo(zone))
        standard = calendar.timezones[0].subcomponents[0]
        assert (standard["tzname"], standard["tzoffsetto"].td) == (ZONES[zone][0], timedelta(hours=ZONES[zone][1]))


@pytest.mark.parametrize("words", [*HOSTILE, "a,b;c\\d", "x\r\nEND:VEVENT\r\nBEGIN:VEVENT"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_whatever_is_typed_stays_a_text(words: str, language: str) -> None:
    with town() as place:
        task = invite(place, words, words)
        content = made(place, task, language=language) or b""
        _, event = read(content)
        assert "\n" not in event["location"]
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))
        assert b"Rahasia" not in content
        assert b"Fauzi" not in content


def test_a_file_that_was_overtaken_is_not_sent_any_more() -> None:
    with town() as place:
        task = invite(place)
        officials = [place.official(SEKCAM)]
        meeting.reschedule(place.session, place.moment(), officials, task, {"tanggal": "2027-01-11"})
        assert made(place, task, number=0) is None
        moved = read(made(place, task, number=1))[1]
        assert moved.start.date().isoformat() == "2027-01-11"
        meeting.call_off(place.session, place.moment(), officials, task, "Sakit")
        assert made(place, task, number=1) is None
        cancelled = read(made(place, task, "CANCEL", 2))[1]
        assert (cancelled["status"], cancelled["uid"]) == ("CANCELLED", moved["uid"])


def test_a_corrected_place_reaches_the_calendars_and_a_meeting_called_off_is_not_revived_by_it() -> None:
    with town() as place:
        task = invite(place)
        officials = [place.official(SEKCAM)]
        correcting.correct(place.session, place.moment(), officials, task, "tempat", "Pendopo")
        assert read(made(place, task, number=1))[1]["location"] == "Pendopo"
        meeting.call_off(place.session, place.moment(), officials, task, "Sakit")
        with pytest.raises(Stopped):
            correcting.correct(place.session, place.moment(), officials, task, "tempat", "Aula")
