"""Two offices in the middle of things, and one press at a time that is undone again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import sqlite
from sqlmodel import Session, col, select

from handlers.dispatch import handle
from handlers.incoming import Incoming
from handlers.talk import Context
from storage import sqlite_connection
from storage.tables import (
    Adoption,
    Chat,
    Extension,
    Invitation,
    Office,
    Official,
    Outbox,
    Question,
    Run,
    Seat,
    Submission,
    Task,
    metadata,
)
from tests.integration.workflow import model
from tests.integration.workflow.town import BOT, Cast, SqliteStore, Town
from tests.unit.workflow.builders import decide, definition, hand_in, outcome, step
from workflow import texts
from workflow.moment import Moment
from workflow.seats import appointing
from workflow.seats.appointing import Appointment
from workflow.seats.posts import Post
from workflow.seats.terms import Capacity
from workflow.verbs import Page, Press, QuestionPress, Verb

UNITS = ("north", "south")
REFUSALS = frozenset({
    "not_yours", "not_allowed", "not_allowed_pause", "not_found", "stranger", "auditor_reads", "auditor_period",
    "start_refused", "four_eyes",
})  # fmt: skip
"""Answers that say: this is not for you."""
HEAD: dict[str, Any] = {"actor": {"role": "head", "confidence": "high", "reason": "invented"}}
FREE: dict[str, Any] = {"after": ()}
FIELD: dict[str, Any] = {"id": "nomor", "label": {"id": "Nomor", "en": "Number"}, "kind": "text"}
STEPS = (
    step(1, standard_duration_source="3 Hari", **FREE),
    decide(2, outcome("approve"), **FREE, **HEAD),
    hand_in(3, collector="secretary", **FREE),
    step(4, "meeting", part="invite", participants=["unit_head", "clerk"], **FREE),
    step(5, distribute="units", **FREE),
    decide(6, outcome("approve"), **FREE, **HEAD),
    step(7, fields=[FIELD], **FREE),
    step(8, after=(1, 2, 3, 4, 5, 6, 7)),
)
"""Everything that has a button is open at once."""

STRANGER, WAITING, AUDITOR, EARLY, LATE, FORMER = 90_001, 90_002, 90_003, 90_004, 90_005, 90_006

IN_OFFICE = {
    "unit staff": "staff",
    "unit head": "head-south",
    "clerk": "clerk",
    "secretary": "secretary",
    "head": "head",
    "admin": "admin",
}
"""Role -> who of the office plays it."""

OUTSIDE = {
    "stranger": STRANGER,
    "waiting invitee": WAITING,
    "auditor": AUDITOR,
    "auditor too early": EARLY,
    "auditor too late": LATE,
    "former official": FORMER,
}
"""Role -> the chat of somebody who holds no office."""

ROLES = (*OUTSIDE, *IN_OFFICE)


@dataclass(slots=True)
class Answer:
    """What one update came to: the toast or the newest message, who else was told, what changed."""

    key: str
    changed: bool
    told: set[int]
    said: list[tuple[int, str | None, str | None, dict[str, Any]]]


class World:
    """Two offices; ``presses`` names what each button of one office would be pressed with."""

    def __init__(self, url: str) -> None:
        store = SqliteStore(url)
        town = Town(store)
        self.casts = {name: town.found(name, definition(*STEPS), UNITS) for name in ("own", "other")}
        self.presses = {name: self._furnish(town, cast) for name, cast in self.casts.items()}
        store.write(lambda session: self._outsiders(session, town))
        self.now = town.now + timedelta(minutes=5)
        store.close()
        self.engine: Engine = sqlite_connection.connect(url, connections=1)
        with Session(self.engine) as session:
            self.before = contents(session)

    def chat(self, role: str) -> int:
        """Return the chat of who plays a role."""
        if role in OUTSIDE:
            return OUTSIDE[role]
        return next(one.chat for one in self.casts["own"].people if one.name == IN_OFFICE[role]) or 0

    def tap(self, role: str, data: str | Press | QuestionPress) -> Answer:
        """Press a button and undo what came of it."""
        return self._send(role, {"kind": "tap", "data": str(data), "callback_id": "1"})

    def write(self, role: str, words: str) -> Answer:
        """Send a message and undo what came of it."""
        head, _, argument = words.partition(" ")
        command = head[1:] if head.startswith("/") else None
        return self._send(role, {"kind": "message", "text": words, "command": command, "argument": argument})

    def _send(self, role: str, update: dict[str, Any]) -> Answer:
        chat = self.chat(role)
        context = Context(BOT, "pandu_bot", self.now, "abcdef0123456789", "id")
        with self._undone() as session:
            newest = session.exec(select(Outbox.id).order_by(col(Outbox.id).desc()).limit(1)).first() or 0
            toast = handle(session, Incoming(0, chat, chat, private=True, **update), context)
            session.flush()
            rows = session.exec(select(Outbox).where(col(Outbox.id) > newest).order_by(col(Outbox.id))).all()
            said = [(row.chat_id, row.template, row.office_id, row.params) for row in rows]
            words = next((p["key"] if t == "answer_refused" else t for _, t, _, p in reversed(said) if t), None) or ""
            key = toast.key if toast is not None and (toast.key != "ok" or words not in REFUSALS) else words
            return Answer(key, contents(session) != self.before, {row.chat_id for row in rows} - {chat}, said)

    @contextmanager
    def _undone(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session
            session.rollback()

    def _furnish(self, town: Town, cast: Cast) -> dict[str, list[Press]]:
        """Bring an office to where every button has something to be about; return what each is pressed with."""
        diligent = model.DiligentOffice(town, cast)
        town.store.write(lambda s: setattr(s.get_one(Office, cast.office), "rules", {"record_decisions": True}))
        town.start(cast)
        tasks = self._tasks(town, cast)
        diligent.do(tasks[3, "unit", "north"])
        for number in (4, 5, 7):
            diligent.do(tasks[number, "work", ""])
        self._record(town, cast)
        tasks = self._tasks(town, cast)

        def body(session: Session) -> dict[str, list[Press]]:
            return _targets(session, town, cast, tasks)

        return town.store.write(body)

    def _tasks(self, town: Town, cast: Cast) -> dict[tuple[int, str, str], Task]:
        return {(task.step, task.part, task.subject): task for task in town.tasks(cast)}

    def _record(self, town: Town, cast: Cast) -> None:
        """The secretary records the head's decision of step 6 from a paper."""
        chat = next(one.chat for one in cast.people if one.name == "secretary") or 0
        task = self._tasks(town, cast)[6, "decision", ""]
        assert town.tap(chat, Press(Verb.RECORD, task.id or 0, task.activation)).key == "question_asked"
        for answer in ("choice-0", "", "send"):
            if not answer:
                town.bring(chat, "putusan.pdf")
                town.fetch()
                continue
            question = town.question(chat)
            assert question is not None
            key = town.tap(chat, QuestionPress(question.id, answer)).key
        assert key == "done", key

    def _outsiders(self, session: Session, town: Town) -> None:
        """Somebody who waits for the admin's word, auditors at all times, and somebody who left."""
        day = timedelta(days=1)
        for name, chat, since, until in (
            ("auditor", AUDITOR, -day, day), ("early", EARLY, day, 2 * day), ("late", LATE, -2 * day, -day),
        ):  # fmt: skip
            session.add(
                Official(
                    office_id="own", name=name, telegram_id=chat, auditor=True, valid_from=town.now + since,
                    valid_until=town.now + until,
                )
            )  # fmt: skip
        session.add(Official(office_id="own", name="former", telegram_id=FORMER, active=False))
        for chat in OUTSIDE.values():
            session.add(Chat(bot_id=BOT, chat_id=chat, changed_at=town.now))


def _targets(
    session: Session, town: Town, cast: Cast, tasks: dict[tuple[int, str, str], Task]
) -> dict[str, list[Press]]:
    """Return what each button of an office is pressed with: by its verb or page."""
    people = {one.name: one.id for one in cast.people}
    moment = Moment(BOT, town.now, f"{cast.run:032x}")

    def at(verb: str, number: int, part: str, subject: str = "", argument: str = "") -> list[Press]:
        task = tasks[number, part, subject]
        return [Press(verb, task.id or 0, task.activation, argument)]

    run = session.get_one(Run, cast.run)
    work = tasks[1, "work", ""]
    reason = texts.keep(session, moment, cast.office, "Data belum lengkap")
    extension = Extension(
        office_id=cast.office, run_id=cast.run, task_id=work.id or 0, activation=work.activation,
        asked_by=people["clerk"], asked_at=town.now, until=town.now + timedelta(days=9), reason_id=reason,
    )  # fmt: skip
    # Nobody but the head may decide what an admin asks for themselves.
    admin = session.get_one(Official, people["admin"])
    approval = appointing.appoint(
        session, moment, admin, Appointment(Post("clerk"), people["admin"], Capacity.DEFINITIVE)
    )
    invitation = Invitation(
        office_id=cast.office, official_id=people["not-joined"], token_hash=hashed(f"the invitation of {cast.office}"),
        status="claimed", created_at=town.now, expires_at=town.now + timedelta(days=7), claimed_at=town.now,
        claimed_by=WAITING if cast.office == "own" else 91_000, claimed_name="Wati",
    )  # fmt: skip
    session.add_all([extension, invitation])
    session.flush()
    seat = session.exec(select(Seat).where(Seat.official_id == people["head"])).one()
    adoption = session.get_one(Adoption, cast.adoption)
    recorded = tasks[6, "decision", ""]
    decision = session.exec(select(Submission).where(Submission.task_id == recorded.id)).one()
    found: dict[str, list[Press]] = {
        Verb.DECIDE: at(Verb.DECIDE, 2, "decision", argument="approve"),
        Verb.RECORD: at(Verb.RECORD, 2, "decision"),
        Verb.RETURN: at(Verb.RETURN, 3, "review", "north"),
        Verb.NIL: at(Verb.NIL, 3, "unit", "south"),
        Verb.WAIVE: at(Verb.WAIVE, 3, "collection"),
        Verb.REMIND: at(Verb.REMIND, 3, "collection"),
        Verb.RESCHEDULE: at(Verb.RESCHEDULE, 4, "work"),
        Verb.CALL_OFF: at(Verb.CALL_OFF, 4, "work"),
        Verb.RECEIVE: at(Verb.RECEIVE, 5, "receipt", "south"),
        Verb.ATTEND: at(Verb.ATTEND, 4, "invitation", str(people["head-south"]), "yes"),
        Verb.WITHDRAW: at(Verb.WITHDRAW, 7, "work"),
        Verb.CORRECT: at(Verb.CORRECT, 7, "work"),
        Verb.SHOW_DOCUMENTS: at(Verb.SHOW_DOCUMENTS, 3, "review", "north"),
        Verb.COLLECT_BY: at(Verb.COLLECT_BY, 3, "collection"),
        Verb.SCHEDULE: [Press(Verb.SCHEDULE, adoption.id or 0, 0, "new")],
        Verb.GRANT: [Press(Verb.GRANT, extension.id or 0)],
        Verb.DENY: [Press(Verb.DENY, extension.id or 0)],
        Verb.APPROVE: [Press(Verb.APPROVE, approval.id or 0)],
        Verb.DISAPPROVE: [Press(Verb.DISAPPROVE, approval.id or 0)],
        Verb.DISOWN: [Press(Verb.DISOWN, decision.id or 0)],
        **{verb: [Press(verb, run.id or 0)] for verb in (Verb.CANCEL_RUN, Verb.PAUSE_RUN, Verb.RESUME_RUN)},
        **{page: [Press(page, run.id or 0)] for page in (Page.RUN, Page.FILES, Page.HISTORY)},
        Page.BOARD: [Press(Page.BOARD, run.id or 0, 3)],
        Page.ARCHIVE: [Press(Page.ARCHIVE)],
        Page.CHOOSE_SOP: [Press(Page.CHOOSE_SOP, adoption.id or 0)],
        Page.PERSONAL: [Press(Page.PERSONAL, people["clerk"])],
        Page.PROFILE: [Press(Page.PROFILE, people["clerk"], 0, "ibu")],
        Page.CALENDAR: [Press(Page.CALENDAR, people["admin"])],
        Page.MANAGE: [Press(Page.MANAGE, people["admin"], 0, "units")],
        Page.ORDER: [Press(Page.ORDER, seat.id or 0)],
        Page.ENROL: [Press(Page.ENROL, invitation.id or 0, 0, "yes")],
    }
    for verb in Verb:
        found.setdefault(verb, at(verb, 1, "work"))
    return found


def hashed(words: str) -> str:
    """Return a SHA-256 as the database keeps them."""
    return hashlib.sha256(words.encode()).hexdigest()


Contents = dict[str, list[tuple[Any, ...]]]


BESIDES = (Outbox.__tablename__, Question.__tablename__, Chat.__tablename__)
"""What a polite answer itself writes: the message, and that a question was left."""


def contents(session: Session, office: str | None = None) -> Contents:
    """Return every row of every table but :data:`BESIDES`; of one office, every row of it.

    Looked at after every press: so by statements made once, as SQLite keeps the values.
    """
    session.flush()
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    return {table: connection.execute(query).fetchall() for table, query in _queries(office).items()}


@cache
def _queries(office: str | None) -> dict[str, str]:
    """Return the statement that reads each table, or what one office has in it."""
    found = {}
    for table in metadata.sorted_tables:
        query = table.select().order_by(*table.primary_key.columns)
        if office is None and table.name in BESIDES:
            continue
        if office is not None:
            if "office_id" in table.columns:
                query = query.where(table.c.office_id == office)
            elif table.name == Office.__tablename__:
                query = query.where(table.c.id == office)
            elif "run_id" in table.columns:
                query = query.where(table.c.run_id.in_(select(Run.id).where(Run.office_id == office)))
            else:
                continue
        found[table.name] = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    return found
