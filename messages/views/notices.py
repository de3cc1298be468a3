"""What people are told of others' acts: returns, endings, reminders, vacant seats."""

from __future__ import annotations

from messages.rendered import InlineButton
from messages.text import one_line
from messages.views.asked import Asked, View
from messages.views.run_facts import RunFacts
from messages.views.values import recorded, shown_files
from messages.views.working_time import used_of
from storage.tables import ErasableText, Task
from workflow.state import Part
from workflow.verbs import Page, Press

MAX_REASON = 700


def returned(asked: Asked) -> View:
    """To holders whose work waits again, and the starter."""
    facts, params = asked.facts, asked.params
    row = asked.session.get(ErasableText, params["reason_id"]) if params.get("reason_id") else None
    step = facts.step(params["step"])
    found = next((s for s in facts.submissions if row is not None and s.reason_id == row.id), None)
    return View(
        {
            **_run(facts),
            "step": step.number,
            "document": one_line(asked.reader.pick(step.document), 80),
            "units": [facts.names.unit(u) for u in found.units] if found is not None else [],
            "from_step": params.get("from_step"),
            "by": _by(asked, params.get("official_id")),
            "reason": one_line(row.text or "", MAX_REASON) if row else "",
            "nth": max(1, int(params.get("round") or 2) - 1),
        },
        _look(asked, facts),
    )


def withdrawn_note(asked: Asked) -> View:
    """Somebody took their work back."""
    facts = asked.facts
    step = facts.step(asked.params["step"])
    return View(
        {
            **_run(facts),
            "step": step.number,
            "document": one_line(asked.reader.pick(step.document), 80),
            "by": _by(asked, asked.params.get("official_id")),
            "a_return": bool(asked.params.get("a_return")),
        }
    )


def run_finished(asked: Asked) -> View:
    """The last step is done."""
    facts = asked.facts
    ended = facts.run.ended_at
    return View(
        {
            **_run(facts),
            "started_at": facts.run.started_at,
            "ended_at": ended,
            "took": asked.reader.span(facts.run.started_at, ended) if ended else "",
            "used": used_of(facts),
        },
        [[asked.button("show_run", Press(Page.RUN, facts.run.id or 0)),
          asked.button("show_files", Press(Page.FILES, facts.run.id or 0))]],
    )  # fmt: skip


def run_cancelled(asked: Asked) -> View:
    """A run was cancelled, by whom and why."""
    facts = asked.facts
    return View(
        {
            **_run(facts),
            "by": facts.names.person(facts.run.ended_by) if facts.run.ended_by else "",
            "reason": one_line(facts.text(facts.run.end_reason_id), MAX_REASON),
            "at": facts.run.ended_at,
        }
    )


def late_hand_in(asked: Asked) -> View:
    """A unit that the run went on without has handed in after all."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    output = facts.output(task)
    return View(
        {
            **task_facts(asked, facts, task),
            "by": facts.names.author(output) if output else "",
            "at": output.at if output else None,
            "files": shown_files(facts.submitted_files(output)) if output else (),
        },
        [[asked.button("show_files", Press(Page.FILES, facts.run.id or 0))]],
    )


def of_task(asked: Asked) -> View:
    """A message about one task: a unit's reminder, a draft brought for its head."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    return View({**task_facts(asked, facts, task), "opened_at": task.opened_at})


def draft_for_head(asked: Asked) -> View:
    """To staff who brought a file: its head sends it."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    drafts = [f for f in facts.files if f.task_id == task.id and f.submission_id is None and f.purpose == "output"]
    return View(
        {
            **task_facts(asked, facts, task),
            "head": facts.names.seat(task.roles[:1], task.unit_id),
            "files": shown_files(drafts),
        }
    )


def meeting(asked: Asked) -> View:
    """The schedule of a meeting as it is now."""
    facts = asked.facts
    number = asked.params.get("step") or facts.task(asked.params["task_id"]).step
    step = facts.step(number)
    output = facts.step_output(number)
    return View(
        {
            **_run(facts),
            "document": one_line(asked.reader.pick(step.document), 80),
            "values": recorded(facts, step, output.data.get("fields", {}) if output else {}),
        }
    )


def vacant_seat(asked: Asked) -> View:
    """To the admins: a task opened that no phone shows."""
    facts, params = asked.facts, asked.params
    step = facts.step(params["step"])
    return View(
        {
            **_run(facts),
            "step": step.number,
            "document": one_line(asked.reader.pick(step.document), 80),
            "seat": facts.names.seat([params.get("role") or ""], params.get("unit") or ""),
            "absent": [facts.names.person(i) for i in params.get("absent") or []],
        }
    )


def _run(facts: RunFacts) -> dict[str, object]:
    return {"title": one_line(facts.run.title, 120), "period": facts.period, "run": facts.run.number}


def task_facts(asked: Asked, facts: RunFacts, task: Task) -> dict[str, object]:
    """Return what every message about a task says of it."""
    step = facts.step(task.step)
    return {
        **_run(facts),
        "step": task.step,
        "document": one_line(asked.reader.pick(step.document), 80),
        "unit": facts.names.unit(task.subject) if task.part in (Part.UNIT, Part.REVIEW, Part.RECEIPT) else "",
    }


def _by(asked: Asked, official_id: int | None) -> str:
    """Return a name with the seat last acted in within this run."""
    titles = [s.capacity for s in asked.facts.submissions if s.official_id == official_id]
    return asked.facts.names.with_title(official_id, titles[-1] if titles else "")


def _look(asked: Asked, facts: RunFacts) -> list[list[InlineButton]]:
    return [[asked.button("show_run", Press(Page.RUN, facts.run.id or 0))]]
