"""What a confirmed time is for. The question is forgotten by then; its row can still be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from handlers import appointment_order, appointments, calendar_desk, calendar_pages, collect_by, extension, personal
from handlers.talk import Talk
from storage.tables import Official, Question
from workflow.reply import Reply

WHEN: dict[str, Callable[[Talk, Official, Question, datetime], Reply | None]] = {
    extension.PURPOSE: extension.until_when,
    collect_by.PURPOSE: collect_by.by_then,
    calendar_desk.PURPOSE: calendar_pages.day_chosen,
    personal.PURPOSE: personal.at_time,
    appointments.FROM: appointments.from_day,
    appointments.UNTIL: appointments.until_day,
    appointment_order.PURPOSE: appointment_order.dated,
}
"""Purpose -> what happens after the button that confirms the time."""
