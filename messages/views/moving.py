"""Moving time: dispensations, pauses, the office's own date for a hand-in, tasks handed over."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from messages.rendered import InlineButton, button
from messages.text import one_line
from messages.views.asked import Asked, View
from messages.views.run_facts import RunFacts
from messages.views.timing import collect_by_of
from storage.tables import Extension, Office, Official, Pause, Run, Task
from workflow import people, rights
from workflow.state import Part
from workflow.verbs import Page, Press, Verb

MAX_REASON = 700


def ask_extension_task(asked: Asked) -> View:
    """For which of several tasks more time is wanted."""
    ids = list(asked.params.get("task_ids") or [])
    found = asked.session.exec(
        select(Task, Run).join(Run, col(Run.id) == Task.run_id).where(col(Task.id).in_(ids)).order_by(col(Task.id))
    ).all()
    rows = [[asked.answer("task_of_run", f"task-{task.id}", step=task.step, run=run.number)] for task, run in found]
    tasks = [
        {
            "step": task.step,
            "run": run.number,
            "title": one_line(run.title, 60),
            "period": one_line(run.period, 40),
        }
        for task, run in found
    ]
    return View({"tasks": tasks}, [*rows, [asked.answer("cancel", "cancel")]])


def extension_none(asked: Asked) -> View:
    """Nothing of theirs has a deadline now; ``owing`` tasks have none."""
    return View({"owing": int(asked.params.get("owing") or 0)})


def ask_until(asked: Asked) -> View:
    """Until when more time is wanted."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    deadline = facts.times.deadline(task)
    return View(
        {**_task(asked, facts, task), "deadline": deadline.at if deadline else None},
        [[asked.answer("cancel", "cancel")]],
    )


def extension_sent(asked: Asked) -> View:
    """To who asked: it lies with the superior now."""
    row = asked.session.get_one(Extension, asked.params["extension_id"])
    return View({**_extension(asked, row)})


def extension_asked(asked: Asked) -> View:
    """To the superior: who asks for how much more time, and why; the buttons while it is undecided."""
    facts = asked.facts
    row = asked.session.get_one(Extension, asked.params["extension_id"])
    task = facts.task(row.task_id)
    deadline = facts.times.deadline(task)
    keyboard: list[list[InlineButton]] = []
    if row.status == "asked" and facts.run.status == "open":
        keyboard = [
            [
                asked.button("approve", Press(Verb.GRANT, row.id or 0), "success"),
                asked.button("deny", Press(Verb.DENY, row.id or 0), "danger"),
            ]
        ]
    return View(
        {
            **_extension(asked, row),
            "deadline": deadline.at if deadline else None,
            "late": deadline is not None and deadline.at < asked.now,
            "replaces": bool(asked.params.get("replaces")),
        },
        [*keyboard, [asked.button("show_run", Press(Page.RUN, facts.run.id or 0))]],
    )


def extension_decided(asked: Asked) -> View:
    """To both: granted until when, or refused and why."""
    row = asked.session.get_one(Extension, asked.params["extension_id"])
    official = asked.official
    return View(
        {
            **_extension(asked, row),
            "granted": row.status == "granted",
            "by": asked.facts.names.person(row.decided_by),
            "mine": official is not None and official.id == row.asked_by,
            "refusal": one_line(asked.facts.text(row.decision_reason_id), MAX_REASON),
        }
    )


def pause_which(asked: Asked) -> View:
    """Which run is to be paused, or to go on: those the reader may, as buttons."""
    ids = asked.params.get("run_ids") or []
    joined = select(Run, Office).join(Office, col(Office.id) == Run.office_id)
    named = {run.id: (run, office) for run, office in asked.session.exec(joined.where(col(Run.id).in_(ids)))}
    several = len({office.id for _, office in named.values()}) > 1
    stopping = bool(asked.params.get("stopping"))
    keyboard = []
    for run_id in ids:
        if run_id in named:
            run, office = named[run_id]
            where = f" · {office.name}" if several else ""
            words = one_line(f"{run.number} · {run.title} {run.period}{where}", 60)
            keyboard.append([button(words, Press(Verb.PAUSE_RUN if stopping else Verb.RESUME_RUN, run_id))])
    return View({"any": bool(keyboard), "stopping": stopping}, keyboard)


def run_paused(asked: Asked) -> View:
    """A run's clock stands still; whoever may let it go on gets the button."""
    facts = asked.facts
    row = asked.session.get_one(Pause, asked.params["pause_id"])
    may = asked.official is not None and rights.may_pause(asked.session, asked.official, facts.run)
    running = row.ended_at is None and facts.run.status == "open"
    resume = [[asked.button("resume_run", Press(Verb.RESUME_RUN, facts.run.id or 0))]] if may and running else []
    return View(
        {
            **_run(facts),
            "by": facts.names.person(row.started_by),
            "at": row.started_at,
            "reason": one_line(facts.text(row.reason_id), MAX_REASON),
        },
        resume,
    )


def run_resumed(asked: Asked) -> View:
    """A run's clock goes on."""
    facts = asked.facts
    row = asked.session.get_one(Pause, asked.params["pause_id"])
    return View(
        {
            **_run(facts),
            "by": facts.names.person(row.ended_by),
            "since": row.started_at,
            "at": row.ended_at,
            "reason": one_line(facts.text(row.end_reason_id), MAX_REASON) if row.end_reason_id else "",
        },
        [[asked.button("show_run", Press(Page.RUN, facts.run.id or 0))]],
    )


def ask_collect_by(asked: Asked) -> View:
    """Until when the units are to hand in."""
    return View(_hand_in(asked), [[asked.answer("cancel", "cancel")]])


def collect_by_choice(asked: Asked) -> View:
    """The date there is, to be changed or cleared."""
    return View(
        _hand_in(asked),
        [
            [asked.answer("edit", "edit"), asked.answer("clear_date", "clear")],
            [asked.answer("cancel", "cancel")],
        ],
    )


def collect_by_set(asked: Asked) -> View:
    """To who set or cleared the date."""
    return View(_hand_in(asked))


def collect_by_changed(asked: Asked) -> View:
    """To the units that still owe: the date is set, moved or gone."""
    had = asked.params.get("had")
    return View(
        {
            **_hand_in(asked),
            "by": asked.facts.names.person(asked.params.get("by")),
            "had": datetime.fromisoformat(had) if had else None,
        }
    )


def ask_assignee(asked: Asked) -> View:
    """Who is to take a task over."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    rows = [
        [asked.named_answer(_called(asked, facts, official_id), f"official-{official_id}")]
        for official_id in asked.params.get("official_ids") or []
    ]
    return View(
        {**_task(asked, facts, task), "owner": facts.names.seat(task.roles, task.unit_id),
         "more": bool(asked.params.get("more"))},
        [*rows, [asked.answer("cancel", "cancel")]],
    )  # fmt: skip


def confirm_assign(asked: Asked) -> View:
    """Whether that is meant."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    return View(
        {
            **_task(asked, facts, task),
            "owner": facts.names.seat(task.roles, task.unit_id),
            "to": _called(asked, facts, asked.params["to"]),
            "decision": task.part == Part.DECISION,
        },
        [[asked.answer("yes_assign", "yes", "primary"), asked.answer("cancel", "cancel")]],
    )


def task_reassigned(asked: Asked) -> View:
    """To both: who handed what over to whom."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    official = asked.official
    return View(
        {
            **_task(asked, facts, task),
            "by": facts.names.person(asked.params.get("by")),
            "to": facts.names.person(asked.params.get("to")),
            "mine": official is not None and official.id == asked.params.get("to"),
        }
    )


def _extension(asked: Asked, row: Extension) -> dict[str, object]:
    facts = asked.facts
    task = facts.task(row.task_id)
    return {
        **_task(asked, facts, task),
        "asker": _called(asked, facts, row.asked_by, task),
        "until": row.until,
        "reason": one_line(facts.text(row.reason_id), MAX_REASON),
    }


def _hand_in(asked: Asked) -> dict[str, object]:
    facts, number = asked.facts, asked.params["step"]
    row = facts.steps.get(number)
    return {
        **_run(facts),
        "step": number,
        "document": one_line(asked.reader.pick(facts.step(number).document), 80),
        "word": facts.names.unit_word(facts.run.units),
        "at": collect_by_of(facts, number) or (row.collect_by if row is not None else None),
    }


def _called(asked: Asked, facts: RunFacts, official_id: int | None, task: Task | None = None) -> str:
    """Return a name with the seat its owner is known by (in a task's unit, if one is given)."""
    official = asked.session.get(Official, official_id) if official_id is not None else None
    if official is None:
        return facts.names.person(official_id)
    roles, unit = (task.roles, task.unit_id) if task is not None else ((), "")
    return facts.names.with_title(official_id, people.capacity(asked.session, official, roles, unit))


def _run(facts: RunFacts) -> dict[str, object]:
    return {"title": one_line(facts.run.title, 120), "period": facts.period, "run": facts.run.number}


def _task(asked: Asked, facts: RunFacts, task: Task) -> dict[str, object]:
    return {
        **_run(facts),
        "step": task.step,
        "document": one_line(asked.reader.pick(facts.step(task.step).document), 80),
        "unit": facts.names.unit(task.subject) if task.part in (Part.UNIT, Part.REVIEW) else "",
    }
