"""Officials of invented offices who write and tap, straight into the conversations.

No Telegram and no rendering: what stands on a phone is read from the cards and the outbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlmodel import Session, col, select

from handlers.dispatch import handle
from handlers.incoming import Incoming, IncomingFile
from handlers.talk import Context, Toast
from sop_definitions.model import SopDefinition
from storage import outbox, sqlite_connection
from storage.database import Database, open_database
from storage.tables import Adoption, Bot, Card, Chat, File, Office, Official, Outbox, Question, Seat, Task, Unit
from tests import sending
from workflow import adoption, cards, files, run_state, starting
from workflow.moment import Moment
from workflow.verbs import Press, QuestionPress

T = TypeVar("T")
BOT = 7_000_000_001
MORNING = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)


class Store(Protocol):
    """A database as one office after another uses it, one transaction at a time."""

    def write(self, body: Callable[[Session], T]) -> T: ...

    def reopen(self) -> None: ...

    def close(self) -> None: ...


class SqliteStore:
    """A plain session on an SQLite file; the disk is not waited for."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connect()

    def _connect(self) -> None:
        self._engine = sqlite_connection.connect(self._url, connections=1)
        with self._engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA synchronous=OFF")  # type: ignore[union-attr]  # it is open

    def write(self, body: Callable[[Session], T]) -> T:
        with Session(self._engine, expire_on_commit=False) as session:
            result = body(session)
            session.commit()
            return result

    def reopen(self) -> None:
        self.close()
        self._connect()

    def close(self) -> None:
        self._engine.dispose()


class ServedStore:
    """Pandu's own database object, with an event loop of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._loop = asyncio.Runner()
        self._database: Database = self._loop.run(open_database(url))

    def write(self, body: Callable[[Session], T]) -> T:
        return self._loop.run(self._database.write(body))

    def reopen(self) -> None:
        self._loop.run(self._database.close())
        self._database = self._loop.run(open_database(self._url))

    def close(self) -> None:
        self._loop.run(self._database.close())
        self._loop.close()


@dataclass(slots=True)
class Person:
    """Somebody with a phone (``chat`` is None until they have joined) in one office."""

    id: int
    name: str
    office: str
    chat: int | None
    admin: bool = False
    seats: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class Cast:
    """One office of the town: its people and its run."""

    office: str
    units: tuple[str, ...]
    definition: SopDefinition
    people: list[Person] = field(default_factory=list)
    adoption: int = 0
    run: int = 0

    def reachable(self) -> list[Person]:
        return [person for person in self.people if person.chat is not None]


class Town:
    """Offices in one database. Every act is one update, a minute after the one before."""

    def __init__(self, store: Store, *, first_chat: int = 1000) -> None:
        self.store = store
        self.now = MORNING
        self.count = 0
        self.next_chat = first_chat

    # What people do

    def tap(self, chat: int, data: str | Press | QuestionPress) -> Toast:
        toast = self.send(Incoming(0, chat, chat, private=True, kind="tap", data=str(data), callback_id="1"))
        assert toast is not None, "a tap without an answer leaves the phone waiting"
        return toast

    def write(self, chat: int, text: str) -> None:
        head, _, argument = text.partition(" ")
        command = head[1:] if head.startswith("/") else None
        message = Incoming(0, chat, chat, private=True, kind="message", text=text, command=command)
        self.send(replace(message, argument=argument) if command else message)

    def bring(self, chat: int, name: str, *, size: int = 1000, caption: str | None = None) -> None:
        file = IncomingFile(f"file-{self.count}", "document", name, size, None, caption)
        self.send(Incoming(0, chat, chat, private=True, kind="message", message_id=self.count + 1, file=file))

    def send(self, incoming: Incoming) -> Toast | None:
        context = self.context()
        return self.store.write(lambda session: handle(session, incoming, context))

    def context(self) -> Context:
        moment = self.moment()
        return Context(BOT, "pandu_bot", moment.now, moment.nonce, "id")

    def moment(self) -> Moment:
        self.count += 1
        self.now += timedelta(minutes=1)
        return Moment(BOT, self.now, f"{self.count:08x}{self.next_chat:08x}")

    # What the process does beside

    def fetch(self, *, refuse: bool = False) -> int:
        """Let every file that waits arrive (or turn out broken), each in its own transaction."""
        waiting = select(File.id).where(File.status == "received", col(File.discarded).is_(False))
        ids = self.store.write(lambda session: list(session.exec(waiting.order_by(col(File.id)))))
        for file_id in ids:
            self._arrive(file_id or 0, refuse=refuse)
        return len(ids)

    def _arrive(self, file_id: int, *, refuse: bool) -> None:
        moment = self.moment()

        def body(session: Session) -> None:
            if refuse:
                files.refused(session, file_id, "broken", moment.now, moment.nonce)
            else:
                files.stored(session, file_id, f"{file_id:064x}", 1000, "pdf", moment.now, moment.nonce)

        self.store.write(body)

    def deliver(self) -> None:
        """Let everything queued reach the phones."""
        self.store.write(self._deliver)

    def _deliver(self, session: Session) -> None:
        later = self.now + timedelta(minutes=1)
        while items := sending.claim(session, BOT, later, later, timedelta(seconds=30), 100):
            for item in items:
                card = session.get_one(Card, item.card_id) if item.card_id else None
                if card is not None:
                    if card.live and (card.anew or card.message_id is None):
                        card.message_id, card.anew = item.id, False
                    card.shown_revision = card.wanted_revision
                outbox.mark_sent(session, item.id, item.id, later)

    def restart(self) -> None:
        """Throw away everything that is only in memory."""
        adoption._parse.cache_clear()
        self.store.reopen()

    # Offices and seats

    def found(self, office: str, definition: SopDefinition, units: tuple[str, ...]) -> Cast:
        """Found an office that adopted an SOP, with people for every role of it."""
        cast = Cast(office, units, definition)
        self.store.write(lambda session: self.fill(session, cast))
        return cast

    def fill(self, session: Session, cast: Cast) -> None:
        """Write the office's rows, people and seats; rerunnable."""
        cast.people.clear()
        if session.get(Bot, BOT) is None:
            session.add(Bot(id=BOT, username="pandu_bot"))
        session.add(Office(id=cast.office, name=cast.office, regency="R", timezone="Asia/Jakarta", bot_id=BOT))
        session.flush()
        for position, unit in enumerate(cast.units):
            session.add(Unit(office_id=cast.office, id=unit, name=unit.title(), position=position))
        adopted = adoption.Adopted(definition=cast.definition, role_map={r.id: r.id for r in cast.definition.roles})
        content = adoption.content(adopted)
        row = Adoption(
            office_id=cast.office, sop_id="invented", version="1", title="Invented", content=content,
            content_hash=adoption.content_hash(content), adopted_at=MORNING,
        )  # fmt: skip
        session.add(row)
        session.flush()
        cast.adoption = row.id or 0
        heads = [(f"head-{unit}", [("unit_head", unit)]) for unit in cast.units]
        for name, seats in [
            ("head", [("head", "")]),
            ("secretary", [("secretary", ""), ("unit_head", cast.units[0])]),
            ("clerk", [("clerk", "")]),
            ("second-clerk", [("clerk", "")]),
            *heads,
            ("staff", [("staff", cast.units[0])]),
            ("nobody", []),
            ("admin", []),
            ("not-joined", [("unit_head", cast.units[-1])]),
        ]:
            self.next_chat += 1
            person = Person(0, name, cast.office, self.next_chat, name == "admin", set(seats))
            if name == "not-joined":
                person.chat = None
            self.join(session, cast, person)

    def join(self, session: Session, cast: Cast, person: Person) -> None:
        row = Official(office_id=cast.office, name=person.name, telegram_id=person.chat, admin=person.admin)
        session.add(row)
        session.flush()
        person.id = row.id or 0
        if person.chat is not None and session.get(Chat, (BOT, person.chat)) is None:
            session.add(Chat(bot_id=BOT, chat_id=person.chat, changed_at=MORNING))
        for role, unit in sorted(person.seats):
            session.add(Seat(office_id=cast.office, role=role, unit_id=unit, official_id=person.id))
        session.flush()
        cast.people.append(person)

    def start(self, cast: Cast, period: str = "TW IV 2026") -> None:
        """Open the office's run."""
        moment = self.moment()
        starter = next(person for person in cast.people if person.admin)

        def body(session: Session) -> int:
            official = session.get_one(Official, starter.id)
            return starting.start(session, moment, official, session.get_one(Adoption, cast.adoption), period).id or 0

        cast.run = self.store.write(body)

    def seat(self, person: Person, role: str, unit: str, *, given: bool) -> None:
        """Give somebody a seat or take it away, and bring the cards in line, as loading an office file does."""
        moment = self.moment()

        def body(session: Session) -> None:
            if given:
                session.add(Seat(office_id=person.office, role=role, unit_id=unit, official_id=person.id))
            else:
                found = select(Seat).where(Seat.official_id == person.id, Seat.role == role, Seat.unit_id == unit)
                session.delete(session.exec(found).one())
            session.flush()
            cards.reconcile_office(session, person.office, moment.now)

        self.store.write(body)
        (person.seats.add if given else person.seats.remove)((role, unit))

    # What can be seen

    def tasks(self, cast: Cast) -> list[Task]:
        query = select(Task).where(Task.run_id == cast.run).order_by(col(Task.id))
        return self.store.write(lambda session: list(session.exec(query)))

    def question(self, chat: int) -> Question | None:
        return self.store.write(lambda session: session.get(Question, (BOT, chat)))

    def loaded(self, cast: Cast) -> run_state.LoadedRun:
        return self.store.write(lambda session: run_state.load_run(session, cast.run))

    def rows(self, table: type[Any], *conditions: Any) -> list[Any]:
        query = select(table).where(*conditions).order_by(*table.__table__.primary_key.columns)
        return self.store.write(lambda session: list(session.exec(query)))

    def said(self, chat: int) -> list[tuple[str, dict[str, Any]]]:
        """Everything the bot said in a chat, oldest first, as templates and their facts."""
        rows = self.rows(Outbox, Outbox.chat_id == chat, Outbox.kind == "message")
        return [(row.template, row.params) for row in rows]
