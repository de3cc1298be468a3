"""How the rule of four eyes and decisions recorded from a paper are told."""

from __future__ import annotations

from sqlmodel import Session

from messages.views.asked import Asked, View
from messages.views.notices import task_facts
from messages.views.run_facts import RunFacts
from storage.tables import Official, Task
from workflow import four_eyes, holders
from workflow.state import PartStatus


def left_out(asked: Asked) -> View:
    """To whoever did the work: somebody else decides it."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    deciding = [facts.names.person(one.id) for one in holders.holders(asked.session, task)]
    return View({**task_facts(asked, facts, task), "deciding": deciding[:3]})


def four_eyes_of(session: Session, facts: RunFacts, task: Task, official: Official | None, *, live: bool) -> str:
    """Return what the rule of four eyes means for a card: barred, superior, exception, or '' for nothing."""
    if official is None or task.status != PartStatus.OPEN or facts.run.status != "open":
        return ""
    if not live:
        return "barred" if holders.left_out(session, task, official) else ""
    return str(four_eyes.standing(session, task, official, holders.owing(session, task)))
