"""The bot's entrance without a network: raw updates in, all that it says out.

Everything between is real: the polling loop's reading, the inbox, the worker, the
conversations, one transaction for each update, the outbox and its rendering.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table
from sqlmodel import Session, col, func, select

from bot.clock import Clock
from bot.inbox_worker import InboxWorker
from bot.local_api import CLOUD, FileLimits
from bot.outgoing import Document, Edit, Later, NewMessage, prepare
from bot.telegram_client import TelegramClient
from bot.updates import readable
from storage import inbox, outbox
from storage.database import Database
from storage.tables import Bot, Card, Chat, File, Inbox, Official, Outbox, metadata
from tests import sending
from workflow import enrolment, files
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text

BOT = 7_000_000_001
MORNING = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PLUMBING = frozenset({"inbox", "outbox", "bot", "chat", "lease"})
"""Tables that any update may touch: that it came, what is answered, that a chat spoke."""


class Steps(Clock):
    """A clock that moves only when an update comes."""

    def __init__(self) -> None:
        self.at = MORNING

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - MORNING).total_seconds()


@dataclass(frozen=True, slots=True)
class Said:
    """Something the bot said in a chat: a message (with its buttons' data), or the answer to a tap."""

    chat: int
    text: str
    buttons: tuple[str, ...] = ()
    office: str | None = None
    toast: bool = False
    file: bool = False


@dataclass
class _Answers:
    """Stands in for Telegram where taps are answered."""

    given: list[str] = field(default_factory=list)
    limits: FileLimits = CLOUD

    @property
    def bot(self) -> _Answers:
        return self

    async def answer_callback_query(self, _id: str, text: str | None, **_: Any) -> bool:
        self.given.append(text or "")
        return True


class Entrance:
    """One bot on one database. ``buttons`` holds what the newest messages of each chat offer."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Steps()
        self.toasts = _Answers()
        self.buttons: dict[int, list[str]] = {}
        self.update_id = 0
        client = cast("TelegramClient", self.toasts)
        self._worker = InboxWorker(
            database, client, BOT, "pandu_bot", self.clock, default_language="id", on_effect=lambda: None, paced=False
        )

    async def found(self, *office_files: str) -> None:
        """Load offices; everybody in them has pressed START."""

        def body(session: Session) -> None:
            if session.get(Bot, BOT) is None:
                session.add(Bot(id=BOT, username="pandu_bot"))
                session.flush()
            for number, text in enumerate(office_files):
                apply(session, load_text(text, f"{number}.yaml"), MORNING)

        await self.database.write(body)

    async def invite(self, name: str, token: str) -> None:
        """Make a link for the official of this name."""
        now = self.clock.now()

        def body(session: Session) -> None:
            official = session.exec(select(Official).where(Official.name == name)).one()
            enrolment.invite(session, official.id or 0, token, now)

        await self.database.write(body)

    async def send(self, *updates: Any) -> list[str]:
        """Let updates come in as one batch and be handled; return the answers to taps."""
        self.clock.at += SECOND
        raws = [raw for raw in map(readable, updates) if raw is not None]
        now, before = self.clock.now(), len(self.toasts.given)
        await self.database.write(lambda session: inbox.store_updates(session, BOT, raws, now))
        while items := await self._worker.claim():
            for item in items:
                await self._worker.handle(item)
        return self.toasts.given[before:]

    def numbered(self, update: dict[str, Any]) -> dict[str, Any]:
        """Return an update under a number of its own."""
        self.update_id += 1
        return {**update, "update_id": self.update_id}

    async def says(self, person: int, text: str, **more: Any) -> list[str]:
        """Somebody writes in their own chat."""
        return await self.send(self.message(person, text=text, **more))

    async def taps(self, person: int, data: Any) -> str:
        """Somebody presses a button, or pretends to; return the answer."""
        (answer,) = await self.send(self.tap(person, data))
        return answer

    def message(self, person: int, **content: Any) -> dict[str, Any]:
        """A message in somebody's own chat."""
        self.update_id += 1
        who = {"id": person, "is_bot": False, "first_name": "Orang", "language_code": "id"}
        chat = {"id": person, "type": "private", "first_name": "Orang"}
        message = {"message_id": self.update_id, "date": 1, "chat": chat, "from": who, **content}
        return {"update_id": self.update_id, "message": message}

    def tap(self, person: int, data: Any) -> dict[str, Any]:
        """A press in somebody's own chat."""
        message = self.message(person)["message"]
        query = {"id": str(self.update_id), "from": message["from"], "message": message, "data": data}
        return {"update_id": self.update_id, "callback_query": query}

    async def fetch(self) -> None:
        """Let every file that waits arrive as a PDF."""
        waiting = select(File.id).where(File.status == "received", col(File.discarded).is_(False))
        now = self.clock.now()

        def body(session: Session) -> None:
            for file_id in session.exec(waiting.order_by(col(File.id))).all():
                files.stored(session, file_id or 0, f"{file_id:064x}", 1000, "pdf", now, f"{file_id:016x}")

        await self.database.write(body)

    async def speak(self) -> list[Said]:
        """Render all that is to be said, as delivery does, and note it as delivered."""
        later = self.clock.now() + timedelta(seconds=5)
        said: list[Said] = []

        def body(session: Session) -> int:
            items = sending.claim(session, BOT, later, later, timedelta(seconds=30), 200)
            for item in items:
                out = prepare(session, item, "id", later)
                if isinstance(out, Later):
                    outbox.postpone(session, item, max(out.at, later + SECOND))
                    continue
                if isinstance(out, NewMessage | Edit):
                    keys = tuple(
                        button.data for row in out.rendered.keyboard for button in row if button.data is not None
                    )
                    said.append(Said(item.chat_id, out.rendered.text, keys, item.office_id))
                    if out.card_id is not None:
                        card = session.get_one(Card, out.card_id)
                        card.message_id, card.anew = item.id, False
                        card.shown_revision = card.wanted_revision
                elif isinstance(out, Document):
                    words = f"{out.name} {out.caption or ''} {(out.content or b'').decode()}"
                    said.append(Said(item.chat_id, words, (), item.office_id, file=True))
                outbox.mark_sent(session, item.id, item.id, later)
            session.flush()
            return len(items)

        while await self.database.write(body):
            pass
        for one in said:
            if one.buttons:
                self.buttons[one.chat] = [*one.buttons, *self.buttons.get(one.chat, [])][:60]
        return said

    # Looking

    async def digest(self, office: str | None = None, *, but: Collection[str] = PLUMBING) -> dict[str, str]:
        """Return the hash of every table's rows, or of one office's; ``but`` are left out."""

        def body(session: Session) -> dict[str, str]:
            tables = [table for table in metadata.sorted_tables if table.name not in but]
            return {table.name: _hash(session, table, office) for table in tables}

        return await self.database.read(body)

    async def people(self) -> list[Any]:
        """Return who is who and may what; how somebody is addressed is for themselves to say."""
        query = select(Official).order_by(col(Official.id))

        def body(session: Session) -> list[Any]:
            return [(one.id, one.name, one.telegram_id, one.admin, one.active) for one in session.exec(query)]

        return await self.database.read(body)

    async def parked(self) -> list[str]:
        """Return what could not be handled, with why."""
        query = select(Inbox).where(Inbox.status != "done").order_by(col(Inbox.id))
        rows = await self.database.read(lambda session: list(session.exec(query)))
        return [f"{row.status} {row.error}: {row.raw}" for row in rows]

    async def queued_for(self, people: Iterable[int]) -> int:
        """Return how much was ever put down to be said in some chats."""
        query = select(func.count()).select_from(Outbox).where(col(Outbox.chat_id).in_(list(people)))
        return await self.database.read(lambda session: session.exec(query).one())

    async def chats(self) -> set[int]:
        """Return the chats that spoke."""
        return await self.database.read(lambda session: set(session.exec(select(Chat.chat_id))))


def _hash(session: Session, table: Table, office: str | None) -> str:
    query = table.select()
    if office is not None:
        if table.name == "office":
            query = query.where(table.c.id == office)
        elif "office_id" not in table.c:
            return ""
        else:
            query = query.where(table.c.office_id == office)
    rows = session.connection().execute(query.order_by(*table.primary_key.columns)).all()
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode("utf-8", "surrogatepass")).hexdigest()
