"""What the bot tells people of its own accord: each occasion once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from storage import outbox, plain
from storage.inbox import InboxItem
from storage.literals import is_status
from storage.tables import Adoption, Card, Chat, Inbox, Office, Official, Run, Task, Timer
from workflow import people
from workflow.adoption import load
from workflow.calendar.of_office import calendar_of
from workflow.moment import Moment
from workflow.state import Part, PartStatus
from workflow.superiors import superiors_of

# Asked for every task that opens. Putting such a statement together costs more than running it.
_AWAY = select(Chat.chat_id, Chat.changed_at).where(
    col(Chat.bot_id) == bindparam("bot_id"),
    col(Chat.chat_id).in_(bindparam("chat_ids", expanding=True)),
    col(Chat.reachable).is_(False),
)


def tell(
    session: Session, moment: Moment, official: Official, template: str, key: str | None = None, **params: object
) -> None:
    """Queue a message to one official, if the bot knows where to reach them."""
    if official.telegram_id is not None and official.active:
        outbox.say(
            session, bot_id=moment.bot_id, chat_id=official.telegram_id, office_id=official.office_id,
            template=template, params=params, now=moment.now, key=key,
        )  # fmt: skip


def tell_all(
    session: Session,
    moment: Moment,
    officials: Iterable[Official],
    template: str,
    key: str | None = None,
    **params: object,
) -> None:
    """Queue a message to several officials, each once."""
    for official in {official.id: official for official in officials}.values():
        tell(session, moment, official, template, key=f"{key}:{official.id}" if key else None, **params)


def vacant_seat(session: Session, moment: Moment, task: Task, holders: list[Official]) -> None:
    """Tell the admins that a task opened which no phone shows. Once per opening."""
    tell_all(
        session, moment, people.admins(session, task.office_id), "vacant_seat",
        key=f"vacant:{task.run_id}:{task.step}:{task.part}:{task.subject}:{task.activation}",
        run_id=task.run_id, step=task.step, role=task.roles[0] if task.roles else "", unit=task.unit_id,
        absent=[official.id for official in holders],
    )  # fmt: skip


def unreachable(session: Session, bot_id: int, chat_id: int, now: datetime) -> None:
    """Tell the admins, and the superior where a step hangs on it, that a chat cannot be reached.

    Called when Telegram refuses delivery (blocked, never started). Once per stop: the next
    refusal after the official came back is told again.
    """
    moment = Moment(bot_id, now, "")
    for official in people.officials_of(session, chat_id, bot_id):
        told = people.admins(session, official.office_id)
        open_tasks = session.exec(
            select(Task)
            .join(Card, col(Card.task_id) == Task.id)
            .join(Run, col(Run.id) == Task.run_id)
            .where(
                Run.office_id == official.office_id,
                is_status(Run.status, "open"),
                Card.official_id == official.id,
                col(Card.live).is_(True),
                Task.status == PartStatus.OPEN,
            )
        ).all()
        for task in open_tasks:
            told += superiors(session, task, official)
        _tell_unreachable(session, moment, official, now, told)


def away_since(session: Session, moment: Moment, holders: list[Official]) -> dict[int, datetime]:
    """Return since when the chats of those holders who cannot be reached are away."""
    if not holders:
        return {}
    params = {"bot_id": moment.bot_id, "chat_ids": [official.telegram_id for official in holders]}
    return {row.chat_id: row.changed_at for row in plain.run(session, _AWAY, params)}


def held_up(session: Session, moment: Moment, task: Task, holders: list[Official], since: dict[int, datetime]) -> None:
    """Tell the superiors that a task opened on which a step hangs, while no holder's chat can be reached.

    ``since`` says who cannot be (:func:`away_since`). Whoever was told already when the chat went
    away is not told again.
    """
    if task.part in (Part.RECEIPT, Part.INVITATION):
        return
    away = [(official, since[official.telegram_id]) for official in holders if official.telegram_id in since]
    if len(away) < len(holders):
        return
    for official, left in away:
        _tell_unreachable(session, moment, official, left, superiors(session, task, official))


def _tell_unreachable(
    session: Session, moment: Moment, official: Official, since: datetime, told: list[Official]
) -> None:
    """Tell at once, but nobody in their free time: what is found out at night is told when the office opens."""
    due_at = calendar_of(session.get_one(Office, official.office_id)).next_open(moment.now)
    for person in {person.id: person for person in told if person.id != official.id}.values():
        if person.telegram_id is not None:
            outbox.say(
                session, bot_id=moment.bot_id, chat_id=person.telegram_id, office_id=person.office_id,
                template="unreachable", params={"official_id": official.id}, now=moment.now, due_at=due_at,
                key=f"unreachable:{official.id}:{since:%Y%m%d%H%M}:{person.id}",
            )  # fmt: skip


def superiors(session: Session, task: Task, official: Official) -> list[Official]:
    """Return whom it concerns that an official cannot be reached."""
    run = session.get_one(Run, task.run_id)
    return superiors_of(session, official, load(session.get_one(Adoption, run.adoption_id)), task)


def update_parked(session: Session, item: InboxItem, now: datetime) -> None:
    """Tell the admins of the sender's offices that an update could not be handled."""
    bot_id = session.get_one(Inbox, item.id).bot_id
    for official in people.officials_of(session, item.person, bot_id):
        tell_all(
            session, Moment(bot_id, now, ""), people.admins(session, official.office_id), "update_parked",
            key=f"parked:{item.id}", inbox_id=item.id,
        )  # fmt: skip


def timer_given_up(session: Session, moment: Moment, timer: Timer) -> None:
    """Tell the admins that a reminder (or another thing put down for a time) failed again and again."""
    tell_all(
        session, moment, people.admins(session, timer.office_id), "timer_given_up",
        key=f"timer-given-up:{timer.id}", kind=timer.kind, run_id=timer.run_id,
    )  # fmt: skip
