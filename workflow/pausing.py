"""``/tunda`` and ``/lanjutkan``: the clock of a run stands still, then goes on.

A pause is a stored interval; every deadline is derived from it and so shifts by itself. What
officials do meanwhile is taken all the same: only the clock stands still.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage import audit
from storage.literals import is_status
from storage.tables import Official, Pause, Run, Task
from workflow import cards, holders, lapsing, notices, people, rights, texts
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.reminding import planning
from workflow.run_state import load_run
from workflow.state import PartStatus

MOST_OFFERED = 20
"""Runs offered as buttons; whoever means an older one names its number."""


def check(session: Session, official: Official, run: Run, *, stopping: bool) -> None:
    """Raise :class:`Stopped` if this official cannot pause this run now, or let it go on."""
    if not rights.may_pause(session, official, run):
        raise Stopped("not_allowed_pause")
    if run.status != "open":
        raise Stopped("run_closed")
    if stopping and run.paused_at is not None:
        raise Stopped("already_paused", time=run.paused_at.isoformat(), office_id=run.office_id, run=run.number)
    if not stopping and run.paused_at is None:
        raise Stopped("not_paused", run=run.number)


def found_run(session: Session, officials: list[Official], run_id: int, *, stopping: bool) -> tuple[Run, Official]:
    """Return a run the person may pause (or let go on); raise :class:`Stopped` otherwise."""
    found = rights.viewer_of(session, officials, run_id)
    if found is None:
        raise Stopped("not_allowed_pause")
    check(session, found[1], found[0], stopping=stopping)
    return found


def pausable(session: Session, officials: list[Official], *, stopping: bool) -> list[Run]:
    """Return the open runs a person may pause (or let go on), newest first, office by office."""
    found: list[Run] = []
    for official in officials:
        paused = col(Run.paused_at).is_(None) if stopping else col(Run.paused_at).is_not(None)
        runs = session.exec(
            select(Run)
            .where(Run.office_id == official.office_id, is_status(Run.status, "open"), paused)
            .order_by(col(Run.number).desc())
            .limit(MOST_OFFERED)
        )
        found += [run for run in runs if rights.may_pause(session, official, run)]
    return found


def pause(session: Session, moment: Moment, official: Official, run_id: int, reason: str) -> Run:
    """Stop a run's clock. Everybody it concerns is told once. Raises :class:`Stopped` as :func:`check` does."""
    run = load_run(session, run_id).run
    check(session, official, run, stopping=True)
    row = Pause(
        office_id=run.office_id, run_id=run.id or 0, started_at=moment.now, started_by=official.id or 0,
        reason_id=texts.keep(session, moment, run.office_id, reason),
    )  # fmt: skip
    session.add(row)
    run.paused_at = moment.now
    session.flush()
    audit.record(
        session, office_id=run.office_id, at=moment.now, kind="run.pause",
        payload={
            "number": run.number, "run": run.status, "pause": row.id, "reason": texts.digest_of(session, row.reason_id)
        },
        actor_id=official.id, capacity=people.title(session, official), run_id=run.id,
    )  # fmt: skip
    _show(session, moment, run, official, "run_paused", row)
    return run


def resume(session: Session, moment: Moment, official: Official, run_id: int, note: str | None) -> Run:
    """Let a run's clock go on, with a note or without; what was due shifts by the pause.

    Who did it and when is on record in any case. Raises :class:`Stopped` as :func:`check` does.
    """
    run = load_run(session, run_id).run
    check(session, official, run, stopping=False)
    row = lapsing.end_pause(session, moment, run, official)
    if row is None:
        raise RuntimeError("a paused run has an open pause")
    row.end_reason_id = texts.keep(session, moment, run.office_id, note) if note else None
    audit.record(
        session, office_id=run.office_id, at=moment.now, kind="run.resume",
        payload={
            "number": run.number, "run": run.status, "resumed": row.id,
            "reason": texts.digest_of(session, row.end_reason_id),
        },
        actor_id=official.id, capacity=people.title(session, official), run_id=run.id,
    )  # fmt: skip
    _show(session, moment, run, official, "run_resumed", row)
    return run


def _show(session: Session, moment: Moment, run: Run, official: Official, template: str, row: Pause) -> None:
    tasks = list(session.exec(select(Task).where(Task.run_id == run.id, Task.status == PartStatus.OPEN)))
    told = [session.get_one(Official, one) for one in (official.id, run.started_by, row.started_by)]
    for task in tasks:
        told += holders.holders(session, task)
    planning.replan_run(session, moment, run)
    cards.refresh_moved(session, moment, tasks)
    notices.tell_all(
        session, moment, told, template, key=f"{template}:{row.id}", run_id=run.id, pause_id=row.id, by=official.id
    )
