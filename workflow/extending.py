"""``/dispensasi``: more time for one opening of a task, asked for by a holder, decided by the superior."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from storage import audit
from storage.tables import Adoption, Extension, Official, Run, Task
from workflow import acts, cards, desk, holders, lapsing, notices, people, run_state, texts
from workflow.adoption import load
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.reminding import planning
from workflow.run_state import LoadedRun
from workflow.run_times import SIDE, Deadline, load_run_times
from workflow.state import PartStatus
from workflow.superiors import is_superior, superiors_of


def extendable(session: Session, officials: list[Official]) -> tuple[list[Task], int]:
    """Return a person's open tasks that have a deadline, and how many they owe that have none."""
    with_deadline: list[Task] = []
    without = 0
    for official in officials:
        for task in desk.open_tasks(session, official):
            if task.part in SIDE:
                continue
            run = session.get_one(Run, task.run_id)
            if run.paused_at is None and deadline_of(session, task) is not None:
                with_deadline.append(task)
            else:
                without += 1
    return with_deadline, without


def deadline_of(session: Session, task: Task) -> Deadline | None:
    """Return a task's deadline as things stand."""
    run = session.get_one(Run, task.run_id)
    return load_run_times(session, run, load(session.get_one(Adoption, run.adoption_id))).deadline(task)


def open_extendable(
    session: Session, officials: list[Official], task_id: int, activation: int
) -> tuple[LoadedRun, Task, Official, Deadline]:
    """Return a task for which this person may ask for more time; raise :class:`Stopped` otherwise."""
    loaded, task, official = acts.open_task(session, task_id, activation, officials)
    if task.part in SIDE or task.status != PartStatus.OPEN:
        raise Stopped("no_deadline")
    if loaded.run.paused_at is not None:
        raise Stopped("run_is_paused")
    deadline = load_run_times(session, loaded.run, loaded.adopted).deadline(task)
    if deadline is None:
        raise Stopped("no_deadline")
    return loaded, task, official, deadline


def check_until(moment: Moment, deadline: Deadline, until: datetime) -> None:
    """Raise :class:`Stopped` for a date that is over or gives no more time than there is."""
    if until <= moment.now:
        raise Stopped("until_past")
    if until <= deadline.at:
        raise Stopped("until_too_early")


def ask(
    session: Session,
    moment: Moment,
    officials: list[Official],
    task_id: int,
    activation: int,
    until: datetime,
    reason: str,
) -> Extension:
    """Put a request before the superior; it takes the place of one still open for the same task.

    Raises :class:`Stopped` if the task was settled or opened anew meanwhile, the date gives no
    more time, or there is nobody who could decide.
    """
    loaded, task, official, deadline = open_extendable(session, officials, task_id, activation)
    check_until(moment, deadline, until)
    deciding = superiors_of(session, official, loaded.adopted, task)
    if not deciding:
        raise Stopped("nobody_decides")
    earlier = lapsing.asked(session, [task.id or 0])
    lapsing.end(session, moment, earlier)
    row = Extension(
        office_id=task.office_id, run_id=task.run_id, task_id=task.id or 0, activation=task.activation,
        asked_by=official.id or 0, asked_at=moment.now, until=until,
        reason_id=texts.keep(session, moment, task.office_id, reason),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _record(
        session, moment, loaded, task, official, "task.extend", row, row.reason_id, replaces=[e.id for e in earlier]
    )
    for person in deciding:
        notices.tell(
            session, moment, person, "extension_asked", key=f"{lapsing.key_of(row)}{person.id}",
            task_id=task.id, extension_id=row.id, replaces=bool(earlier),
        )  # fmt: skip
    return row


def open_request(
    session: Session, officials: list[Official], extension_id: int
) -> tuple[LoadedRun, Task, Official, Extension]:
    """Return a request this person may decide, with its run locked.

    Raises :class:`Stopped` for anybody else, and for one that was decided already (saying by
    whom) or lapsed.
    """
    known = session.get(Extension, extension_id)
    official = next((o for o in officials if known is not None and o.office_id == known.office_id), None)
    if known is None or official is None:
        raise Stopped("not_yours")
    loaded = run_state.load_run(session, known.run_id)
    row = session.get_one(Extension, extension_id, populate_existing=True)
    task = next(task for task in loaded.tasks.values() if task.id == row.task_id)
    asker = session.get_one(Official, row.asked_by)
    if not _may_decide(session, official, asker, loaded, task):
        raise Stopped("not_yours")
    if row.status in ("granted", "refused"):
        raise _decided_by(session, row, official)
    if row.status != "asked" or loaded.run.status != "open":
        raise Stopped("extension_lapsed")
    return loaded, task, official, row


def _may_decide(session: Session, official: Official, asker: Official, loaded: LoadedRun, task: Task) -> bool:
    if official.id == asker.id:
        return False
    above = people.is_head(session, official, loaded.adopted)
    return above or is_superior(session, official, asker, loaded.adopted, task)


def grant(session: Session, moment: Moment, officials: list[Official], extension_id: int) -> Extension:
    """``Setujui``: the new date takes the deadline's place. Raises :class:`Stopped` as :func:`open_request` does."""
    loaded, task, official, row = open_request(session, officials, extension_id)
    if row.until <= moment.now:
        raise Stopped("until_past")
    _decide(session, moment, loaded, task, official, row, "granted", None)
    planning.replan_run(session, moment, loaded.run)
    cards.refresh_moved(session, moment, [task])
    return row


def refuse(session: Session, moment: Moment, officials: list[Official], extension_id: int, reason: str) -> Extension:
    """``Tidak disetujui``, with the reason. Raises :class:`Stopped` as :func:`open_request` does."""
    loaded, task, official, row = open_request(session, officials, extension_id)
    _decide(session, moment, loaded, task, official, row, "refused", reason)
    return row


def _decide(
    session: Session,
    moment: Moment,
    loaded: LoadedRun,
    task: Task,
    official: Official,
    row: Extension,
    status: str,
    reason: str | None,
) -> None:
    row.status, row.decided_by, row.decided_at = status, official.id, moment.now
    row.decision_reason_id = texts.keep(session, moment, row.office_id, reason) if reason else None
    session.flush()
    kind = "task.grant" if status == "granted" else "task.deny"
    _record(session, moment, loaded, task, official, kind, row, row.decision_reason_id)
    lapsing.take_buttons_away(session, moment, row)
    asker = session.get_one(Official, row.asked_by)
    notices.tell_all(
        session, moment, [asker, official], "extension_decided", key=f"extension-decided:{row.id}",
        task_id=task.id, extension_id=row.id,
    )  # fmt: skip


def _record(
    session: Session,
    moment: Moment,
    loaded: LoadedRun,
    task: Task,
    official: Official,
    kind: str,
    row: Extension,
    reason_id: int | None,
    *,
    replaces: Iterable[int | None] = (),
) -> None:
    audit.record(
        session, office_id=row.office_id, at=moment.now, kind=kind,
        payload={
            "run": loaded.run.status, "step": task.step, "part": task.part, "subject": task.subject,
            "extension": row.id, "activation": row.activation, "until": row.until.isoformat(), "status": row.status,
            "reason": texts.digest_of(session, reason_id), "replaces": list(replaces),
        },
        actor_id=official.id, capacity=holders.capacity(session, task, official), run_id=row.run_id,
        task_id=row.task_id,
    )  # fmt: skip


def _decided_by(session: Session, row: Extension, official: Official) -> Stopped:
    doer = session.get(Official, row.decided_by) if row.decided_by is not None else None
    if doer is None or row.decided_at is None:
        return Stopped("extension_lapsed")
    facts = {"name": doer.name, "salutation": doer.salutation, "own": doer.id == official.id}
    return Stopped("extension_first_by", time=row.decided_at.isoformat(), office_id=row.office_id, **facts)
