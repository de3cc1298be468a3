"""An invented office in memory, moved by the real use cases; what it says is under test."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import cycle
from typing import Any

from sqlmodel import Session, SQLModel, col, create_engine, select

from messages.card import render_card
from messages.render import render
from messages.rendered import Rendered
from sop_definitions.loader import find
from storage.tables import (
    Adoption,
    Bot,
    Card,
    ErasableText,
    File,
    Office,
    Official,
    Run,
    Seat,
    Submission,
    Task,
    Unit,
    metadata,
)
from workflow import deciding, sending, starting
from workflow.acts import open_task
from workflow.adopting import adopt
from workflow.adoption import content, content_hash
from workflow.adoption_choices import Choices
from workflow.moment import Moment
from workflow.run_state import load_run
from workflow.state import Part

BOT = 7000
START = datetime(2027, 1, 4, 1, 5, tzinfo=UTC)
CAMAT, SEKCAM, KASI_PEM, KASI_TRANTIB, PENGELOLA = 1001, 1002, 1003, 1004, 1005
AUDITOR = 1009
UNITS = {"sekretariat": "Sekretariat", "pemerintahan": "Seksi Pemerintahan", "trantib": "Seksi Trantib"}
PEOPLE: dict[int, tuple[str, str | None, list[tuple[str, str, str | None]]]] = {
    CAMAT: ("Ahmad Fauzi", "Bapak", [("camat", "", None)]),
    SEKCAM: ("Siti Rahayu", "Ibu", [("sekcam", "", None), ("kasi_kasubag", "sekretariat", "Kasubag Umum")]),
    KASI_PEM: ("Budi Santoso", None, [("kasi_kasubag", "pemerintahan", None)]),
    KASI_TRANTIB: ("Dewi Lestari", "Ibu", [("kasi_kasubag", "trantib", None)]),
    PENGELOLA: ("Joko Prasetyo", "Bapak", [("pengelola", "", None)]),
}

HOSTILE = [
    '<b>Budi</b> & "Ani" \'</i>',
    "\u202eidub\u2066\u2069\u200b\u200e",
    "😀" * 2048,
    "\u200b\u200d\ufeff",
    "Z\u0301\u0302\u0303\u0304algo" * 30,
    "A. " * 300,
    "{{ 7*7 }} {% raw %}",
]
"""What people type, send and are called, at its worst."""


@dataclass
class Town:
    """One office, one session, one clock."""

    session: Session
    now: datetime = START
    files: int = 0

    def moment(self) -> Moment:
        self.now += timedelta(minutes=7)
        return Moment(BOT, self.now, f"{int(self.now.timestamp()):016x}")

    def official(self, person: int) -> Official:
        return self.session.exec(select(Official).where(Official.telegram_id == person)).one()

    def auditor(self) -> Official:
        """The office's auditor, who is let in at the first call."""
        found = self.session.exec(select(Official).where(Official.telegram_id == AUDITOR)).first()
        if found is None:
            found = Official(
                office_id="sumbang", name="Ratna Dewi", telegram_id=AUDITOR, salutation="Ibu", auditor=True,
                valid_from=START, valid_until=START + timedelta(days=30),
            )  # fmt: skip
            self.session.add(found)
            self.session.flush()
        return found

    def adopt(self, sop: str = "sumbang-pengukuran-kinerja", **choices: object) -> Adoption:
        definition = find(sop)
        adopted = adopt(
            definition, Choices.model_validate({"confirm": "all", "accept_suggestions": True, **choices}), _roles()
        )
        text = content(adopted)
        row = Adoption(
            office_id="sumbang", sop_id=definition.id, version=definition.version, title=definition.title,
            content=text, content_hash=content_hash(text), unconfirmed=list(adopted.unconfirmed), adopted_at=START,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        return row

    def start(self, adoption: Adoption, person: int = CAMAT, period: str = "TW IV 2026") -> Run:
        return starting.start(self.session, self.moment(), self.official(person), adoption, period)

    def task(self, step: int, part: Part, subject: str = "") -> Task:
        return self.session.exec(
            select(Task).where(Task.step == step, Task.part == part, Task.subject == subject)
        ).one()

    def task_run(self, task: Task) -> Run:
        return self.session.get_one(Run, task.run_id)

    def upload(self, person: int, task: Task, *names: str, size: int = 23_552) -> list[File]:
        rows = []
        for name in names:
            self.files += 1
            rows.append(
                File(
                    office_id="sumbang",
                    run_id=task.run_id,
                    task_id=task.id,
                    official_id=self.official(person).id or 0,
                    received_at=self.now,
                    due_at=self.now,
                    bot_id=BOT,
                    chat_id=person,
                    message_id=self.files,
                    telegram_file_id="f",
                    form="document",
                    name=name,
                    size=size,
                    status="stored",
                    sha256=f"{self.files:064x}",
                    kind="excel",
                )
            )
        self.session.add_all(rows)
        self.session.flush()
        return rows

    def fill(self, task: Task, **fields: object) -> None:
        task.draft = {**task.draft, "fields": {**task.draft.get("fields", {}), **fields}, "checked": True}

    def do(self, person: int, task: Task) -> str:
        """Press the main button; optional values are skipped."""
        step = load_run(self.session, task.run_id).step_of(task)
        task.draft = {**task.draft, "skipped": [f.id for f in step.fields if not f.required]}
        reply = sending.press(self.session, self.moment(), [self.official(person)], task.id or 0, task.activation)
        assert reply.key in ("done", "question_asked"), reply
        return reply.key

    def decide(self, person: int, task: Task, outcome: str, reason: str | None = None, **where: Any) -> None:
        officials = [self.official(person)]
        if reason is None:
            deciding.decide(self.session, self.moment(), officials, task.id or 0, task.activation, outcome)
            return
        loaded, row, official = open_task(self.session, task.id or 0, task.activation, officials)
        target, units = where.get("target"), where.get("units", [])
        deciding.return_with_reason(
            self.session, self.moment(), loaded, row, official,
            outcome=outcome, target=target, units=units, reason=reason, files=[],
        )  # fmt: skip

    def card(self, person: int, task: Task, language: str = "id", *, repeated: bool = False) -> Rendered:
        row = self.session.exec(
            select(Card).where(Card.task_id == task.id, Card.official_id == self.official(person).id)
        ).one()
        return render_card(self.session, row.id or 0, default_language=language, now=self.now, repeated=repeated)

    def say(self, person: int, template: str, language: str = "id", **params: object) -> Rendered:
        return render(
            self.session,
            template,
            params,
            office_id="sumbang",
            chat_id=person,
            bot_id=BOT,
            default_language=language,
            now=self.now,
        )

    def return_unit(self, person: int, step: int, unit: str, reason: str, *files: File) -> None:
        """The collector sends one unit's hand-in back."""
        review = self.task(step, Part.REVIEW, unit)
        loaded, row, official = open_task(self.session, review.id or 0, review.activation, [self.official(person)])
        deciding.return_with_reason(
            self.session, self.moment(), loaded, row, official,
            outcome=None, target=None, units=[unit], reason=reason, files=list(files),
        )  # fmt: skip

    def rename_everything(self, *words: str) -> None:
        """Put these words, in turns, wherever somebody's words stand."""
        turn = cycle(words)
        for row in self.session.exec(select(Official)):
            row.name = next(turn)
            row.salutation = next(turn)
        for unit in self.session.exec(select(Unit)):
            unit.name = next(turn)
        for run in self.session.exec(select(Run)):
            run.period = next(turn)
            run.title = next(turn)
        for text in self.session.exec(select(ErasableText)):
            text.text = next(turn)
        for submission in self.session.exec(select(Submission)):
            submission.capacity = next(turn)
        self.session.flush()

    def submissions(self) -> list[Submission]:
        return list(self.session.exec(select(Submission).order_by(col(Submission.id))))


def _roles() -> set[str]:
    return {role for _, _, seats in PEOPLE.values() for role, _, _ in seats}


@cache
def _snapshot(step: int) -> tuple[bytes, datetime]:
    with town() as place:
        walk_to(place, step)
        place.session.commit()
        connection = place.session.connection().connection.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        return connection.serialize(), place.now


@contextmanager
def walked(step: int) -> Iterator[Town]:
    """Give a copy of the office with the Sumbang SOP at a step; walked there once for all tests."""
    content, now = _snapshot(step)
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.deserialize(content)
    engine = create_engine("sqlite://", creator=lambda: connection)
    with Session(engine) as session:
        yield Town(session, now, files=100)
    engine.dispose()
    connection.close()


@contextmanager
def town() -> Iterator[Town]:
    """Build the office in an empty database in memory."""
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Bot(id=BOT, username="pandu_bot"))
        office = Office(id="sumbang", name="Kecamatan Sumbang", regency="Kabupaten Banyumas", timezone="Asia/Jakarta")
        office.bot_id = BOT
        session.add(office)
        session.flush()
        for position, (unit, name) in enumerate(UNITS.items()):
            session.add(Unit(office_id="sumbang", id=unit, name=name, position=position))
        for person, (name, salutation, seats) in PEOPLE.items():
            row = Official(
                office_id="sumbang", name=name, telegram_id=person, salutation=salutation,
                admin=person == CAMAT,
            )  # fmt: skip
            session.add(row)
            session.flush()
            for role, unit, title in seats:
                session.add(Seat(office_id="sumbang", role=role, unit_id=unit, official_id=row.id or 0, title=title))
        session.flush()
        yield Town(session)
    engine.dispose()


def walk_to(place: Town, step: int) -> Run:
    """Take the Sumbang SOP from its start until the given step is open."""
    run = place.start(place.adopt())
    if step > 1:
        place.do(CAMAT, place.task(1, Part.WORK))
    if step > 2:
        task = place.task(2, Part.WORK)
        place.upload(SEKCAM, task, "Format Data Kinerja.xlsx")
        place.do(SEKCAM, task)
    if step > 3:
        place.do(SEKCAM, place.task(3, Part.WORK))
    if step > 4:
        task = place.task(4, Part.WORK)
        place.fill(task, tanggal="2027-01-07", pukul="09:00", tempat="Aula Kecamatan", acara="Pembahasan format")
        place.do(SEKCAM, task)
    if step > 5:
        task = place.task(5, Part.WORK)
        place.upload(SEKCAM, task, "Notulen.pdf", "Daftar hadir.pdf")
        place.do(SEKCAM, task)
    heads = {"sekretariat": SEKCAM, "pemerintahan": KASI_PEM, "trantib": KASI_TRANTIB}
    if step > 6:
        for unit, head in heads.items():
            task = place.task(6, Part.UNIT, unit)
            place.upload(head, task, f"Isian {unit}.xlsx")
            place.do(head, task)
            place.do(PENGELOLA, place.task(6, Part.REVIEW, unit))
    if step > 7:
        for unit, head in heads.items():
            place.do(head, place.task(7, Part.UNIT, unit))
    if step > 8:
        for unit, head in heads.items():
            place.do(head, place.task(8, Part.UNIT, unit))
            place.do(SEKCAM, place.task(8, Part.REVIEW, unit))
        task = place.task(8, Part.COLLECTION)
        place.upload(SEKCAM, task, "Dokumen Pengukuran Kinerja.docx", size=1_450_000)
        place.do(SEKCAM, task)
    return run
