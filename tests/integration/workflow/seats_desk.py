"""An office whose seats are given and ended, and short words for it."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from storage.tables import File, Official, Seat, Task
from tests.integration.workflow.desk import Desk
from tests.integration.workflow.town import BOT, Town
from tests.unit.workflow import builders
from workflow import audit_replay, holders
from workflow.deed import Stopped
from workflow.seats import appointing
from workflow.seats.appointing import Appointment
from workflow.seats.posts import Post
from workflow.seats.terms import Capacity

ZONE = ZoneInfo("Asia/Jakarta")
CLERK, HEAD, SECRETARY = Post("clerk"), Post("head"), Post("secretary")


def new_desk(town: Town) -> Desk:
    """Return an office with a run of three steps, the second of which the head decides."""
    actor = {"role": "head", "confidence": "high", "reason": "invented"}
    return Desk(town, builders.step(1), builders.decide(2, builders.outcome("on"), actor=actor), builders.step(3))


def person(desk: Desk, name: str) -> int:
    return next(one.id for one in desk.cast.people if one.name == name)


def scan(session: Session, number: int) -> int:
    """Keep the scan of an order."""
    file = File(
        office_id="office", purpose="order", official_id=number, received_at=datetime(2027, 1, 4).astimezone(),
        due_at=datetime(2027, 1, 4).astimezone(), bot_id=BOT, chat_id=number, message_id=random.getrandbits(40),
        telegram_file_id="x", form="document", name="SP.pdf", status="stored", sha256="ab" * 32,
    )  # fmt: skip
    session.add(file)
    session.flush()
    return file.id or 0


def appoint(
    desk: Desk, post: Post, who: str, capacity: Capacity, *, by: str = "admin", order: bool = True,
    principal: str | None = None, begin: datetime | None = None, end: datetime | None = None,
    replaces: tuple[int, ...] = (),
) -> Any:  # fmt: skip
    """Give a seat as an admin does; return the seat, or what was asked of the head."""
    moment = desk.town.moment()

    def body(session: Session) -> Any:
        admin = session.get_one(Official, person(desk, by))
        number, dated, file = ("800/1/2027", "2027-01-04", scan(session, admin.id or 0)) if order else ("", "", None)
        wanted = Appointment(
            post, person(desk, who), capacity, begin, end, person(desk, principal) if principal else None,
            number, dated, file, replaces,
        )  # fmt: skip
        return appointing.appoint(session, moment, admin, wanted)

    return desk.town.store.write(body)


def seat_of(desk: Desk, name: str, role: str) -> Seat:
    found: list[Seat] = desk.town.rows(Seat, Seat.official_id == person(desk, name), Seat.role == role)
    return found[0]


def end(desk: Desk, seat: Seat, by: str = "admin") -> None:
    moment = desk.town.moment()
    desk.town.store.write(lambda s: appointing.end(s, moment, s.get_one(Official, person(desk, by)), seat.id or 0))


def faults(desk: Desk) -> list[Any]:
    return desk.town.store.write(lambda session: audit_replay.verify(session, "office"))


def owners_of(town: Town, task: Task) -> set[str]:
    return town.store.write(lambda session: {one.name for one in holders.holders(session, task)})


def refusal(call: Any) -> str:
    with pytest.raises(Stopped) as stopped:
        call()
    return stopped.value.key
