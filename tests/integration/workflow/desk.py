"""One invented office with one run, and short words for what its people do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from storage.tables import Card, RunStep, Submission, Task
from tests.integration.workflow import model
from tests.integration.workflow.town import Cast, Town
from tests.unit.workflow import builders
from workflow.verbs import Press, QuestionPress, Verb

UNITS = ("north", "south")


class Desk:
    """An office with a run of these steps, and short words for what its people do."""

    def __init__(self, town: Town, *steps: dict[str, Any]) -> None:
        self.town = town
        self.cast: Cast = town.found("office", builders.definition(*steps), UNITS)
        self.diligent = model.DiligentOffice(town, self.cast)
        town.start(self.cast)

    def chat(self, name: str) -> int:
        return next(person.chat for person in self.cast.people if person.name == name) or 0

    def task(self, step: int, part: str = "work", subject: str = "") -> Task:
        return next(t for t in self.town.tasks(self.cast) if (t.step, t.part, t.subject) == (step, part, subject))

    def remind(self, task: Task) -> None:
        """Let a task's cards stand on the phones as reminders."""

        def body(session: Session) -> None:
            for card in session.exec(select(Card).where(Card.task_id == task.id)):
                card.reminder = "deadline"

        self.town.store.write(body)

    def reminds(self, task: Task) -> set[str]:
        """Return what a task's cards remind of, '' for nothing."""
        return {card.reminder for card in self.town.rows(Card, Card.task_id == task.id)}

    def tap(self, name: str, verb: str, task: Task, argument: str = "") -> str:
        return self.town.tap(self.chat(name), Press(verb, task.id or 0, task.activation, argument)).key

    def tap_as(self, chat: int, verb: str, task: Task, argument: str = "") -> str:
        """Press a task's button in any chat, a stranger's too."""
        return self.town.tap(chat, Press(verb, task.id or 0, task.activation, argument)).key

    def answer(self, name: str, answer: str) -> str:
        question = self.town.question(self.chat(name))
        assert question is not None
        return self.town.tap(self.chat(name), QuestionPress(question.id, answer)).key

    def send_back(self, name: str, task: Task) -> str:
        verb, argument = (Verb.DECIDE, "back") if task.part == "decision" else (Verb.RETURN, "")
        self.tap(name, verb, task, argument)
        self.town.write(self.chat(name), "Angkanya belum cocok")
        return self.answer(name, "send")

    def do(self, step: int, part: str = "work", subject: str = "") -> None:
        self.diligent.do(self.task(step, part, subject))

    def nil(self, name: str, task: Task) -> str:
        self.tap(name, Verb.NIL, task)
        self.town.write(self.chat(name), "Tidak ada kegiatan")
        return self.answer(name, "send")

    def waive(self, name: str, task: Task, unit: str) -> str:
        self.tap(name, Verb.WAIVE, task)
        question = self.town.question(self.chat(name))
        if question is not None and question.kind == "waive_unit":
            self.answer(name, f"unit-{unit}")
        self.town.write(self.chat(name), "Belum juga")
        return self.answer(name, "send")

    def seat(self, name: str, role: str, unit: str = "", *, given: bool) -> None:
        self.town.seat(next(p for p in self.cast.people if p.name == name), role, unit, given=given)

    def card(self, name: str, task: Task) -> Card:
        cards: list[Card] = self.town.rows(Card, Card.task_id == task.id, Card.chat_id == self.chat(name))
        return cards[0]

    def times(self, *steps: int) -> list[tuple[datetime | None, datetime | None]]:
        run = self.task(steps[0]).run_id
        rows: list[RunStep] = self.town.rows(RunStep, RunStep.run_id == run, col(RunStep.number).in_(steps))
        return [(row.opened_at, row.closed_at) for row in sorted(rows, key=lambda row: row.number)]

    def templates(self, name: str) -> list[str]:
        return [template for template, _ in self.town.said(self.chat(name))]

    def sent(self, task: Task) -> list[Submission]:
        found: list[Submission] = self.town.rows(Submission, Submission.task_id == task.id)
        return found
