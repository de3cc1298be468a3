"""What stands on officials' phones: chats, cards, questions, and the two queues."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import Table, UtcDateTime, index_where


class Bot(Table, table=True):
    """A Telegram bot this installation serves; ``id`` is Telegram's."""

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    username: str
    last_poll_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    away_from: datetime | None = Field(default=None, sa_type=UtcDateTime, description="The last long absence")
    away_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Chat(Table, table=True):
    """A private chat with one bot. ``reachable`` turns false when Telegram says 403.

    ``nudge_message_id`` is the newest reminder or digest that is no card, sent at ``nudge_sent_at``;
    the next one takes its place. ``nudged_at`` is when anything of the kind was last queued.
    """

    bot_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    chat_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    reachable: bool = True
    changed_at: datetime = Field(sa_type=UtcDateTime)
    nudge_message_id: int | None = Field(default=None, sa_type=BigInteger)
    nudge_sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    nudged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Card(Table, table=True):
    """The truth about one task's card in one official's chat.

    ``wanted_revision`` rises whenever the card should look different; ``anew`` asks for a
    new message at the bottom of the chat, the older one being stripped of its buttons.
    ``documents_for`` is the activation whose documents were already sent. ``reminder`` is
    the slot (see :mod:`workflow.reminding.slots`) that a card sent anew reminds of, '' for
    none; ``sent_at`` is when its present message was sent and ``sent_as_reminder`` whether it
    was one: such a message is taken away, not only stripped, when another takes its place.
    """

    __table_args__ = (
        UniqueConstraint("task_id", "official_id"),
        Index(None, "bot_id", "chat_id", "message_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    office_id: str = Field(foreign_key="office.id")
    bot_id: int = Field(sa_type=BigInteger)
    task_id: int = Field(foreign_key="task.id")
    official_id: int = Field(foreign_key="official.id")
    chat_id: int = Field(sa_type=BigInteger)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    shown_revision: int = 0
    wanted_revision: int = 1
    anew: bool = True
    documents_for: int = 0
    live: bool = True
    reminder: str = ""
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_as_reminder: bool = False


class Outbox(Table, table=True):
    """Something to be said, as references that are rendered only at delivery.

    ``kind``: ``card`` (bring a card to its wanted revision), ``message`` (a template with
    parameters), ``document`` (a stored file), ``invitation`` (a meeting's .ics file),
    ``office_file`` (the office as a file, made at delivery),
    ``menu`` (the chat's commands in a language),
    ``strip`` (take a message's buttons away) or ``remove`` (take a message away; one too old
    for Telegram to delete loses its buttons instead).
    ``status``: ``queued`` -> ``sending`` -> ``sent`` | ``skipped`` | ``dead``; ``held`` waits
    for the official's /start. Lower ``priority`` goes first; within a chat and priority, by
    id. ``uncertain`` is set when a try ended without knowing whether Telegram delivered.
    ``tries`` counts attempts begun. ``lease_until`` is lease time, all others business time.
    After ``not_after`` a row is not said any more: a reminder is for its hour only.
    A card has at most one row that waits. ``cause``: see :mod:`storage.causes`.
    """

    __table_args__ = (
        index_where("status = 'queued'", "ix_outbox_queued", "bot_id", "priority", "id"),
        index_where("status = 'queued'", "ix_outbox_queued_chat", "bot_id", "chat_id", "priority", "id"),
        index_where("status = 'sending'", "ix_outbox_sending", "bot_id", "chat_id"),
        index_where("status = 'held'", "ix_outbox_held", "bot_id", "chat_id"),
        index_where("status = 'dead'", "ix_outbox_dead", "bot_id", "id"),
        index_where("kind = 'card' AND status IN ('queued', 'held')", "uq_outbox_waiting_card", "card_id", unique=True),
    )
    id: int | None = Field(default=None, primary_key=True)
    office_id: str | None = Field(default=None, foreign_key="office.id")
    bot_id: int = Field(sa_type=BigInteger)
    chat_id: int = Field(sa_type=BigInteger)
    kind: str
    card_id: int | None = Field(default=None, foreign_key="card.id", index=True)
    file_id: int | None = Field(default=None, foreign_key="file.id")
    template: str | None = None
    params: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    priority: int = 5
    silent: bool = False
    key: str | None = Field(default=None, unique=True, description="Refuses a second row for the same occasion")
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    not_after: datetime | None = Field(default=None, sa_type=UtcDateTime)
    status: str = "queued"
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fence: int = Field(default=0, description="Of the sender's lease under which it was last claimed")
    tries: int = 0
    uncertain: bool = False
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="When sent or skipped")
    error: str | None = None
    cause: str | None = Field(default=None, max_length=60)


class Inbox(Table, table=True):
    """A raw update, committed before it is acknowledged to Telegram.

    ``person`` is the Telegram id whose updates must stay in order, 0 for updates of nobody.
    ``status``: ``pending`` -> ``done`` | ``parked``. ``tries`` counts attempts begun.
    ``lease_until`` is lease time, all others business time.
    """

    __table_args__ = (
        UniqueConstraint("bot_id", "update_id"),
        index_where("status = 'pending'", "ix_inbox_pending", "bot_id", "id"),
        index_where("status = 'pending'", "ix_inbox_pending_person", "bot_id", "person", "id"),
        index_where("status = 'parked'", "ix_inbox_parked", "bot_id", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    bot_id: int = Field(sa_type=BigInteger)
    update_id: int = Field(sa_type=BigInteger)
    person: int = Field(default=0, sa_type=BigInteger)
    raw: str
    received_at: datetime = Field(sa_type=UtcDateTime)
    status: str = "pending"
    tries: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Question(Table, table=True):
    """What the bot waits for in a chat: at most one, for 24 hours.

    ``kind`` names the conversation (see :mod:`handlers.questions`); ``data`` holds what was
    answered so far.
    """

    bot_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    chat_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    id: str = Field(max_length=16, description="Random; buttons of an older question do not fit")
    official_id: int = Field(foreign_key="official.id")
    office_id: str = Field(foreign_key="office.id")
    kind: str
    task_id: int | None = Field(default=None, foreign_key="task.id")
    activation: int | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    expires_at: datetime = Field(sa_type=UtcDateTime)
