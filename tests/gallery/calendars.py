"""The calendar of an office that changed much about it: six days, days of its own, a date confirmed."""

from __future__ import annotations

from datetime import date

from storage.tables import Office
from tests.gallery.exhibits import Collection
from tests.unit.messages.town import CAMAT, KASI_TRANTIB, START, town
from workflow import calendar_changes, calendar_edits
from workflow.calendar.settings import CalendarSettings

QUESTION = "q"


def collect(gallery: Collection) -> None:
    """Show the calendar to the admin and to others, and what there is to choose from."""
    with town() as place:
        gallery.message(place, KASI_TRANTIB, "calendar", "to an official who is no admin")
        settings = calendar_edits.week_of(CalendarSettings(), 6)
        settings = calendar_edits.holiday(settings, date(2027, 1, 22), "Hari Jadi <b>Kabupaten</b> Banyumas")
        settings = calendar_edits.working_day(settings, date(2027, 2, 5))
        settings = calendar_edits.confirmed(settings, date(2027, 3, 10))
        place.session.get_one(Office, "sumbang").calendar = calendar_changes.as_stored(settings)
        place.now = START.replace(hour=5, minute=10)
        gallery.message(place, CAMAT, "calendar", "six days, in the break, changed by the admin")
        for action in ("work", "confirm", "remove"):
            gallery.message(place, CAMAT, "calendar_pick", action, question=QUESTION, action=action)
        gallery.message(place, CAMAT, "calendar_fasting", "as worked out", question=QUESTION)
        own = calendar_edits.fasting(settings, date(2027, 2, 8), date(2027, 2, 9), date(2027, 3, 9))
        place.session.get_one(Office, "sumbang").calendar = calendar_changes.as_stored(own)
        gallery.message(place, CAMAT, "calendar_fasting", "one month set by the office", question=QUESTION)
        gallery.message(place, CAMAT, "calendar_hours", "six days", question=QUESTION, fasting=False)
