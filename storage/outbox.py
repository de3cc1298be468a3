"""What is to be said, queued in the transaction that causes it: the side of those who speak.

Rows hold references and are rendered at delivery (:mod:`storage.deliveries` has that side).
Within a chat the lower priority number goes first, then the earlier row; so documents that
are queued before their card also arrive before it. Messages for a chat that cannot be
reached are held until its official writes /start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, literal_column, update
from sqlmodel import Session, col, select

from storage.causes import cause_of
from storage.deliveries import (
    OutboxItem,
    backoff,
    bury,
    claim,
    extend,
    list_dead,
    mark_sent,
    mark_skipped,
    mark_uncertain,
    postpone,
    put_off,
    recover,
    retry,
    waiting_card,
)
from storage.inserting import insert_new
from storage.literals import is_status
from storage.plain import rows_of, run
from storage.tables import Card, Chat, Outbox

__all__ = [
    "ANEW",
    "CARD",
    "DIGEST",
    "REMINDER",
    "REMINDER_OF",
    "OutboxItem",
    "asks_anew",
    "backoff",
    "bury",
    "claim",
    "extend",
    "hold_chat",
    "list_dead",
    "mark_sent",
    "mark_skipped",
    "mark_uncertain",
    "postpone",
    "put_off",
    "recover",
    "release_chat",
    "remove",
    "retry",
    "say",
    "send_document",
    "send_invitation",
    "send_office_file",
    "set_menu",
    "show_card",
    "strip",
]

CARD = 5
"""Priority of cards and their documents. Replies go before them, reminders after."""

REMINDER = 7
DIGEST = 8
"""Priorities of what can wait."""

ANEW = "anew"
"""The parameter by which a card's row asks for a new message, see :func:`show_card`."""

REMINDER_OF = "reminder"
"""The parameter by which a card's row asks for the card as a reminder: the slot it reminds of."""

_REACHABLE = select(Chat.reachable).where(
    col(Chat.bot_id) == bindparam("of_bot"), col(Chat.chat_id) == bindparam("of_chat")
)
_WAITING = (
    select(Outbox.id)
    .where(
        col(Outbox.card_id) == bindparam("card_id"), is_status(Outbox.kind, "card"),
        is_status(Outbox.status, "queued", "held"),
    )
    .limit(literal_column("1"))
)  # fmt: skip
STANDING = (_WAITING.scalar_subquery().label("waiting"), _REACHABLE.scalar_subquery().label("reachable"))
"""What :func:`show_card` has to know, to be returned by the statement that changes a card (see :func:`standing_of`)."""

_STANDING = select(*STANDING)
_INSERT = insert(rows_of(Outbox))


@dataclass(frozen=True, slots=True)
class Standing:
    """Which row waits to show a card (``None``: none), and whether its chat is reachable (``None``: not known yet)."""

    waiting: int | None
    reachable: bool | None


def standing_of(card: Card) -> dict[str, Any]:
    """Return the parameters of :data:`STANDING` for a card."""
    return {"card_id": card.id, "of_bot": card.bot_id, "of_chat": card.chat_id}


def say(
    session: Session,
    *,
    bot_id: int,
    chat_id: int,
    office_id: str | None,
    template: str,
    params: dict[str, Any],
    now: datetime,
    priority: int = CARD,
    silent: bool = False,
    due_at: datetime | None = None,
    not_after: datetime | None = None,
    key: str | None = None,
) -> bool:
    """Queue a message from a template, not before ``due_at``, not said any more after ``not_after``.

    ``key`` names the occasion, across all offices and bots: a second message for it is not
    queued, however long ago the first was sent. Return whether this one was queued.
    """
    return _queue(
        session,
        now,
        {"kind": "message", "bot_id": bot_id, "chat_id": chat_id, "office_id": office_id, "template": template}
        | {"params": params, "priority": priority, "silent": silent, "due_at": due_at or now, "key": key}
        | {"not_after": not_after},
    )


def send_document(
    session: Session,
    *,
    bot_id: int,
    chat_id: int,
    office_id: str | None,
    file_id: int,
    now: datetime,
    silent: bool = True,
    params: dict[str, Any] | None = None,
) -> None:
    """Queue a stored file; ``params`` name the card that it belongs to (``card_id``), if any."""
    _queue(
        session,
        now,
        {"kind": "document", "bot_id": bot_id, "chat_id": chat_id, "office_id": office_id, "file_id": file_id}
        | {"params": params or {}, "silent": silent},
    )


def send_invitation(
    session: Session,
    *,
    bot_id: int,
    chat_id: int,
    office_id: str,
    task_id: int,
    method: str,
    sequence: int,
    revision: int,
    now: datetime,
) -> None:
    """Queue the calendar file of a meeting, made at delivery; ``task_id`` is what sent its invitation.

    ``sequence`` is the schedule that it tells, ``revision`` the number that calendars get to see.
    """
    params = {"task_id": task_id, "method": method, "sequence": sequence, "revision": revision}
    _queue(
        session,
        now,
        {"kind": "invitation", "bot_id": bot_id, "chat_id": chat_id, "office_id": office_id, "params": params},
    )


def set_menu(
    session: Session, *, bot_id: int, chat_id: int, office_id: str, language: str, now: datetime, key: str | None = None
) -> None:
    """Queue the menu of commands in a language, for one chat; ``key`` as for :func:`say`."""
    row = {"kind": "menu", "bot_id": bot_id, "chat_id": chat_id, "office_id": office_id, "key": key}
    _queue(session, now, row | {"params": {"language": language}})


def send_office_file(session: Session, *, bot_id: int, chat_id: int, office_id: str, now: datetime) -> None:
    """Queue an office's file as it is when it is sent, for one of the office's admins."""
    _queue(session, now, {"kind": "office_file", "bot_id": bot_id, "chat_id": chat_id, "office_id": office_id})


def strip(session: Session, *, bot_id: int, chat_id: int, message_id: int, now: datetime) -> None:
    """Queue the taking away of a message's buttons."""
    _queue(session, now, {"kind": "strip", "bot_id": bot_id, "chat_id": chat_id, "message_id": message_id})


def remove(session: Session, *, bot_id: int, chat_id: int, message_id: int, now: datetime) -> None:
    """Queue the taking away of a message; one too old for Telegram to delete loses its buttons."""
    _queue(session, now, {"kind": "remove", "bot_id": bot_id, "chat_id": chat_id, "message_id": message_id})


def show_card(
    session: Session,
    card: Card,
    now: datetime,
    due_at: datetime | None = None,
    silent: bool = False,
    *,
    anew: bool = False,
    reminder: str = "",
    not_after: datetime | None = None,
    standing: Standing | None = None,
) -> None:
    """See to it that exactly one row waits to bring a card to its wanted revision.

    A row that waits already serves, at the earlier of both times; one that is being sent does
    not, since it may have been rendered before the change. If documents were queued after the
    waiting row, its place is taken by a new one behind them. ``anew`` notes on the row that it
    is to be a new message even if another one of this card is on its way just now. ``reminder``
    (a slot) asks for the card as a reminder until ``not_after``; whether it still reminds of
    anything is decided at delivery, and what else the row is for happens in any case.
    ``standing`` is how things stand, where that was read already.
    """
    due = due_at or now
    priority = REMINDER if reminder else CARD
    row: dict[str, Any] = {"kind": "card", "bot_id": card.bot_id, "chat_id": card.chat_id, "office_id": card.office_id}
    row |= {"card_id": card.id, "params": {ANEW: True} if anew else {}, "priority": priority, "not_after": not_after}
    if reminder:
        row["params"] = {**row["params"], REMINDER_OF: reminder}
    # Most cards have no row that waits; only one that is there is locked and read whole.
    found = standing or run(session, _STANDING, standing_of(card)).one()
    waiting = waiting_card(session, card.id or 0) if found.waiting is not None else None
    if waiting is not None:
        row["params"] = waiting.params | row["params"]
        silent = silent and waiting.silent
        row["priority"] = min(priority, waiting.priority)
        row["not_after"] = not_after or waiting.not_after
        # A row that was tried waits for a reason; a fresh one may come sooner.
        due = waiting.due_at if waiting.tries else min(waiting.due_at, due)
        if (waiting.bot_id, waiting.chat_id) == (card.bot_id, card.chat_id) and not _documents_behind(session, waiting):
            waiting.due_at, waiting.silent, waiting.params = due, silent, row["params"]
            waiting.priority, waiting.not_after = row["priority"], row["not_after"]
            session.flush()
            return
        waiting.status, waiting.finished_at = "skipped", now
        session.flush()
        row |= {"tries": waiting.tries, "uncertain": waiting.uncertain}
    # What was read before a row was locked may be over by now.
    reachable = found.reachable is not False if found.waiting is None else None
    _queue(session, now, row | {"due_at": due, "silent": silent}, reachable=reachable)


def asks_anew(session: Session, card: Card) -> bool:
    """Say whether a row that waits asks for a new message of a card."""
    waiting = waiting_card(session, card.id or 0)
    return waiting is not None and bool(waiting.params.get(ANEW))


def hold_chat(session: Session, bot_id: int, chat_id: int, now: datetime) -> None:
    """Keep all that waits for a chat until its official comes back: Telegram said 403."""
    _set_reachable(session, bot_id, chat_id, reachable=False, now=now)
    queued = _rows_of(session, bot_id, chat_id, "queued")
    waiting_cards = {row.card_id for row in queued if row.card_id is not None}
    for row in _rows_of(session, bot_id, chat_id, "sending"):
        row.lease_until = None
        if row.card_id in waiting_cards:
            row.status, row.finished_at = "skipped", now
        else:
            row.status = "held"
    for row in queued:
        row.status = "held"
    session.flush()


def release_chat(session: Session, bot_id: int, chat_id: int, now: datetime) -> None:
    """Queue what was held for a chat; a chat not seen before becomes known."""
    _set_reachable(session, bot_id, chat_id, reachable=True, now=now)
    session.exec(
        update(Outbox)
        .where(col(Outbox.bot_id) == bot_id, col(Outbox.chat_id) == chat_id, is_status(Outbox.status, "held"))
        .values(status="queued", tries=0)
    )


def _queue(session: Session, now: datetime, row: dict[str, Any], *, reachable: bool | None = None) -> bool:
    """Insert at once, so that rows stand in the order in which they were queued.

    ``reachable``: whether the chat is, where that was read already.
    """
    if reachable is None:
        chat = run(session, _REACHABLE, {"of_bot": row["bot_id"], "of_chat": row["chat_id"]}).first()
        reachable = chat is None or chat.reachable
    row = {
        "params": {},
        "priority": CARD,
        "silent": True,
        "due_at": now,
        "created_at": now,
        "status": "queued" if reachable else "held",
        "tries": 0,
        "uncertain": False,
        "cause": cause_of(session),
    } | row
    if row.get("key") is not None:
        return insert_new(session, Outbox, [row], ["key"]) == 1
    run(session, _INSERT, row)
    return True


def _rows_of(session: Session, bot_id: int, chat_id: int, status: str) -> Sequence[Outbox]:
    statement = select(Outbox).where(
        Outbox.bot_id == bot_id, Outbox.chat_id == chat_id, is_status(Outbox.status, status)
    )
    return session.exec(statement.order_by(col(Outbox.id)).with_for_update()).all()


def _documents_behind(session: Session, waiting: Outbox) -> bool:
    return (
        session.exec(
            select(Outbox.id)
            .where(
                Outbox.bot_id == waiting.bot_id,
                Outbox.chat_id == waiting.chat_id,
                is_status(Outbox.status, waiting.status),
                col(Outbox.priority) == waiting.priority,
                col(Outbox.id) > waiting.id,
                col(Outbox.kind).in_(("document", "invitation")),
            )
            .limit(1)
        ).first()
        is not None
    )


def _set_reachable(session: Session, bot_id: int, chat_id: int, *, reachable: bool, now: datetime) -> None:
    chat = session.get(Chat, (bot_id, chat_id))
    if chat is None:
        session.add(Chat(bot_id=bot_id, chat_id=chat_id, reachable=reachable, changed_at=now))
    elif chat.reachable != reachable:
        chat.reachable, chat.changed_at = reachable, now
    session.flush()
