"""The offices of a soak: twenty officials each, and five SOPs that between them concern everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from benchmarks import offices
from sop_definitions.model import SopDefinition
from storage.tables import Adoption, Bot, Chat, Office, Official, Run, Seat
from workflow import starting
from workflow.adoption import Adopted, content, content_hash
from workflow.moment import Moment
from workflow.reminding.planning import replan_office

SOPS = 5
STAFF = tuple(f"pengelola{number}" for number in range(1, 14))
HEADS = tuple(f"kasi{number}" for number in range(1, SOPS + 1))
SEATS = {"camat": "head", "sekcam": "secretary", **dict.fromkeys(HEADS, "unit_head"), **dict.fromkeys(STAFF, "staff")}
"""Twenty."""
FIRST_CHAT = 5_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """How much is to happen. Runs are of all offices together."""

    offices: int
    runs: int
    bots: int

    @property
    def officials(self) -> int:
        """How many people there are."""
        return self.offices * len(SEATS)


def bot_ids(size: Size) -> list[int]:
    """Return the bots' numbers."""
    return [offices.BOT_ID + number for number in range(size.bots)]


def found(session: Session, size: Size, number: int, now: datetime) -> None:
    """Write one office, if it is not there yet."""
    if session.get(Office, office_id(number)) is not None:
        return
    bot_id = bot_ids(size)[number % size.bots]
    session.merge(Bot(id=bot_id, username=f"pandu_soak_{bot_id}_bot"))
    office = Office(
        id=office_id(number), name=f"Kecamatan {number}", regency="Kabupaten Rendam", timezone="Asia/Jakarta",
        bot_id=bot_id,
    )  # fmt: skip
    session.add(office)
    session.flush()
    people = {
        role: Official(
            office_id=office.id, name=f"Siti Rahayu {number}-{place}", salutation="Ibu", admin=role == "camat",
            telegram_id=FIRST_CHAT + number * len(SEATS) + place,
        )
        for place, role in enumerate(SEATS)
    }  # fmt: skip
    session.add_all(people.values())
    session.flush()
    for role, official in people.items():
        session.add(Seat(office_id=office.id, role=role, official_id=official.id or 0))
        session.add(Chat(bot_id=bot_id, chat_id=official.telegram_id or 0, changed_at=now))
    for sop in range(SOPS):
        session.add(_adoption(office.id, sop, now))
    session.flush()
    replan_office(session, Moment(bot_id, now, ""), office)


def begin(session: Session, moment: Moment, number: int, run: int) -> None:
    """Start an office's run of this number, if it was not started yet: each SOP once before any comes again."""
    sop, period = _sop_id(run % SOPS), f"TW I {2027 + run // SOPS}"
    same = select(Run.id).where(Run.office_id == office_id(number), Run.sop_id == sop, Run.period == period)
    if session.exec(same).first() is not None:
        return
    adoption = session.exec(
        select(Adoption).where(Adoption.office_id == office_id(number), Adoption.sop_id == sop)
    ).one()
    head = session.exec(
        select(Official).where(Official.office_id == office_id(number), Official.telegram_id == chat_of(number))
    ).one()
    starting.start(session, moment, head, adoption, period)


def office_id(number: int) -> str:
    """Return an office's id."""
    return f"kecamatan-{number}"


def chat_of(number: int) -> int:
    """Return the chat of an office's head."""
    return FIRST_CHAT + number * len(SEATS)


def _adoption(office: str, sop: int, now: datetime) -> Adoption:
    staff = STAFF[sop::SOPS]
    definition = _definition(sop, ("camat", "sekcam", HEADS[sop], *staff))
    text = content(Adopted(definition=definition, role_map={role.id: role.id for role in definition.roles}))
    return Adoption(
        office_id=office, sop_id=definition.id, version="2026", title=definition.title, content=text,
        content_hash=content_hash(text), adopted_at=now,
    )  # fmt: skip


def _definition(sop: int, roles: tuple[str, ...]) -> SopDefinition:
    """Return the SOP that is measured with elsewhere, worked off by these roles in turn."""
    raw: dict[str, Any] = offices.definition().model_dump(mode="json", exclude_unset=True)
    raw |= {"id": _sop_id(sop), "title": f"{raw['title']} {sop + 1}", "unit_role": HEADS[sop]}
    raw["roles"] = [
        {"id": role, "title": role.capitalize(), "column_source": None, "position": SEATS[role]} for role in roles
    ]
    for place, step in enumerate(raw["steps"]):
        step["actor"]["role"] = roles[place % len(roles)]
    return SopDefinition.model_validate(raw)


def _sop_id(sop: int) -> str:
    return f"pengukuran-kinerja-{sop + 1}"
