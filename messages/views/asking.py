"""What the bot asks: values, targets, reasons, which task, and whether it is sure."""

from __future__ import annotations

from sqlmodel import col, select

from messages.rendered import InlineButton
from messages.text import file_name, one_line
from messages.views.asked import Asked, View
from messages.views.meetings import unusual
from messages.views.values import recorded, shown_files
from sop_definitions.model import FieldKind, FormField, Step
from storage.tables import File, Question, Run, Submission, Task
from workflow.state import Part
from workflow.verbs import OUTPUT_VERBS

MAX_REASON = 700


def ask_field(asked: Asked) -> View:
    """One value. Optional ones of a form can be skipped."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    wanted = _field(asked, task)
    row = asked.session.get(Question, (asked.bot_id, asked.chat_id))
    kind = row.kind if row is not None and row.id == asked.params["question"] else "field"
    old = _last_values(asked, task).get(wanted.id) if kind in ("correct_value", "schedule") else None
    optional = not wanted.required and kind == "field"
    keeps = kind == "schedule" and old is not None
    keyboard = [[asked.answer("skip", "skip")]] if optional or keeps else []
    if kind != "field":
        keyboard.append([asked.answer("cancel", "cancel")])
    return View(
        {
            "label": one_line(asked.reader.pick(wanted.label), 80),
            "kind": wanted.kind.value,
            "example": asked.example_day(),
            "optional": optional,
            "keeps": keeps,
            "step": task.step,
            "run": facts.run.number,
            "old": one_line(asked.reader.value(wanted.kind, old), 200) if old not in (None, "") else "",
        },
        keyboard,
    )


def form_summary(asked: Asked) -> View:
    """Everything typed, dates written out, before it is sent."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    step = facts.step(task.step)
    drafts = [f for f in facts.files if f.task_id == task.id and f.submission_id is None and f.purpose == "output"]
    return View(
        {
            "document": one_line(asked.reader.pick(step.document), 80),
            "period": facts.period,
            "values": recorded(facts, step, task.draft.get("fields", {})),
            "files": shown_files(drafts),
            "notes": unusual(facts, step, task.draft.get("fields", {})),
        },
        [
            [asked.answer("yes_send", "yes", "success")],
            [asked.answer("edit", "edit"), asked.answer("cancel", "cancel")],
        ],
    )


def ask_target(asked: Asked) -> View:
    """Where a return goes: a step, the merged document, or single units."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    outcome = next(o for o in facts.step(task.step).outcomes if o.id == asked.params["outcome"])
    chosen = list(asked.params.get("chosen") or [])
    targets = [
        {
            "step": n,
            "whole": facts.step(n).merge is not None and outcome.units_to is not None,
            "document": one_line(asked.reader.pick(facts.step(n).document), 60),
            "seat": facts.names.seat([facts.office_role(_owner(facts.step(n)))]),
        }
        for n in outcome.returns_to
    ]
    keyboard: list[list[InlineButton]] = []
    for number in outcome.returns_to:
        if facts.step(number).merge is not None and outcome.units_to is not None:
            keyboard.append([asked.answer("whole", "whole")])
        else:
            keyboard.append([asked.answer("step", f"step-{number}", step=number)])
    if outcome.units_to is not None:
        units = [asked.named_answer(facts.names.unit(u), f"unit-{u}") for u in facts.run.units]
        keyboard += [units[i : i + 2] for i in range(0, len(units), 2)]
    keyboard.append(([asked.answer("next", "next", "primary")] if chosen else []) + [asked.answer("cancel", "cancel")])
    return View(
        {
            "targets": targets,
            "units": outcome.units_to is not None,
            "chosen": [facts.names.unit(u) for u in chosen],
        },
        keyboard,
    )


def ask_reason(asked: Asked) -> View:
    """The compulsory reason of a return, a nihil, going on without, or a cancellation; or a note, which none must."""
    text, files = asked.params.get("text"), int(asked.params.get("files") or 0)
    purpose = asked.params.get("purpose") or "return"
    row = asked.session.get(Question, (asked.bot_id, asked.chat_id))
    data = row.data if row is not None and row.id == asked.params["question"] else {}
    facts = asked.facts
    ready = bool(text) or (files > 0 and purpose == "return")
    resumes = purpose == "resume_run"
    send = [[asked.answer("next" if resumes else "send_reason", "send", "primary")]] if ready else []
    if resumes and not ready:
        send = [[asked.answer("resume_without", "without", "primary")]]
    return View(
        {
            "purpose": purpose,
            "text": one_line(text, MAX_REASON) if text else "",
            "files": files,
            "ready": ready,
            "run": facts.run.number,
            "target": data.get("target"),
            "units": [facts.names.unit(u) for u in data.get("units") or []],
        },
        [*send, [asked.answer("cancel", "cancel")]],
    )


def ask_unit(asked: Asked) -> View:
    """Which late unit the run is to go on without."""
    facts = asked.facts
    task = facts.task(asked.params["task_id"])
    late = asked.params.get("units") or [t.subject for t in facts.parts(task.step, Part.UNIT) if t.status == "open"]
    rows = [[asked.named_answer(facts.names.unit(u), f"unit-{u}")] for u in late]
    return View({"step": task.step}, [*rows, [asked.answer("cancel", "cancel")]])


def ask_task(asked: Asked) -> View:
    """Which task a file is for."""
    ids = list(asked.params.get("task_ids") or [])
    found = asked.session.exec(
        select(Task, Run).join(Run, col(Run.id) == Task.run_id).where(col(Task.id).in_(ids)).order_by(col(Task.id))
    ).all()
    rows = [[asked.answer("task_of_run", f"task-{task.id}", step=task.step, run=run.number)] for task, run in found]
    question = asked.session.get(Question, (asked.bot_id, asked.chat_id))
    kept = (question.data.get("files") or []) if question and question.id == asked.params["question"] else []
    names = asked.session.exec(select(File.name).where(col(File.id).in_(kept)).order_by(col(File.id))).all()
    return View(
        {
            "files": max(int(asked.params.get("files") or 1), len(names)),
            "file_names": [file_name(n) for n in names],
            "tasks": [
                {
                    "step": task.step,
                    "run": run.number,
                    "title": one_line(run.title, 60),
                    "period": one_line(run.period, 40),
                }
                for task, run in found
            ],
        },
        [*rows, [asked.answer("cancel", "cancel")]],
    )


def ask_correction(asked: Asked) -> View:
    """Which recorded value is wrong."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    step = facts.step(task.step)
    wanted = asked.params.get("field_ids") or asked.params.get("field ids") or []
    known = [f for f in step.fields if f.id in wanted]
    return View(
        {"values": recorded(facts, step, _last_values(asked, task)), "step": step.number, "run": facts.run.number},
        [*[[asked.named_answer(asked.reader.pick(f.label), f"field-{f.id}")] for f in known],
         [asked.answer("cancel", "cancel")]],
    )  # fmt: skip


def confirm_send(asked: Asked) -> View:
    """Files that look like ones sent by mistake."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    drafts = [f for f in facts.files if f.task_id == task.id and f.submission_id is None and f.purpose == "output"]
    warnings = [
        {"kind": w.get("kind") or "", "name": file_name(str(w.get("name") or "-"))}
        for w in asked.params.get("warnings") or []
    ]
    return View(
        {"warnings": warnings, "files": shown_files(drafts)},
        [[asked.answer("yes_send", "yes"), asked.answer("cancel", "cancel", "primary")]],
    )


def confirm_cancel(asked: Asked) -> View:
    """The last question before a run is cancelled."""
    facts = asked.facts
    row = asked.session.get(Question, (asked.bot_id, asked.chat_id))
    words = (row.data.get("reason") or "") if row is not None and row.id == asked.params["question"] else ""
    return View(
        {
            "title": one_line(facts.run.title, 120),
            "period": facts.period,
            "run": facts.run.number,
            "reason": one_line(words, MAX_REASON),
        },
        [[asked.answer("yes_cancel_run", "yes", "danger"), asked.answer("cancel", "cancel")]],
    )


def corrected(asked: Asked) -> View:
    """A corrected value, written out."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    wanted = _field(asked, task)
    value = _last_values(asked, task).get(wanted.id)
    return View(
        {
            "label": one_line(asked.reader.pick(wanted.label), 80),
            "value": one_line(asked.reader.value(wanted.kind, value), 200) if value is not None else "-",
            "step": task.step,
            "run": facts.run.number,
        }
    )


def _field(asked: Asked, task: Task) -> FormField:
    wanted = asked.params["field_id"]
    return next(f for f in asked.facts.step(task.step).fields if f.id == wanted and f.kind is not FieldKind.TICK)


def _last_values(asked: Asked, task: Task) -> dict[str, object]:
    found: list[Submission] = [s for s in asked.facts.of_task(task) if s.verb in OUTPUT_VERBS]
    return dict(found[-1].data.get("fields", {})) if found else {}


def _owner(step: Step) -> str:
    """Return the SOP's role a returned step goes to: the collector of what was merged, else who did it."""
    return (step.collector if step.merge else step.from_) or step.actor.role
