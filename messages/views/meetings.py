"""What is said about a meeting besides its invitation: before it, when it moves, when it is called off."""

from __future__ import annotations

from typing import Any

from messages.rendered import InlineButton
from messages.text import one_line
from messages.views.asked import Asked, View
from messages.views.run_facts import RunFacts
from messages.views.surroundings import answer_of, attendance_of, called_off
from messages.views.values import recorded
from sop_definitions.model import Step
from storage.tables import Task
from workflow.calendar.of_office import calendar_of
from workflow.meeting_notes import Unusual, notes
from workflow.meeting_times import moment_of
from workflow.state import Part
from workflow.verbs import Press, Verb


def reminder(asked: Asked) -> View:
    """An hour of working time before a meeting: when, where, what about, and the answer if it still lacks."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    step = facts.step(task.step)
    invited = task.part == Part.INVITATION
    return View(
        {
            **_of_run(facts, step),
            "values": _agreed(facts, step),
            "invited": invited,
            "answer": answer_of(facts, task),
            "attendance": None if invited else attendance_of(facts, task, step),
        },
        _answers(asked, task) if invited else [],
    )


def called_off_told(asked: Asked) -> View:
    """To everybody: the meeting does not take place as it was called, and why."""
    facts, step = asked.facts, asked.facts.step(asked.params["step"])
    work = facts.parts(step.number, Part.WORK)
    off = called_off(facts, work[0], step) if work else None
    return View(
        {
            **_of_run(facts, step),
            "values": _agreed(facts, step),
            "by": off.by if off else "",
            "at": off.at if off else None,
            "reason": off.reason if off else "",
        }
    )


def undone(asked: Asked) -> View:
    """To everybody invited: a step before the meeting is done again, so it does not take place as it was called."""
    facts, step = asked.facts, asked.facts.step(asked.params["step"])
    said = next((s for s in facts.submissions if s.id == asked.params["submission_id"]), None)
    return View(
        {
            **_of_run(facts, step),
            "values": recorded(facts, step, said.data.get("fields", {}) if said else {}),
            "step": step.number,
            "back_to": asked.params["back_to"],
        }
    )


def review(asked: Asked) -> View:
    """The new schedule in full, before everybody is told."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    step = facts.step(task.step)
    output = facts.step_output(step.number)
    given = {**(output.data.get("fields", {}) if output else {}), **(asked.params.get("given") or {})}
    return View(
        {**_of_run(facts, step), "values": recorded(facts, step, given), "notes": unusual(facts, step, given)},
        [
            [asked.answer("yes_send", "yes", "success")],
            [asked.answer("edit", "edit"), asked.answer("cancel", "cancel")],
        ],
    )


def unusual(facts: RunFacts, step: Step, given: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is unusual about the time an invitation names; nothing for steps that invite to none."""
    if step.part != "invite":
        return []
    calendar = calendar_of(facts.office)
    begins = moment_of(step, given, calendar.zone)
    if begins is None:
        return []
    day = calendar.local_date(begins)
    opening, closing = calendar.opening(day), calendar.closing(day)
    return [
        {
            "kind": note.kind,
            "name": one_line(note.off.name, 80) if note.off else "",
            "off": note.off.kind if note.off else "",
            "estimated": bool(note.off and note.off.estimated),
            "opening": opening if note.kind is Unusual.OUTSIDE else None,
            "closing": closing if note.kind is Unusual.OUTSIDE else None,
        }
        for note in notes(calendar, begins, facts.now)
    ]


def _agreed(facts: RunFacts, step: Step) -> tuple[object, ...]:
    output = facts.step_output(step.number)
    return recorded(facts, step, output.data.get("fields", {}) if output else {})


def _answers(asked: Asked, task: Task) -> list[list[InlineButton]]:
    def button(key: str, answer: str) -> InlineButton:
        return asked.button(key, Press(Verb.ATTEND, task.id or 0, task.activation, answer))

    return [
        [button("attend_yes", "yes"), button("attend_no", "no")],
        [button("attend_deputy", "deputy")],
    ]


def _of_run(facts: RunFacts, step: Step) -> dict[str, object]:
    return {
        "title": one_line(facts.run.title, 120),
        "period": facts.period,
        "run": facts.run.number,
        "document": one_line(facts.reader.pick(step.document), 80),
    }
