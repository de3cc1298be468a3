"""Pages one may look at: lists of runs, boards, files, the history, the archive, a step's text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from messages.rendered import InlineButton, button
from messages.text import file_name, one_line
from messages.views.asked import Asked, View
from messages.views.board import board_of
from messages.views.progress import BLOCKING, progress_of
from messages.views.quality import activity, quality_of, standard
from messages.views.run_facts import RunFacts
from messages.views.timing import day_length, late_words
from messages.views.values import recorded
from sop_definitions.model import Step
from storage.literals import is_status
from storage.tables import Adoption, Office, Run, RunStep, Submission, Task
from workflow import periods
from workflow.adoption import Adopted, load
from workflow.reminding.policy import policy_of
from workflow.run_files import all_file_ids
from workflow.run_times import load_run_times
from workflow.state import Part, PartStatus
from workflow.verbs import Page, Press, Verb

LISTED = 8
PAGE = 8
YEAR_BUTTONS = 4


def status_list(asked: Asked) -> View:
    """All open runs of the office, newest first."""
    runs = asked.session.exec(
        select(Run)
        .where(Run.office_id == asked.office_id, is_status(Run.status, "open"))
        .order_by(col(Run.number).desc())
        .limit(LISTED)
    ).all()
    ids = [run.id for run in runs]
    steps: dict[int, dict[int, str]] = {}
    for row in asked.session.exec(select(RunStep).where(col(RunStep.run_id).in_(ids))):
        steps.setdefault(row.run_id, {})[row.number] = row.status
    opened: dict[int, list[Task]] = {}
    owed = select(Task).where(col(Task.run_id).in_(ids), Task.status == PartStatus.OPEN, col(Task.part).in_(BLOCKING))
    for task in asked.session.exec(owed.order_by(col(Task.step), col(Task.id))):
        opened.setdefault(task.run_id, []).append(task)
    adopted = {
        row.id: load(row)
        for row in asked.session.exec(select(Adoption).where(col(Adoption.id).in_([run.adoption_id for run in runs])))
    }
    entries = [
        {
            "run": run.number,
            "title": one_line(run.title, 60),
            "period": one_line(run.period, 40),
            "progress": progress_of(
                [step.number for step in adopted[run.adoption_id].definition.steps], steps.get(run.id or 0, {})
            ),
            **_urgency(asked, run, adopted[run.adoption_id], opened.get(run.id or 0, [])),
        }
        for run in runs
    ]
    keyboard = [[asked.button("show_run_number", Press(Page.RUN, run.id or 0), run=run.number)] for run in runs]
    return View({"entries": entries}, keyboard)


def _urgency(asked: Asked, run: Run, adopted: Adopted, opened: list[Task]) -> dict[str, Any]:
    """Return whom a run waits for most, until when, and how late that is; or since when it is paused."""
    office = asked.session.get_one(Office, run.office_id)
    times = load_run_times(asked.session, run, adopted, office)
    limits = [(deadline.at, task) for task in opened if (deadline := times.deadline(task)) is not None]
    at, task = min(limits, key=lambda limit: limit[0]) if limits else (None, opened[0] if opened else None)
    minutes = times.late_minutes(task, asked.now) if task is not None else 0
    per_day = day_length(times.calendar, asked.now)
    return {
        "who": asked.names.seat(task.roles) if task is not None else "",
        "due": at,
        "over": asked.reader.working_span(minutes, per_day) if minutes else "",
        "late": bool(late_words(asked.reader, minutes, per_day, policy_of(office).late_after_days)),
        "paused_at": run.paused_at,
    }


def board_text(asked: Asked) -> View:
    """A board without buttons, to be forwarded."""
    facts = asked.facts
    step = facts.step(asked.params["step"])
    return View(
        {
            "document": one_line(asked.reader.pick(step.document), 80),
            "period": facts.period,
            "office": one_line(facts.office.name, 60),
            "board": board_of(facts, step.number),
        }
    )


def files(asked: Asked) -> View:
    """The list of a run's files; the documents follow by themselves."""
    facts = asked.facts
    ids = all_file_ids(asked.session, facts.run)
    known = {f.id: f for f in facts.files}
    steps = {s.id: s.step for s in facts.submissions}
    reused = {i: s.step for s in facts.submissions for i in s.data.get("reused", [])}
    listed = [
        {"step": steps.get(f.submission_id) or reused.get(f.id), "name": file_name(f.name), "size": f.size}
        for f in (known[i] for i in ids if i in known)
    ]
    return View(
        {"title": one_line(facts.run.title, 120), "period": facts.period, "run": facts.run.number, "files": listed},
        more=f"/riwayat {facts.run.number}",
    )


def history(asked: Asked) -> View:
    """What was done in a run, newest first, a page at a time."""
    facts = asked.facts
    shown = [s for s in reversed(facts.submissions) if s.verb != Verb.ACKNOWLEDGE]
    pages = max(1, -(-len(shown) // PAGE))
    page = min(max(0, int(asked.params.get("page") or 0)), pages - 1)
    entries = [_entry(asked, facts, s) for s in shown[page * PAGE : (page + 1) * PAGE]]
    if (page + 1) * PAGE >= len(shown) and facts.run.status is not None:
        entries.append(_event(facts, "started", facts.run.started_by, facts.run.started_at, ""))
    if page == 0 and facts.run.status == "cancelled":
        reason = facts.text(facts.run.end_reason_id)
        entries.insert(0, _event(facts, "cancelled", facts.run.ended_by, facts.run.ended_at, reason))
    row: list[InlineButton] = []
    if page > 0:
        row.append(asked.button("newer", Press(Page.HISTORY, facts.run.id or 0, page - 1)))
    if (page + 1) * PAGE < len(shown):
        row.append(asked.button("older", Press(Page.HISTORY, facts.run.id or 0, page + 1)))
    return View(
        {
            "title": one_line(facts.run.title, 120),
            "period": facts.period,
            "run": facts.run.number,
            "entries": entries,
            "page": page + 1,
            "pages": pages,
        },
        [row],
        more=f"/status {facts.run.number}",
    )


def _entry(asked: Asked, facts: RunFacts, s: Submission) -> dict[str, Any]:
    task = facts.task(s.task_id)
    step = facts.step(s.step)
    outcome = next((o for o in step.outcomes if o.id == s.outcome), None)
    target = facts.target(s)
    return {
        "verb": s.verb,
        "part": task.part,
        "step": s.step,
        "at": s.at,
        "by": facts.names.record(s),
        "unit": facts.names.unit(task.subject) if task.part in (Part.UNIT, Part.REVIEW, Part.RECEIPT) else "",
        "result": asked.reader.pick(outcome.button) if outcome else (s.outcome or ""),
        "target": target,
        "units": [facts.names.unit(u) for u in s.units],
        "reason": one_line(facts.text(s.reason_id), 200) if s.reason_id else "",
        "files": len(facts.submitted_files(s)) + len(facts.submitted_files(s, "reason")),
        "four_eyes": s.data.get("four_eyes", ""),
        "changes": _changes(facts, step, s) if s.verb == Verb.CORRECT else [],
    }


def _changes(facts: RunFacts, step: Step, s: Submission) -> list[dict[str, str]]:
    """Return the values a correction changed, as they stood before and as it left them."""
    replaced = s.data.get("corrected", {})
    old = {shown.id: shown.value for shown in recorded(facts, step, replaced)}
    return [
        {"label": new.label, "old": old.get(new.id, "-"), "new": new.value}
        for new in recorded(facts, step, s.data.get("fields", {}))
        if new.id in replaced and old.get(new.id) != new.value
    ]


def _event(facts: RunFacts, verb: str, official_id: int | None, at: datetime | None, reason: str) -> dict[str, Any]:
    return {
        "verb": verb, "part": "", "step": 0, "at": at, "by": facts.names.person(official_id), "unit": "",
        "result": "", "target": None, "units": [], "reason": one_line(reason, 200), "files": 0, "four_eyes": "",
        "changes": [],
    }  # fmt: skip


def archive(asked: Asked) -> View:
    """Finished runs, newest first; by year, period and SOP, a page at a time.

    A period has one run of each SOP at most, so it needs no second page.
    """
    params, zone = asked.params, ZoneInfo(asked.reader.timezone)
    year, sop, page = params.get("year"), params.get("sop") or "", max(0, int(params.get("page") or 0))
    query = select(Run).where(Run.office_id == asked.office_id, Run.status == "finished")
    years = _latest_years(asked, zone)
    if year:
        start, end = _beginning(int(year), zone), _beginning(int(year) + 1, zone)
        query = query.where(col(Run.ended_at) >= start, col(Run.ended_at) < end)
    period = one_line(str(params.get("period") or ""), 40)
    if period:
        query = query.where(Run.period_key == periods.fold(period))
    if sop:
        query = query.where(col(Run.sop_id).startswith(sop, autoescape=True))
    runs = asked.session.exec(
        query.order_by(col(Run.ended_at).desc(), col(Run.number).desc()).offset(page * PAGE).limit(PAGE + 1)
    ).all()
    entries = [
        {
            "run": run.number,
            "title": one_line(run.title, 60),
            "period": one_line(run.period, 40),
            "ended_at": run.ended_at,
            "took": asked.reader.span(run.started_at, run.ended_at) if run.ended_at else "",
        }
        for run in runs[:PAGE]
    ]
    return View(
        {"entries": entries, "year": int(year) if year else None, "page": page + 1, "period": period},
        _archive_keyboard(asked, list(runs), years, int(year or 0), sop, page, narrowed=bool(period)),
    )


def _latest_years(asked: Asked, zone: ZoneInfo) -> list[int]:
    """Return the years in which runs were finished, the latest first, no more than there are buttons for.

    Asked one by one: there are few years, however many runs.
    """
    latest = select(func.max(Run.ended_at)).where(Run.office_id == asked.office_id, Run.status == "finished")
    years: list[int] = []
    at = asked.session.exec(latest).one()
    while at is not None and len(years) <= YEAR_BUTTONS:
        years.append(at.astimezone(zone).year)
        at = asked.session.exec(latest.where(col(Run.ended_at) < _beginning(years[-1], zone))).one()
    return years


def _beginning(year: int, zone: ZoneInfo) -> datetime:
    return datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)


def _archive_keyboard(
    asked: Asked, runs: list[Run], years: list[int], year: int, sop: str, page: int, *, narrowed: bool
) -> list[list[InlineButton]]:
    argument = sop[:40]  # what fits into a button; it is matched as a beginning
    rows = [
        [asked.button("show_run_number", Press(Page.RUN, r.id or 0), run=r.number) for r in runs[i : min(i + 2, PAGE)]]
        for i in range(0, min(len(runs), PAGE), 2)
    ]
    turn: list[InlineButton] = []
    if page > 0:
        turn.append(asked.button("newer", Press(Page.ARCHIVE, year, page - 1, argument)))
    if len(runs) > PAGE and not narrowed:
        turn.append(asked.button("older", Press(Page.ARCHIVE, year, page + 1, argument)))
    others = [y for y in years if y != year][:YEAR_BUTTONS]
    chosen = [button(str(y), Press(Page.ARCHIVE, y, 0, argument)) for y in others] if len(years) > 1 else []
    titles = {run.sop_id: run.title for run in runs}
    narrow = (
        [[button(title, Press(Page.ARCHIVE, year, 0, sop_id[:40]))] for sop_id, title in sorted(titles.items())]
        if not sop and len(titles) > 1
        else []
    )
    everything = [[asked.button("all_runs", Press(Page.ARCHIVE, 0, 0))]] if year or sop or narrowed else []
    return [*rows, turn, chosen, *narrow, *everything]


def step_detail(asked: Asked) -> View:
    """What the SOP says about a step, and where what is shown differs from what is printed."""
    facts, task = asked.facts, asked.facts.task(asked.params["task_id"])
    step, number = facts.step(task.step), task.step
    own = facts.adopted.accepted.get(number, {})
    quality = quality_of(facts, number)
    printed = {
        name: source
        for name, shown, source in (
            ("activity", step.activity_shown, step.activity_source),
            ("inputs", step.inputs_shown, step.inputs_source),
            ("output", step.output_shown, step.output_source),
        )
        if shown is not None and source is not None and shown != source
    }
    return View(
        {
            "step": number,
            "steps": len(facts.definition.steps),
            "run": facts.run.number,
            "activity": activity(facts, number, 400),
            "activity_own": "activity" in own,
            "inputs": standard(facts, number, "inputs", 200),
            "output": standard(facts, number, "output", 200),
            "duration": quality.duration,
            "note": one_line(step.note_source or "", 200),
            "actor": facts.names.seat([facts.office_role(step.actor.role)]),
            "printed": {name: one_line(text, 200) for name, text in printed.items()},
            "source_notes": [one_line(text, 200) for text in list(step.source_notes.values())[:4]],
            "number": one_line(facts.definition.identity.number_source or "", 80),
            "title": one_line(facts.definition.title, 120),
            "legal_basis": [one_line(item.source, 160) for item in facts.definition.identity.legal_basis[:6]],
        }
    )
