"""Which cards stand on which phones: the one place that decides it.

A card belongs to a task and a holder. It is brought up to date by raising its wanted
revision; whoever delivers renders what is true at that moment, so nothing here knows what
a card says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from storage import outbox, plain
from storage.literals import is_status
from storage.locks import lock_runs
from storage.tables import Adoption, Card, Official, Run, Task
from workflow import carried, four_eyes, holders, notices, office_bots
from workflow.adoption import load
from workflow.moment import Moment
from workflow.reminding import planning
from workflow.run_times import SIDE, RunTimes, load_run_times
from workflow.state import PartStatus


def _locked(*conditions: ColumnElement[bool]) -> SelectOfScalar[Card]:
    """Return cards as they are now, locked: not every change of a card holds its run's lock.

    Two changes that each count the revision up from the same number would look like one,
    and the card would be shown as it was between them.
    """
    query = select(Card).where(*conditions).order_by(col(Card.id)).with_for_update()
    return query.execution_options(populate_existing=True)


# Putting such a statement together costs more than running it.
_OF_TASKS = _locked(col(Card.task_id).in_(bindparam("task_ids", expanding=True)))
_REVISED = (
    update(plain.rows_of(Card))
    .where(col(Card.id) == bindparam("card_id"))
    .values(wanted_revision=bindparam("wanted_revision"), anew=bindparam("anew"))
    .returning(*outbox.STANDING)
)
_OF_HOLDER = _locked(col(Card.task_id) == bindparam("task_id"), col(Card.official_id) == bindparam("official_id"))


def open_cards(
    session: Session, moment: Moment, task: Task, times: RunTimes | None = None, *, explained: bool = True
) -> None:
    """Put the card of a freshly opened task at the bottom of every holder's chat, and its reminders down.

    ``times`` are the run's, where they were read already; ``explained``: whether what opened the
    task may have come with a file.
    """
    if task.part not in SIDE:
        planning.plan(session, moment, task, times or _times_of(session, task))
    owing = holders.owing(session, task)
    owners = four_eyes.eligible(session, task, owing)
    _tell_left_out(session, moment, task, owing, owners)
    reachable = [official for official in owners if official.telegram_id is not None]
    # At its first opening a task has no cards yet.
    known = {card.official_id: card for card in (_cards(session, [task]) if task.activation > 1 else ())}
    away = notices.away_since(session, moment, reachable)
    for official in reachable:
        card = known.get(official.id or 0)
        _show_card(
            session, moment, task, official, card, anew=True, away=official.telegram_id in away, explained=explained
        )
    if reachable:
        notices.held_up(session, moment, task, reachable, away)
    else:
        notices.vacant_seat(session, moment, task, owners)
    _withdraw(session, moment, known.values(), {official.id for official in reachable})


def _tell_left_out(session: Session, moment: Moment, task: Task, owing: list[Official], owners: list[Official]) -> None:
    """Say to whoever owes a task, but is kept from it by four eyes, that somebody else has it."""
    eligible = {official.id for official in owners}
    left_out = [one for one in owing if one.id not in eligible]
    notices.tell_all(
        session, moment, left_out, "four_eyes_waits", key=f"four-eyes:{task.id}:{task.activation}", task_id=task.id
    )


def refresh(
    session: Session, moment: Moment, task: Task, *, anew: bool = False, pause: timedelta | None = None
) -> None:
    """Show a task's cards as they now are; ``anew`` moves them to the bottom of the chat."""
    for card in _cards(session, [task]):
        _revise(session, moment, card, anew=anew, due_at=moment.now + pause if pause else None)


def refresh_all(
    session: Session, moment: Moment, tasks: Iterable[Task], closers: Collection[tuple[int, int]] = ()
) -> None:
    """Refresh the cards of several tasks in place.

    ``closers``: other tasks, of which only the card of whoever settled them is refreshed.
    """
    wanted = {task.id or 0 for task in tasks}
    for card in _cards_of(session, sorted({*wanted, *(task_id for task_id, _ in closers)})):
        if card.task_id in wanted or (card.task_id, card.official_id) in closers:
            _revise(session, moment, card, anew=False)


def refresh_moved(session: Session, moment: Moment, tasks: Iterable[Task]) -> None:
    """Refresh the cards of tasks whose deadline is another one now: what they reminded of is over."""
    for card in _cards(session, list(tasks)):
        card.reminder = ""
        _revise(session, moment, card, anew=False)


def withdraw(session: Session, moment: Moment, task: Task) -> None:
    """Take a task's cards from whoever has them: it is somebody else's now."""
    _withdraw_others(session, moment, task, set())


def show_to(session: Session, moment: Moment, task: Task, official: Official) -> None:
    """Send one holder's card anew (``/tugas``, a file that came in)."""
    _show(session, moment, task, official, anew=True)


def reconcile_office(session: Session, office_id: str, now: datetime) -> None:
    """After seats changed: every task to be done has a card with each of its holders now, and no other."""
    moment = office_bots.moment_of(session, office_id, now)
    if moment is None:
        return
    lock_runs(session, office_id)
    tasks = session.exec(
        select(Task)
        .join(Run, col(Run.id) == Task.run_id)
        .where(
            Run.office_id == office_id,
            col(Task.status).in_((PartStatus.OPEN, PartStatus.WAIVED)),  # a late unit may still hand in
            is_status(Run.status, "open"),
        )
        .order_by(col(Task.id))
    ).all()
    for task in tasks:
        known = {card.official_id: card for card in _cards(session, [task])}
        holding = holders.holders(session, task)
        owners = [official for official in holding if official.telegram_id is not None]
        for official in owners:
            card = known.get(official.id or 0)
            chat = (moment.bot_id, official.telegram_id)
            if card is None or not card.live or (card.bot_id, card.chat_id) != chat:
                _show(session, moment, task, official, anew=True)
        if not owners and holding and task.status == PartStatus.OPEN:
            # Where nobody holds the seat at all, whoever settles the seats says so, once for all its steps.
            notices.vacant_seat(session, moment, task, holding)
        _withdraw_others(session, moment, task, {official.id for official in owners})


def _times_of(session: Session, task: Task) -> RunTimes:
    run = session.get_one(Run, task.run_id)
    return load_run_times(session, run, load(session.get_one(Adoption, run.adoption_id)))


def _cards(session: Session, tasks: list[Task]) -> list[Card]:
    return _cards_of(session, [task.id or 0 for task in tasks])


def _cards_of(session: Session, task_ids: list[int]) -> list[Card]:
    return list(session.exec(_OF_TASKS, params={"task_ids": task_ids})) if task_ids else []


def _show(session: Session, moment: Moment, task: Task, official: Official, *, anew: bool) -> None:
    card = session.exec(_OF_HOLDER, params={"task_id": task.id, "official_id": official.id}).first()
    _show_card(session, moment, task, official, card, anew=anew)


def _show_card(
    session: Session, moment: Moment, task: Task, official: Official, card: Card | None, *, anew: bool,
    away: bool | None = None, explained: bool = True,
) -> None:  # fmt: skip
    """``away``: whether their chat cannot be reached, where that was read already. ``explained``: as in open_cards."""
    if official.telegram_id is None:
        return
    standing: outbox.Standing | None = None
    if card is None:
        # For a card that is only being made nothing can wait.
        standing = outbox.Standing(waiting=None, reachable=not away) if away is not None else None
        card = Card(
            office_id=task.office_id, bot_id=moment.bot_id, task_id=task.id or 0,
            official_id=official.id or 0, chat_id=official.telegram_id, wanted_revision=0,
        )  # fmt: skip
        session.add(card)
    if card.chat_id != official.telegram_id or card.bot_id != moment.bot_id:
        if card.message_id is not None:
            outbox.strip(session, bot_id=card.bot_id, chat_id=card.chat_id, message_id=card.message_id, now=moment.now)
        card.chat_id, card.bot_id, card.message_id, card.documents_for = official.telegram_id, moment.bot_id, None, 0
        card.reminder, card.sent_at, card.sent_as_reminder = "", None, False
    card.live = True
    with_documents = card.documents_for != task.activation
    card.documents_for = task.activation
    _count_up(card, anew=anew)
    session.flush()
    if with_documents:
        _send_documents(session, moment, task, card, explained=explained)
    outbox.show_card(session, card, moment.now, anew=anew, standing=standing)


def _send_documents(session: Session, moment: Moment, task: Task, card: Card, *, explained: bool) -> None:
    """Queue the carried documents, silent and ahead of the card; once per opening."""
    for file_id in carried.shown_file_ids(session, task, explained=explained):
        outbox.send_document(
            session, bot_id=card.bot_id, chat_id=card.chat_id, office_id=card.office_id, file_id=file_id,
            now=moment.now, params={"card_id": card.id},
        )  # fmt: skip


def _revise(session: Session, moment: Moment, card: Card, *, anew: bool, due_at: datetime | None = None) -> None:
    counted = {"wanted_revision": card.wanted_revision + 1, "anew": card.anew or anew}
    found = plain.change(session, _REVISED, outbox.standing_of(card), card, **counted).one()
    standing = outbox.Standing(found.waiting, found.reachable)
    outbox.show_card(session, card, moment.now, due_at=due_at, anew=anew, standing=standing)


def _count_up(card: Card, *, anew: bool) -> None:
    card.wanted_revision += 1
    card.anew = card.anew or anew


def _withdraw_others(session: Session, moment: Moment, task: Task, owner_ids: set[int | None]) -> None:
    _withdraw(session, moment, _cards(session, [task]), owner_ids)


def _withdraw(session: Session, moment: Moment, known: Iterable[Card], owner_ids: set[int | None]) -> None:
    for card in known:
        if card.live and card.official_id not in owner_ids:
            card.live = False
            _revise(session, moment, card, anew=False)
