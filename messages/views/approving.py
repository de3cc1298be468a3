"""How the rule of four eyes and decisions recorded from a paper are told."""

from __future__ import annotations

from sqlmodel import Session

from messages.text import one_line
from messages.views.asked import Asked, View
from messages.views.notices import task_facts
from messages.views.run_facts import RunFacts
from storage.tables import Official, Submission, Task
from workflow import four_eyes, holders, recording
from workflow.state import PartStatus
from workflow.verbs import Press, Verb


def left_out(asked: Asked) -> View:
    """To whoever did the work: somebody else decides it."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    deciding = [facts.names.person(one.id) for one in holders.holders(asked.session, task)]
    return View({**task_facts(asked, facts, task), "deciding": deciding[:3]})


def ask_recorded(asked: Asked) -> View:
    """What the paper says, and the paper itself; ``Catat`` once nothing is missing."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    step, chosen = facts.step(task.step), asked.params.get("choice")
    found = recording.choices_of(step, facts.run.units)
    words = {outcome.id: asked.reader.pick(outcome.button) for outcome in step.outcomes}
    choice = found[chosen] if chosen is not None and chosen < len(found) else None
    text, files = asked.params.get("text"), int(asked.params.get("files") or 0)
    ready = choice is not None and files > 0 and bool(text or not choice.returns)
    keyboard = [[asked.answer("record_send", "send", "primary")]] if ready else []
    if choice is None:
        keyboard = [[asked.named_answer(_said(asked, one, words), f"choice-{n}")] for n, one in enumerate(found)]
    return View(
        {
            **task_facts(asked, facts, task),
            "head": facts.names.seat(task.roles),
            "choice": _said(asked, choice, words) if choice else "",
            "returns": bool(choice and choice.returns),
            "text": one_line(text, 300) if text else "",
            "files": files,
            "ready": ready,
        },
        [*keyboard, [asked.answer("cancel", "cancel")]],
    )


def _said(asked: Asked, choice: recording.Choice, words: dict[str, str]) -> str:
    if choice.units:
        return f"{words[choice.outcome]}: {', '.join(asked.names.unit(unit) for unit in choice.units)}"
    if choice.target is not None:
        return asked.words("to_step", words=words[choice.outcome], step=choice.target)
    return words[choice.outcome]


def recorded(asked: Asked) -> View:
    """A decision recorded from a paper: to the head, with the way to say that it was not theirs."""
    facts, row = asked.facts, asked.session.get_one(Submission, asked.params["submission_id"])
    task = facts.task(row.task_id)
    outcome = next((one for one in facts.step(task.step).outcomes if one.id == row.outcome), None)
    open_until = row.at + recording.DISOWN_WITHIN
    keyboard = [[asked.button("disown", Press(Verb.DISOWN, row.id or 0), "danger")]]
    return View(
        {
            **task_facts(asked, facts, task),
            "by": facts.names.with_title(row.official_id, row.capacity),
            "head": facts.names.person(row.principal_id),
            "at": row.at,
            "result": asked.reader.pick(outcome.button) if outcome else "",
            "reason": one_line(facts.text(row.reason_id), 300) if row.reason_id else "",
            "until": open_until,
        },
        keyboard if asked.template == "decision_recorded" and asked.now < open_until else [],
    )


def four_eyes_of(session: Session, facts: RunFacts, task: Task, official: Official | None, *, live: bool) -> str:
    """Return what the rule of four eyes means for a card: barred, superior, exception, or '' for nothing."""
    if official is None or task.status != PartStatus.OPEN or facts.run.status != "open":
        return ""
    if not four_eyes.barred(session, task):
        return ""  # as for nearly every task
    if not live:
        return "barred" if holders.left_out(session, task, official) else ""
    return str(four_eyes.standing(session, task, official, holders.owing(session, task)))
