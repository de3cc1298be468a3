"""Row locks, and the order in which they are taken.

Everybody who changes a run takes its row first, then its tasks, then the end of the office's
audit chain; rows of the queues and of files come before or after, never in between. A lease
is locked before everything else. Whoever keeps to it never waits in a circle; a deadlock that
happens all the same runs the body again.
SQLite has one writer at a time and needs no row locks.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from storage.literals import is_status
from storage.sessions import look_again
from storage.tables import Adoption, Office, Run, Task

# Putting such a statement together costs more than running it.
_RUN = select(Run).where(col(Run.id) == bindparam("run_id")).with_for_update().execution_options(populate_existing=True)
_RUN_OF_TASK = (
    select(Run, Adoption)
    .join(Adoption, col(Adoption.id) == col(Run.adoption_id))
    .where(
        col(Run.id) == select(Task.run_id).where(col(Task.id) == bindparam("task_id")).scalar_subquery(),
        col(Run.office_id).in_(bindparam("office_ids", expanding=True)),
    )
    .with_for_update(of=Run)
    .execution_options(populate_existing=True)
)


def lock_run(session: Session, run_id: int) -> Run:
    """Return the run as it is now, locked until the transaction ends.

    Two last branches that close together are thereby told apart: the later one sees what the
    earlier one did.

    :raises sqlalchemy.exc.NoResultFound: there is no such run.
    """
    look_again(session)
    return session.exec(_RUN, params={"run_id": run_id}).one()


def lock_run_of_task(session: Session, task_id: int, office_ids: Collection[str]) -> Run | None:
    """Return the run of a task of one of these offices as :func:`lock_run` does, its SOP read with it.

    ``None``, with nothing locked, if there is no such task.
    """
    look_again(session)
    found = session.exec(_RUN_OF_TASK, params={"task_id": task_id, "office_ids": sorted(office_ids)}).first()
    return found[0] if found is not None else None


def lock_office(session: Session, office_id: str) -> Office:
    """Return an office as it is now, locked against another start of a run or change of seats.

    Rows that merely refer to the office are not held up.

    :raises sqlalchemy.exc.NoResultFound: there is no such office.
    """
    look_again(session)
    query = select(Office).where(Office.id == office_id).with_for_update(key_share=True)
    return session.exec(query.execution_options(populate_existing=True)).one()


def lock_runs(session: Session, office_id: str) -> None:
    """Lock an office and its open runs: whatever opens meanwhile waits, then sees the new seats.

    Take it before the audit chain's end, as for a single run.
    """
    lock_office(session, office_id)
    runs = select(Run.id).where(Run.office_id == office_id, is_status(Run.status, "open")).order_by(col(Run.id))
    session.exec(runs.with_for_update()).all()
