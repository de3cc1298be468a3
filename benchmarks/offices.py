"""Offices with open runs to measure with, written as the bot itself would write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select, update

from sop_definitions.model import Identity, SopDefinition
from storage import outbox
from storage.tables import Adoption, Bot, Chat, Office, Official, Seat
from workflow import starting
from workflow.adoption import Adopted, content, content_hash
from workflow.moment import Moment

BOT_ID = 7000000001
STEPS = 14
"""As many as the longest of the real SOPs."""
ROLES = {"camat": "head", "sekcam": "secretary", "kasi": "unit_head", "pengelola": "staff"}
FIRST_CHAT = 5_000_000
_LISTS = ("legal_basis", "related_sops", "warnings", "qualifications", "equipment", "recording")


def definition(steps: int = STEPS) -> SopDefinition:
    """Return an SOP that four seats work off in turn, each confirming with one tap."""
    identity: dict[str, Any] = dict.fromkeys(Identity.model_fields) | {"source_notes": {}}
    identity |= {name: [] for name in _LISTS}
    roles = list(ROLES)
    return SopDefinition.model_validate(
        {
            "format": 1,
            "id": "pengukuran-kinerja",
            "version": "2026",
            "title": "Pengukuran Data Kinerja",
            "source": {"document": "Diukur"},
            "identity": identity,
            "roles": [
                {"id": role, "title": role.capitalize(), "column_source": None, "position": position}
                for role, position in ROLES.items()
            ],
            "unit_role": "kasi",
            "steps": [_step(number, roles[number % len(roles)]) for number in range(1, steps + 1)],
        }
    )


def _step(number: int, role: str) -> dict[str, Any]:
    return {
        "number": number,
        "activity_source": f"Memeriksa dokumen pengukuran kinerja dan meneruskannya, bagian {number}",
        "inputs_source": "Data kinerja triwulan",
        "standard_duration_source": "60 Menit",
        "output_source": "Dokumen pengukuran kinerja",
        "note_source": None,
        "actor": {"role": role, "confidence": "high", "reason": "Diukur"},
        "call": {"id": "Mohon diperiksa", "en": "Please check"},
        "document": {"id": "Dokumen Pengukuran Kinerja", "en": "Performance Measurement"},
        "collect": "confirm",
    }


def office_id(number: int) -> str:
    """Return the id of one of the offices."""
    return f"kecamatan-{number}"


def fill(
    session: Session, offices: int, runs: int, now: datetime | None = None, *, steps: int = STEPS, bots: int = 1
) -> None:
    """Write ``offices`` offices of four officials each, with ``runs`` runs just begun in every one.

    Of several ``bots`` each serves every so many-th office.
    """
    now = now or datetime.now(UTC)
    for number in range(bots):
        session.merge(Bot(id=BOT_ID + number, username=f"pandu_bench_{BOT_ID + number}_bot"))
    text = content(Adopted(definition=definition(steps), role_map={role: role for role in ROLES}))
    for number in range(offices):
        bot_id = BOT_ID + number % bots
        office = _office(session, number, text, now, bot_id)
        for run in range(runs):
            moment = Moment(bot_id, now, f"{number:08x}{run:08x}")
            starting.start(session, moment, office[0], office[1], f"TW I {2026 + run}")


def begin_more(session: Session, runs: int) -> None:
    """Adopt the SOP in its full length in the first office, and begin runs of it."""
    now = datetime.now(UTC)
    text = content(Adopted(definition=definition(), role_map={role: role for role in ROLES}))
    session.exec(update(Adoption).values(current=False))
    adoption = _adoption(session, office_id(0), text, now)
    office = session.get_one(Office, office_id(0))
    office.last_run_number = 2_000_000_000
    starter = session.exec(select(Official).where(Official.office_id == office.id, col(Official.admin))).one()
    for run in range(runs):
        starting.start(session, Moment(BOT_ID, now, f"{run:016x}"), starter, adoption, f"TW II {2026 + run}")


def say_something(session: Session, chat_id: int, now: datetime) -> None:
    """Queue one message."""
    outbox.say(session, bot_id=BOT_ID, chat_id=chat_id, office_id=None, template="stranger", params={}, now=now)


def _adoption(session: Session, own_id: str, text: str, now: datetime) -> Adoption:
    adoption = Adoption(
        office_id=own_id, sop_id="pengukuran-kinerja", version="2026", title="Pengukuran Data Kinerja",
        content=text, content_hash=content_hash(text), adopted_at=now,
    )  # fmt: skip
    session.add(adoption)
    session.flush()
    return adoption


def _office(session: Session, number: int, text: str, now: datetime, bot_id: int) -> tuple[Official, Adoption]:
    own_id = office_id(number)
    session.add(
        Office(id=own_id, name=f"Kecamatan {number}", regency="Kabupaten Ukur", timezone="Asia/Jakarta", bot_id=bot_id)
    )
    session.flush()
    people = {
        role: Official(
            office_id=own_id, name=f"Siti Rahayu {number}", telegram_id=FIRST_CHAT + number * len(ROLES) + place,
            salutation="Ibu", admin=place == 0,
        )
        for place, role in enumerate(ROLES)
    }  # fmt: skip
    session.add_all(people.values())
    adoption = _adoption(session, own_id, text, now)
    for role, official in people.items():
        session.add(Seat(office_id=own_id, role=role, official_id=official.id or 0))
        session.add(Chat(bot_id=bot_id, chat_id=official.telegram_id or 0, changed_at=now))
    session.flush()
    return people["camat"], adoption
