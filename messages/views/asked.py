"""A queued message, and what a view makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlmodel import Session

from messages.captions import caption
from messages.rendered import InlineButton, Style, button
from messages.text import Reader
from messages.views.names import Names, names_of, reader_of
from messages.views.run_facts import RunFacts, load_run_facts
from storage.tables import Office, Official, Task
from workflow.calendar.of_office import calendar_of
from workflow.calendar.settings import CalendarSettings
from workflow.calendar.working_time import WorkingTime
from workflow.verbs import Press, QuestionPress

EXAMPLE_AHEAD = 14
"""How many days ahead a date given as an example lies, so that it is never past."""


class NothingToSay(Exception):
    """A message that found, at its delivery, that nothing is left to be said: it is not sent at all."""


@dataclass(frozen=True)
class Asked:
    """Which message, with which parameters, in which chat: and the rows behind it, read once."""

    session: Session
    template: str
    params: dict[str, Any]
    office_id: str | None
    chat_id: int
    bot_id: int
    default_language: str
    now: datetime

    @cached_property
    def _who(self) -> tuple[Reader, Office | None, Official | None]:
        return reader_of(self.session, self.office_id, self.chat_id, self.default_language)

    @property
    def reader(self) -> Reader:
        """How the owner of the chat reads."""
        return self._who[0]

    @property
    def office(self) -> Office | None:
        """The office the message belongs to; ``None`` for strangers."""
        return self._who[1]

    @property
    def official(self) -> Official | None:
        """The owner of the chat as an official of that office."""
        return self._who[2]

    @cached_property
    def names(self) -> Names:
        """Everybody in the office; nobody for strangers."""
        if self.office_id is None:
            return Names(self.reader, {}, {})
        return names_of(self.session, self.office_id, self.reader)

    @cached_property
    def facts(self) -> RunFacts:
        """The run that the parameters name by ``run_id`` or ``task_id``."""
        run_id = self.params.get("run_id") or self.task_row.run_id
        return load_run_facts(self.session, run_id, self.reader, self.now)

    @cached_property
    def task_row(self) -> Task:
        """The task that the parameters name."""
        return self.session.get_one(Task, self.params["task_id"])

    def example_day(self, *, working: bool = True) -> str:
        """Return a date about two weeks ahead as one would type it, '5 Desember 2026': a working day or none."""
        zone = ZoneInfo(self.reader.timezone)
        calendar = calendar_of(self.office) if self.office is not None else WorkingTime(zone, CalendarSettings())
        day = self.now.astimezone(zone).date() + timedelta(days=EXAMPLE_AHEAD)
        while calendar.is_working_day(day) is not working:
            day += timedelta(days=1)
        return format_date(day, "d MMMM y", locale=self.reader.language)

    def words(self, key: str, **values: object) -> str:
        """Return a caption in the reader's language."""
        return caption(key, self.reader.language, **values)

    def button(
        self, key: str, press: Press | QuestionPress, style: Style | None = None, **values: object
    ) -> InlineButton:
        """Return a button with a caption of the table."""
        return button(self.words(key, **values), press, style)

    def answer(self, key: str, answer: str, style: Style | None = None, **values: object) -> InlineButton:
        """Return a button that answers the message's question."""
        return self.button(key, QuestionPress(self.params["question"], answer), style, **values)

    def named_answer(self, words: str, answer: str) -> InlineButton:
        """Return a button with words of its own that answers the message's question."""
        return button(words, QuestionPress(self.params["question"], answer))


@dataclass(frozen=True, slots=True)
class View:
    """What a template is filled in with, its buttons, and where a cut text goes on."""

    values: dict[str, Any]
    keyboard: Sequence[Sequence[InlineButton]] = ()
    more: str = field(default="")
