"""The office whose calendar an admin changes, as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from handlers.talk import Talk
from storage.tables import Office, Official, Question
from workflow import people
from workflow.calendar.of_office import calendar_of
from workflow.calendar.settings import CalendarSettings
from workflow.calendar.working_time import WorkingTime
from workflow.deed import Stopped

PURPOSE = "calendar_day"
"""What a date in words is asked for, see :mod:`handlers.when`."""


@dataclass(frozen=True, slots=True)
class CalendarDesk:
    """An admin, their office and its calendar; ``today`` is the office's local date."""

    official: Official
    office: Office
    calendar: WorkingTime
    today: date

    @property
    def settings(self) -> CalendarSettings:
        """What the office has set."""
        return self.calendar.settings


def desk_of(talk: Talk, official: Official) -> CalendarDesk:
    """Return an official's desk; raise :class:`Stopped` for whoever is no admin."""
    if not people.is_admin(official):
        raise Stopped("not_allowed")
    office = talk.session.get_one(Office, official.office_id)
    calendar = calendar_of(office)
    return CalendarDesk(official, office, calendar, calendar.local_date(talk.moment.now))


def desk_asked(talk: Talk, question: Question) -> CalendarDesk:
    """Return the desk of whom a question was asked: they must still be the office's admin."""
    official = next((o for o in talk.officials if o.id == question.official_id), None)
    if official is None:
        raise Stopped("not_allowed")
    return desk_of(talk, official)
