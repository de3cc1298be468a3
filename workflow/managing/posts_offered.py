"""Which posts a new official can be given by button: those the office has, and those its SOPs ask for."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.tables import Adoption, Office, Seat
from workflow.adoption import head_role, load, office_roles_needed, secretary_role
from workflow.founding_posts import usual
from workflow.seats import posts
from workflow.seats.posts import Post

MAX_ROLE = 40


def offered(session: Session, office_id: str, unit_id: str, now: datetime) -> list[Post]:
    """Return the posts of one unit, or those of the whole office for ''; no two of the same name.

    Of two roles by one name ('Kasi Trantib' is what any head of that unit is called) it is the one that the SOPs
    ask of every unit, then the one that most units have.
    """
    known = [post for post in posts.posts_of(session, office_id, now) if post.unit_id == unit_id]
    held = {post.role for post in known}
    wanted = set(held)
    of_every_unit: set[str] = set()
    query = select(Adoption).where(Adoption.office_id == office_id, col(Adoption.current).is_(True))
    current = session.exec(query).all()
    if not current:
        wanted |= usual(session.get_one(Office, office_id).name, in_unit=bool(unit_id))
    for adoption in current:
        adopted = load(adoption)
        if unit_id:
            of_every_unit |= {need.role for need in office_roles_needed(adopted) if need.per_unit}
        else:
            wanted |= {role for role in (head_role(adopted), secretary_role(adopted)) if role is not None}
    elsewhere = _elsewhere(session, office_id) if unit_id else {}
    if unit_id:
        # What one unit has, another may have too: a head, a staff member.
        wanted |= of_every_unit | elsewhere.keys()
    ranked = sorted(
        wanted, key=lambda role: (role not in held, role not in of_every_unit, -elsewhere.get(role, 0), role)
    )
    by_title: dict[str, Post] = {}
    for role in ranked:
        by_title.setdefault(posts.title_of(session, office_id, Post(role, unit_id)), Post(role, unit_id))
    return sorted(by_title.values())


def _elsewhere(session: Session, office_id: str) -> dict[str, int]:
    """Return in how many units of an office each role of a unit has been held."""
    units = func.count(func.distinct(Seat.unit_id))
    query = select(Seat.role, units).where(Seat.office_id == office_id, col(Seat.unit_id) != "").group_by(Seat.role)
    return dict(session.exec(query).all())


def typed(words: str, unit_id: str) -> Post | None:
    """Return the post that a typed title names: 'Kepala Puskesmas' is the role kepala_puskesmas."""
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    role = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MAX_ROLE].strip("_")
    return Post(role, unit_id) if role and role[0].isalpha() else None
