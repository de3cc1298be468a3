"""A value that was typed for a form: taken, said to be wrong, or asked about by buttons."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from handlers.talk import Talk
from sop_definitions.model import FieldKind, FormField, Step
from storage.tables import Office, Official, Question, Task
from workflow import questions, values
from workflow.calendar.of_office import calendar_of
from workflow.calendar.working_time import WorkingTime
from workflow.values import BadValue, Read, Unclear

CHOICES = "choices"
NOON = time(12)


def take(
    talk: Talk, question: Question, office_id: str, step: Step, wanted: FormField, text: str, *, clock_too: bool = False
) -> Read | None:
    """Return a typed value; or say what is wrong with it, or ask which one is meant, and return ``None``.

    The question stays. ``clock_too``: the clock may be said beside the date.
    """
    calendar = calendar_of(talk.session.get_one(Office, office_id))
    try:
        found = values.read(
            wanted.kind, text, talk.moment.now, calendar, not_past=step.part == "invite", clock_too=clock_too
        )
    except BadValue as bad:
        talk.say("bad_answer", reason=bad.reason, field=wanted.label.model_dump())
        return None
    if isinstance(found, Read):
        return found
    _ask_which(talk, question, wanted, found, calendar)
    return None


def chosen(question: Question, option: str | None) -> Read | None:
    """Return the value whose button was pressed; ``None`` for any other button."""
    number = (option or "").removeprefix("choice-")
    choices: list[list[Any]] = question.data.get(CHOICES, [])
    if option == number or not (number.isascii() and number.isdigit()) or int(number) >= len(choices):
        return None
    value, clock = choices[int(number)]
    return Read(value, clock)


def ask_again(talk: Talk, question: Question, wanted: FormField) -> None:
    """``Ubah`` under the choice: ask for the value anew."""
    data = {key: value for key, value in question.data.items() if key != CHOICES}
    official, task = _asked_of(talk, question)
    questions.ask(
        talk.session, talk.moment, official, question.kind, "ask_field", task=task, data=data, field_id=wanted.id
    )


def following_clock(fields: tuple[FormField, ...], wanted: FormField) -> FormField | None:
    """Return the field of kind time that comes right after a date: one answer can fill both."""
    after = fields[fields.index(wanted) + 1 :][:1]
    return after[0] if wanted.kind is FieldKind.DATE and after and after[0].kind is FieldKind.TIME else None


def _ask_which(talk: Talk, question: Question, wanted: FormField, found: Unclear, calendar: WorkingTime) -> None:
    data = {**question.data, CHOICES: [[one.value, one.clock] for one in found.choices]}
    shown = [_shown(wanted.kind, one, calendar.local_date(talk.moment.now), calendar) for one in found.choices]
    official, task = _asked_of(talk, question)
    questions.ask(talk.session, talk.moment, official, question.kind, "when_choose", task=task, data=data, meant=shown)


def _shown(kind: FieldKind, one: Read, today: date, calendar: WorkingTime) -> dict[str, Any]:
    """Return a value as ``when_choose`` shows it: a day, a day with its clock, or a clock alone."""
    of_day = kind is FieldKind.DATE
    day = date.fromisoformat(one.value) if of_day else today
    clock = one.clock if of_day else one.value
    at = datetime.combine(day, time.fromisoformat(clock) if clock else NOON, calendar.zone)
    return {"at": at.isoformat(), "day": of_day, "clock": clock is not None, "said": True, "notes": []}


def _asked_of(talk: Talk, question: Question) -> tuple[Official, Task | None]:
    task = talk.session.get(Task, question.task_id) if question.task_id is not None else None
    return talk.session.get_one(Official, question.official_id), task
