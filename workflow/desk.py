"""What lies on one official's desk: the open tasks whose card they hold."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage import outbox
from storage.literals import is_status
from storage.tables import Adoption, Card, Official, Run, Task
from workflow import acts, cards, holders, mandates
from workflow.adoption import load
from workflow.deed import Stopped
from workflow.mandates import Mandate
from workflow.moment import Moment
from workflow.run_times import load_run_times
from workflow.state import SETTLED, Part, PartStatus


def open_tasks(session: Session, official: Official) -> list[Task]:
    """Return the tasks an official owes in open runs, most urgent first.

    The earliest deadline comes first; then what has none, longest open first; what is paused last.
    """
    rows = session.exec(
        select(Task, Run)
        .join(Card, col(Card.task_id) == Task.id)
        .join(Run, col(Run.id) == Task.run_id)
        .where(
            Run.office_id == official.office_id,
            Card.official_id == official.id,
            col(Card.live).is_(True),
            Task.status == PartStatus.OPEN,
            is_status(Run.status, "open"),
        )
        .order_by(col(Task.opened_at), col(Task.id))
    ).all()
    times = {
        run.id: load_run_times(session, run, load(session.get_one(Adoption, run.adoption_id)))
        for run in {run.id: run for _, run in rows}.values()
    }

    def urgency(row: tuple[Task, Run]) -> tuple[bool, bool, float]:
        task, run = row
        deadline = times[run.id].deadline(task)
        return run.paused_at is not None, deadline is None, deadline.at.timestamp() if deadline else 0.0

    return [task for task, _ in sorted(rows, key=urgency)]


def lay_out(session: Session, moment: Moment, officials: list[Official]) -> int:
    """Send every open card of a person anew; return how many there are.

    The most urgent comes last: it is what a phone shows at the bottom of the chat. Who wears
    several hats (a seat of their own, an acting one, a delegation) gets a heading for each.
    """
    count = 0
    for official in officials:
        hats = _by_hat(session, official)
        for mandate, tasks in hats:
            if len(hats) > 1:
                _heading(session, moment, official, mandate, len(tasks))
            for task in tasks:
                cards.show_to(session, moment, task, official)
            count += len(tasks)
    return count


def _by_hat(session: Session, official: Official) -> list[tuple[Mandate, list[Task]]]:
    """Return an official's open tasks, the most urgent last, by as what they owe them."""
    hats: dict[tuple[str, int | None, str], tuple[Mandate, list[Task]]] = {}
    for task in open_tasks(session, official):
        mandate = mandates.of_task(session, task, official)
        # What is owed in seats of one's own is under one heading, however many they are.
        key = (mandate.kind, mandate.principal_id, mandate.capacity if mandate.kind else "")
        hats.setdefault(key, (mandate, []))[1].append(task)
    return [(mandate, tasks[::-1]) for mandate, tasks in reversed(hats.values())]


def _heading(session: Session, moment: Moment, official: Official, mandate: Mandate, count: int) -> None:
    if official.telegram_id is not None:
        outbox.say(
            session, bot_id=moment.bot_id, chat_id=official.telegram_id, office_id=official.office_id,
            template="tasks_hat", now=moment.now, silent=True,
            params={
                "kind": mandate.kind, "capacity": mandate.capacity, "principal": mandate.principal_id, "count": count,
            },
        )  # fmt: skip


def bring_down(session: Session, moment: Moment, officials: list[Official], task_id: int) -> None:
    """Send the card of one task anew to a holder, whichever of its openings their button was made for.

    Raises :class:`Stopped` if the run has ended, the task is somebody else's, done or waits. An
    invitation stays open to its answer until the meeting, so its card can be had again.
    """
    loaded, task, official = acts.find(session, task_id, officials)
    if loaded.run.status != "open":
        raise Stopped("run_closed")
    if not holders.may_act(session, task, official):
        raise Stopped("not_yours")
    if task.status in SETTLED and task.status != PartStatus.WAIVED and task.part != Part.INVITATION:
        raise acts.first_by(session, task, official)
    if task.status == PartStatus.WAITING:
        raise Stopped("stale")
    cards.show_to(session, moment, task, official)
