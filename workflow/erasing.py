"""Erasing a person: what identifies them beyond their official acts goes; the acts and their record stay.

Name and jabatan stand in official acts, which are the office's archive until its retention
schedule (JRA) ends (UU 27/2022, article 50: not where the law obliges to keep). So the row of
the official stays with its name, its seats and what was submitted; its account, its profile,
its words and its traces in the queues go. Copies elsewhere are out of reach: the office file,
older backups, and what Telegram keeps in people's chats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, or_, select

from storage import audit, timers
from storage.literals import is_status
from storage.locks import lock_runs
from storage.tables import Card, Chat, File, Inbox, Invitation, Office, Official, Outbox, Question, SetupCode
from workflow import cards, erasures, questions
from workflow.moment import Moment
from workflow.person_data import texts_of
from workflow.reminding import personal

PAGE = 500
NOBODY = 0
"""Stands where an account's number stood: no chat of Telegram has it."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took: numbers of rows. ``elsewhere``: the account still serves another office."""

    texts: int
    messages: int
    updates: int
    reminders: int
    elsewhere: bool


def erase(session: Session, moment: Moment, official: Official) -> Erased:
    """Erase a person from an office, as far as its official acts allow, and put that on record.

    Whoever still holds a seat keeps it: who holds it is the office's matter. Their open tasks
    are then with nobody who can be reached, which the admins are told as always.
    """
    lock_runs(session, official.office_id)
    account = official.telegram_id
    elsewhere = account is not None and _serves_others(session, official, account)
    wrote = texts_of(session, official)
    reminders = _reminders(session, official)
    messages = _messages(session, moment, official, account)
    updates = 0
    if account is not None:
        _chat(session, moment, official, account, elsewhere=elsewhere)
        updates = 0 if elsewhere else _updates(session, moment.bot_id, account)
    _cards_and_files(session, official)
    _invitations(session, official, account, elsewhere=elsewhere)
    official.telegram_id, official.salutation, official.language, official.quiet = None, None, None, {}
    official.source = "chat"  # a file loaded again is not to bring it back unasked
    session.flush()
    cards.reconcile_office(session, official.office_id, moment.now)
    _record(session, moment, official, erasures.blank(wrote))
    return Erased(len(wrote), messages, updates, reminders, elsewhere)


def _serves_others(session: Session, official: Official, account: int) -> bool:
    """Say whether the account stands for somebody else to the same bot: its chat is theirs, too."""
    bot_id = session.get_one(Office, official.office_id).bot_id
    others = (
        select(Official.id)
        .join(Office, col(Office.id) == col(Official.office_id))
        .where(Official.telegram_id == account, Official.id != official.id, Office.bot_id == bot_id)
    )
    return session.exec(others.limit(1)).first() is not None


def _reminders(session: Session, official: Official) -> int:
    """Take away the reminders that somebody set for themselves."""
    mine = personal.open_reminders(session, official.id or 0, official.office_id)
    for timer in mine:
        timers.drop(session, key=timer.key)
    return len(mine)


def _messages(session: Session, moment: Moment, official: Official, account: int | None) -> int:
    """Empty what was said to a person in this office, and what named them to others; what waits is not said."""
    named = _names(official)
    changed = 0
    for row in _pages(session, Outbox, Outbox.office_id == official.office_id):
        own = account is not None and row.chat_id == account
        if own:
            _nobodys(row, moment.now)
        if own or (row.status not in ("queued", "sending", "held") and named(row.params)):
            changed += bool(row.params)
            row.params, row.error = {}, None
    return changed


def _names(official: Official) -> Callable[[Any], bool]:
    name = official.name.casefold()

    def named(value: Any) -> bool:
        if isinstance(value, str):
            return name in value.casefold()
        if isinstance(value, dict):
            return any(named(one) for one in value.values())
        return isinstance(value, list) and any(named(one) for one in value)

    return named


def _chat(session: Session, moment: Moment, official: Official, account: int, *, elsewhere: bool) -> None:
    for question in session.exec(select(Question).where(Question.chat_id == account)).all():
        if question.official_id == official.id:
            questions.forget(session, moment, question)
    if elsewhere:
        return
    timers.drop(session, key=f"nudge:{moment.bot_id}:{account}")
    session.exec(delete(Chat).where(col(Chat.bot_id) == moment.bot_id, col(Chat.chat_id) == account))
    # What has no office: a stranger's greeting, a link that was not known; and the buttons just taken away.
    for row in session.exec(select(Outbox).where(Outbox.bot_id == moment.bot_id, Outbox.chat_id == account)).all():
        _nobodys(row, moment.now)
        row.params, row.error = {}, None
    session.flush()


def _nobodys(row: Outbox, now: datetime) -> None:
    """Let a row be nobody's. One on its way just now is not tried again, and is marked sent if it arrives."""
    if row.status in ("queued", "held", "sending"):
        row.status, row.finished_at, row.lease_until = "skipped", now, None
    row.chat_id, row.key = NOBODY, None


def _updates(session: Session, bot_id: int, account: int) -> int:
    """Delete what an account sent a bot and was handled or given up; one under way is left to its end."""
    theirs = (col(Inbox.bot_id) == bot_id, col(Inbox.person) == account)
    return session.exec(delete(Inbox).where(*theirs, is_status(Inbox.status, "done", "parked"))).rowcount


def _cards_and_files(session: Session, official: Official) -> None:
    for card in session.exec(select(Card).where(Card.official_id == official.id).order_by(col(Card.id))).all():
        card.chat_id, card.message_id, card.live = NOBODY, None, False
    for file in session.exec(select(File).where(File.official_id == official.id).order_by(col(File.id))).all():
        # Nobody's chat; the row's own number keeps it apart from others.
        file.chat_id, file.message_id = NOBODY, -(file.id or 0)
    session.flush()


def _invitations(session: Session, official: Official, account: int | None, *, elsewhere: bool) -> None:
    theirs = col(Invitation.official_id) == official.id
    if account is not None and not elsewhere:
        theirs = or_(theirs, col(Invitation.claimed_by) == account)
        for code in session.exec(select(SetupCode).where(SetupCode.used_by == account)).all():
            code.used_by = None
    of_office = select(Invitation).where(Invitation.office_id == official.office_id, theirs)
    for invitation in session.exec(of_office.order_by(col(Invitation.id))).all():
        invitation.claimed_by, invitation.claimed_name = None, None
        if invitation.status in ("open", "claimed") and invitation.official_id == official.id:
            invitation.status = "revoked"
    session.flush()


def _record(session: Session, moment: Moment, official: Official, numbers: list[int]) -> None:
    session.flush()
    for start in range(0, max(len(numbers), 1), erasures.AT_ONCE):
        audit.record(
            session, office_id=official.office_id, at=moment.now, kind=erasures.ERASED,
            payload={"official": official.id, "texts": numbers[start : start + erasures.AT_ONCE]},
        )  # fmt: skip


def _pages(session: Session, table: type[Outbox], *conditions: Any) -> Iterator[Outbox]:
    """Yield rows in order, a page at a time; the queue of a year does not fit into memory at once."""
    last = 0
    while True:
        query = select(table).where(col(table.id) > last, *conditions).order_by(col(table.id)).limit(PAGE)
        rows = session.exec(query).all()
        yield from rows
        session.flush()
        if len(rows) < PAGE:
            return
        last = rows[-1].id or 0
