"""Officials of several offices who act at once, each in a transaction of their own, on a real database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlmodel import Session, col, select

from handlers.dispatch import handle
from handlers.incoming import Incoming, IncomingFile
from handlers.talk import Context, Toast
from sop_definitions.model import SopDefinition
from storage.database import Database
from storage.tables import Adoption, File, Official, Question, Task
from tests.integration.workflow.town import BOT, MORNING, Cast, Person, Town
from workflow import audit_replay, files, starting
from workflow.moment import Moment
from workflow.verbs import Press, QuestionPress, Verb

UNITS = ("north", "south")


class Crowd:
    """Offices in one database whose people act at once."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.count = 0
        self.chats = 1000

    def moment(self) -> Moment:
        self.count += 1
        return Moment(BOT, MORNING, f"{self.count:016x}")

    async def found(self, sop: SopDefinition, *, start: bool = True) -> Cast:
        """Found one more office, with a run under way."""
        self.count += 1
        town = Town(None, first_chat=self.chats)  # type: ignore[arg-type]  # it is only asked to fill
        cast = Cast(f"office{self.count}", UNITS, sop)
        await self.database.write(lambda session: town.fill(session, cast))
        self.chats = town.next_chat
        if start:
            await self.start(cast, "TW IV 2026")
        return cast

    async def start(self, cast: Cast, period: str) -> None:
        moment, starter = self.moment(), next(p for p in cast.people if p.admin)

        def body(session: Session) -> int:
            adoption = session.get_one(Adoption, cast.adoption)
            return starting.start(session, moment, session.get_one(Official, starter.id), adoption, period).id or 0

        cast.run = await self.database.write(body)

    async def send(self, incoming: Incoming) -> Toast | None:
        moment = self.moment()
        context = Context(BOT, "pandu_bot", moment.now, moment.nonce, "id")
        return await self.database.write(lambda session: handle(session, incoming, context))

    async def tap(self, person: Person, data: Press | QuestionPress | str) -> Toast:
        chat = person.chat or 0
        toast = await self.send(Incoming(0, chat, chat, private=True, kind="tap", data=str(data)))
        assert toast is not None
        return toast

    async def write(self, person: Person, text: str) -> None:
        chat = person.chat or 0
        message = Incoming(0, chat, chat, private=True, kind="message", text=text)
        head, _, argument = text.partition(" ")
        command = replace(message, command=head[1:], argument=argument)
        await self.send(command if head.startswith("/") else message)

    async def bring(self, person: Person, name: str) -> None:
        self.count += 1
        chat = person.chat or 0
        file = IncomingFile(f"file-{self.count}", "document", name, 1000, None, None)
        await self.send(Incoming(0, chat, chat, private=True, kind="message", message_id=self.count, file=file))

    async def rows(self, table: type[Any], *conditions: Any) -> list[Any]:
        query = select(table).where(*conditions).order_by(col(table.id))
        return await self.database.read(lambda session: list(session.exec(query)))

    async def task(self, cast: Cast, step: int, part: str = "work", subject: str = "") -> Task:
        found: list[Task] = await self.rows(
            Task, Task.run_id == cast.run, Task.step == step, Task.part == part, Task.subject == subject
        )
        return found[0]

    async def question(self, person: Person) -> Question:
        return await self.database.read(lambda session: session.get_one(Question, (BOT, person.chat)))

    async def faults(self, cast: Cast) -> list[Any]:
        return await self.database.read(lambda session: audit_replay.verify(session, cast.office))


def press(verb: Verb, task: Task, argument: str = "") -> Press:
    return Press(verb, task.id or 0, task.activation, argument)


def who(cast: Cast, name: str) -> Person:
    return next(person for person in cast.people if person.name == name)


async def waiting(crowd: Crowd, cast: Cast) -> list[File]:
    found: list[File] = await crowd.rows(File, File.office_id == cast.office, File.status == "received")
    return found


async def store(crowd: Crowd, file: File) -> None:
    moment, sha256 = crowd.moment(), f"{file.id:064x}"
    await crowd.database.write(
        lambda session: files.stored(session, file.id or 0, sha256, 1000, "pdf", moment.now, moment.nonce)
    )
