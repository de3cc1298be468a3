"""``Tanggal Ramadan`` under ``/kalender``: when the fasting month begins and ends, as it was proclaimed."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers import when
from handlers.calendar_desk import PURPOSE, CalendarDesk
from handlers.talk import Talk
from workflow import calendar_edits, questions
from workflow.deed import Stopped

ACTION = "fasting"
FIRST, LAST, WORKED_OUT = "fasting_first", "fasting_last", "fasting_worked_out"
"""What may be done about a month; a button's answer is one of these and the month's first day."""


def ask(talk: Talk, desk: CalendarDesk) -> None:
    """Show the coming months, and ask which of their days is another one."""
    questions.ask(
        talk.session, talk.moment, desk.official, "calendar_pick", "calendar_fasting", data={"action": ACTION}
    )


def picked(talk: Talk, desk: CalendarDesk, option: str | None) -> dict[str, Any] | None:
    """Ask for the chosen day in words, and return ``None``; or return the change that a button says alone."""
    action, _, begins = (option or "").partition("-")
    month = next((m for m in calendar_edits.fasting_ahead(desk.calendar, desk.today) if str(m[0]) == begins), None)
    if month is None or action not in (FIRST, LAST, WORKED_OUT):
        raise Stopped("question_gone")
    if action == WORKED_OUT:
        return {"kind": "fasting_worked_out", "from": begins, **_span(*_worked_out(desk, month[0]))}
    day = month[0] if action == FIRST else month[1]
    when.ask_when(
        talk, desk.official, PURPOSE, "calendar_ask_day", data={"action": action, "from": begins}, action=action,
        name="", day=day.isoformat(),
    )  # fmt: skip
    return None


def with_day(desk: CalendarDesk, action: str, begins: str, day: date) -> dict[str, Any]:
    """Return the change that gives a month another first or last day."""
    month = next((m for m in calendar_edits.fasting_ahead(desk.calendar, desk.today) if str(m[0]) == begins), None)
    if month is None:
        raise Stopped("calendar_meanwhile")
    first, last = (day, month[1]) if action == FIRST else (month[0], day)
    return {"kind": "fasting", "from": begins, **_span(first, last)}


def _worked_out(desk: CalendarDesk, begins: date) -> tuple[date, date]:
    without = calendar_edits.fasting_worked_out(desk.settings, begins)
    return calendar_edits.fasting_near(without, begins)


def _span(first: date, last: date) -> dict[str, str]:
    return {"day": first.isoformat(), "last": last.isoformat()}
