"""Ending a run before its last step: head, secretary or admin, with a reason, asked twice."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage import audit
from storage.literals import is_status
from storage.tables import Official, Run, Task
from workflow import cards, holders, lapsing, meeting_invitations, notices, people, rights, texts
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.reminding import planning
from workflow.run_state import load_run
from workflow.state import PartStatus

MOST_OFFERED = 20
"""Runs offered as buttons; whoever means an older one names its number."""


def check(session: Session, official: Official, run: Run) -> None:
    """Raise :class:`Stopped` if this official cannot cancel this run now."""
    if not rights.may_steer(session, official, run):
        raise Stopped("not_allowed")
    if run.status != "open":
        raise Stopped("run_closed")


def cancel(session: Session, moment: Moment, official: Official, run_id: int, reason: str) -> Run:
    """Cancel a run; its period may then be run again. Everybody it concerns is told once, the canceller too."""
    loaded = load_run(session, run_id)
    run = loaded.run
    check(session, official, run)
    run.status, run.ended_at, run.ended_by, run.period_key = "cancelled", moment.now, official.id, None
    run.end_reason_id = texts.keep(session, moment, run.office_id, reason)
    lapsing.end_pause(session, moment, run, official)
    lapsing.lapse(session, moment, loaded)
    audit.record(
        session, office_id=run.office_id, at=moment.now, kind="run.cancel",
        payload={"number": run.number, "run": run.status, "reason": texts.digest_of(session, run.end_reason_id)},
        actor_id=official.id, capacity=people.title(session, official), run_id=run.id,
    )  # fmt: skip
    tasks = list(session.exec(select(Task).where(Task.run_id == run.id)))
    told = [official, session.get_one(Official, run.started_by)]
    for task in tasks:
        if task.status == PartStatus.OPEN:
            told += holders.holders(session, task)
    planning.replan_run(session, moment, run)
    meeting_invitations.cancel_all(session, moment, loaded)
    cards.refresh_all(session, moment, tasks)
    notices.tell_all(session, moment, told, "run_cancelled", key=f"cancelled:{run.id}", run_id=run.id)
    return run


def open_run(session: Session, officials: list[Official], run_id: int) -> tuple[Run, Official]:
    """Return a run the person may cancel; raise :class:`Stopped` otherwise."""
    found = rights.viewer_of(session, officials, run_id)
    if found is None:
        raise Stopped("not_allowed")
    check(session, found[1], found[0])
    return found


def steerable(session: Session, officials: list[Official]) -> list[Run]:
    """Return the open runs a person may cancel, newest first, office by office."""
    found: list[Run] = []
    for official in officials:
        runs = session.exec(
            select(Run)
            .where(Run.office_id == official.office_id, is_status(Run.status, "open"))
            .order_by(col(Run.number).desc())
            .limit(MOST_OFFERED)
        )
        found += [run for run in runs if rights.may_steer(session, official, run)]
    return found
