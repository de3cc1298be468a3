"""Units changed in chat: added, renamed, moved, closed and opened again. None is ever deleted."""

from __future__ import annotations

import re
import unicodedata

from sqlmodel import Session, col, select

from storage.tables import Official, Unit
from workflow.deed import Stopped
from workflow.managing.acting import record, take_turn
from workflow.moment import Moment
from workflow.seats import posts

MAX_ID = 24
_KINDS = re.compile(r"^(seksi|bidang|sub ?bagian|subbag|unit) ")


def all_units(session: Session, office_id: str) -> list[Unit]:
    """Return every unit of an office in its order, those that are closed too."""
    return list(session.exec(select(Unit).where(Unit.office_id == office_id).order_by(col(Unit.position), Unit.id)))


def active_units(session: Session, office_id: str) -> list[Unit]:
    """Return the units that work, in their order."""
    return [unit for unit in all_units(session, office_id) if unit.active]


def unit_of(session: Session, office_id: str, unit_id: str) -> Unit:
    """Return a unit of this office; raises :class:`Stopped` if there is none such."""
    unit = session.get(Unit, (office_id, unit_id))
    if unit is None:
        raise Stopped("stale")
    return unit


def seated_in(session: Session, moment: Moment, office_id: str, unit_id: str) -> list[int]:
    """Return the ids of the officials who hold, or are to hold, a seat in a unit."""
    live = posts.live_seats(session, office_id, moment.now)
    return sorted({seat.official_id for seat in live if seat.unit_id == unit_id})


def add(session: Session, moment: Moment, admin: Official, name: str) -> Unit:
    """Add a unit at the end. One of this name that was closed is opened again."""
    take_turn(session, admin)
    known = all_units(session, admin.office_id)
    _name_free(known, name, None)
    closed = next((unit for unit in known if unit.name.casefold() == name.casefold()), None)
    last = max((unit.position for unit in known), default=-1) + 1
    if closed is not None:
        closed.active, closed.position, closed.name = True, last, name
        record(session, moment, admin, "unit.changed", {"unit": closed.id, "fields": ["active", "position"]})
        return closed
    unit = Unit(office_id=admin.office_id, id=_new_id(name, {one.id for one in known}), name=name, position=last)
    session.add(unit)
    record(session, moment, admin, "unit.added", {"unit": unit.id})
    return unit


def rename(session: Session, moment: Moment, admin: Official, unit_id: str, name: str) -> Unit:
    """Give a unit another name; its id stays, so that runs and seats keep to it."""
    take_turn(session, admin)
    unit = unit_of(session, admin.office_id, unit_id)
    _name_free(all_units(session, admin.office_id), name, unit.id)
    unit.name = name
    record(session, moment, admin, "unit.changed", {"unit": unit.id, "fields": ["name"]})
    return unit


def place_after_move(session: Session, office_id: str, unit_id: str, by: int) -> list[Unit]:
    """Return the working units in the order they would have once one moved by some places; only reads.

    Raises :class:`Stopped` where it cannot move any further.
    """
    order = active_units(session, office_id)
    at = next((place for place, unit in enumerate(order) if unit.id == unit_id), None)
    if at is None:
        raise Stopped("stale")
    if not 0 <= at + by < len(order):
        raise Stopped("unit_at_the_end")
    order.insert(at + by, order.pop(at))
    return order


def move(session: Session, moment: Moment, admin: Official, unit_id: str, by: int) -> Unit:
    """Move a unit up (-1) or down (1) in every list."""
    take_turn(session, admin)
    order = place_after_move(session, admin.office_id, unit_id, by)
    for position, unit in enumerate(order):
        unit.position = position
    record(session, moment, admin, "unit.changed", {"unit": unit_id, "fields": ["position"]})
    return unit_of(session, admin.office_id, unit_id)


def close(session: Session, moment: Moment, admin: Official, unit_id: str) -> Unit:
    """Take a unit out of what starts from now on. Raises :class:`Stopped` while anybody is seated in it."""
    take_turn(session, admin)
    unit = unit_of(session, admin.office_id, unit_id)
    if not unit.active:
        raise Stopped("stale")
    seated = seated_in(session, moment, admin.office_id, unit_id)
    if seated:
        raise Stopped("unit_has_seats", count=len(seated))
    unit.active = False
    record(session, moment, admin, "unit.retired", {"unit": unit.id})
    return unit


def reopen(session: Session, moment: Moment, admin: Official, unit_id: str) -> Unit:
    """Let a closed unit work again, at the end of the list."""
    unit = unit_of(session, admin.office_id, unit_id)
    if unit.active:
        raise Stopped("stale")
    return add(session, moment, admin, unit.name)


def _name_free(known: list[Unit], name: str, but: str | None) -> None:
    if any(unit.active and unit.id != but and unit.name.casefold() == name.casefold() for unit in known):
        raise Stopped("unit_name_taken")


def _new_id(name: str, taken: set[str]) -> str:
    """Return an id in the office file's letters: 'pemerintahan' for 'Seksi Pemerintahan'."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", _KINDS.sub("", plain)).strip("-")[:MAX_ID].strip("-") or "unit"
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found
