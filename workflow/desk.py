"""What lies on one official's desk: the open tasks whose card they hold."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage.tables import Card, Official, Run, Task
from workflow import cards
from workflow.moment import Moment
from workflow.state import PartStatus


def open_tasks(session: Session, official: Official) -> list[Task]:
    """Return the tasks an official owes in open runs, longest open first."""
    return list(
        session.exec(
            select(Task)
            .join(Card, col(Card.task_id) == Task.id)
            .join(Run, col(Run.id) == Task.run_id)
            .where(
                Card.official_id == official.id,
                col(Card.live).is_(True),
                Task.status == PartStatus.OPEN,
                Run.status == "open",
            )
            .order_by(col(Task.opened_at), col(Task.id))
        )
    )


def lay_out(session: Session, moment: Moment, officials: list[Official]) -> int:
    """Send every open card of a person anew; return how many there are."""
    count = 0
    for official in officials:
        for task in open_tasks(session, official):
            cards.show_to(session, moment, task, official)
            count += 1
    return count
