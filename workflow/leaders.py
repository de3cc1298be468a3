"""Who leads an office, whatever SOP is asked about: its head, its secretary."""

from __future__ import annotations

from sqlmodel import Session, col, select

from sop_definitions.loader import load_all
from sop_definitions.model import Position
from storage.tables import Adoption, Official, Seat
from workflow import people
from workflow.adoption import head_role, load, secretary_role


def heads(session: Session, office_id: str) -> list[Official]:
    """Return who holds the head's seat, by the SOPs the office works with now (see :func:`_roles`)."""
    return people.holders(session, office_id, _roles(session, office_id)[0])


def resting_heads(session: Session, office_id: str) -> list[Official]:
    """Return whom the present head stands in for, as Plh."""
    query = select(Official).join(Seat, col(Seat.principal_id) == Official.id)
    acting = query.where(
        Seat.office_id == office_id, col(Seat.held), col(Seat.role).in_(_roles(session, office_id)[0]),
        col(Official.active),
    )  # fmt: skip
    return list(session.exec(acting.order_by(col(Official.id))))


def secretaries(session: Session, office_id: str) -> list[Official]:
    """Return who holds the secretary's seat, by the SOPs the office works with now."""
    return people.holders(session, office_id, _roles(session, office_id)[1])


def _roles(session: Session, office_id: str) -> tuple[set[str], set[str]]:
    """Return the roles of head and secretary.

    An office that works with no SOP yet has its first one agreed to by whoever holds a seat
    that any of the shipped SOPs calls the head's.
    """
    current = select(Adoption).where(Adoption.office_id == office_id, col(Adoption.current))
    adopted = [load(adoption) for adoption in session.exec(current)]
    if not adopted:
        shipped = [role for definition in load_all().values() for role in definition.roles]
        at = {place: {role.id for role in shipped if role.position is place} for place in Position}
        return at[Position.HEAD], at[Position.SECRETARY]
    found = [{role for one in adopted if (role := named(one)) is not None} for named in (head_role, secretary_role)]
    return found[0], found[1]
