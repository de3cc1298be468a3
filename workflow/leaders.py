"""Who leads an office, whatever SOP is asked about: its head, its secretary."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage.tables import Adoption, Official
from workflow import people
from workflow.adoption import head_role, load, secretary_role


def heads(session: Session, office_id: str) -> list[Official]:
    """Return who holds the head's seat, by the SOPs the office works with now."""
    return people.holders(session, office_id, _roles(session, office_id)[0])


def secretaries(session: Session, office_id: str) -> list[Official]:
    """Return who holds the secretary's seat, by the SOPs the office works with now."""
    return people.holders(session, office_id, _roles(session, office_id)[1])


def _roles(session: Session, office_id: str) -> tuple[set[str], set[str]]:
    current = select(Adoption).where(Adoption.office_id == office_id, col(Adoption.current))
    adopted = [load(adoption) for adoption in session.exec(current)]
    found = [{role for one in adopted if (role := named(one)) is not None} for named in (head_role, secretary_role)]
    return found[0], found[1]
