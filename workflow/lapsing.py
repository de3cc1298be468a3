"""What ends by itself as a run moves on: requests for more time, and a pause whose run ends."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from storage import outbox
from storage.tables import Extension, Official, Outbox, Pause, Run
from workflow.moment import Moment
from workflow.run_state import LoadedRun
from workflow.state import PartStatus


def lapse(session: Session, moment: Moment, loaded: LoadedRun) -> None:
    """Let every open request lapse whose task was settled or opened anew, or ended with its run."""
    if not loaded.moved:
        return
    tasks = {task.id or 0: task for task in loaded.tasks.values()}
    over = [
        row
        for row in session.exec(_ASKED_IN_RUN, params={"run_id": loaded.run.id}).all()
        if loaded.run.status != "open"
        or tasks[row.task_id].status != PartStatus.OPEN
        or tasks[row.task_id].activation != row.activation
    ]
    end(session, moment, over)


def asked(session: Session, task_ids: Iterable[int]) -> list[Extension]:
    """Return the requests for these tasks that wait for a decision, oldest first."""
    return list(session.exec(_asked(col(Extension.task_id).in_(list(task_ids)))))


def _asked(condition: ColumnElement[bool]) -> SelectOfScalar[Extension]:
    query = select(Extension).where(condition, Extension.status == "asked").order_by(col(Extension.id))
    return query.execution_options(populate_existing=True)


# Putting such a statement together costs more than running it.
_ASKED_IN_RUN = _asked(col(Extension.run_id) == bindparam("run_id"))


def end(session: Session, moment: Moment, rows: list[Extension]) -> None:
    """Let requests lapse; the messages that asked for a decision lose their buttons."""
    if not rows:
        return
    for row in rows:
        row.status, row.decided_at = "lapsed", moment.now
        take_buttons_away(session, moment, row)
    session.flush()


def key_of(row: Extension) -> str:
    """Return what the keys of all messages begin with that ask for a decision."""
    return f"extension:{row.id}:"


def take_buttons_away(session: Session, moment: Moment, row: Extension) -> None:
    """Strip the messages that asked for a decision: there is nothing left to decide."""
    strip_all(session, moment, key_of(row))


def strip_all(session: Session, moment: Moment, key: str) -> None:
    """Take the buttons off every message sent under a key that begins so; ``key`` ends with ':'."""
    # ';' is the character after ':', so that the unique index on key finds the range.
    for said in session.exec(select(Outbox).where(col(Outbox.key) > key, col(Outbox.key) < key[:-1] + ";")).all():
        if said.message_id is not None:
            outbox.strip(session, bot_id=said.bot_id, chat_id=said.chat_id, message_id=said.message_id, now=moment.now)


def end_pause(session: Session, moment: Moment, run: Run, official: Official) -> Pause | None:
    """End a run's open pause, if there is one: the run goes on, or ends while its clock stands still."""
    if run.paused_at is None:
        return None
    row = session.exec(select(Pause).where(Pause.run_id == run.id, col(Pause.ended_at).is_(None))).one()
    row.ended_at, row.ended_by, run.paused_at = moment.now, official.id, None
    session.flush()
    return row
