"""Which posts a new official can be given by button: those the office has, and those its SOPs ask for."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from sqlmodel import Session, col, select

from storage.tables import Adoption, Office, Seat
from workflow.adoption import head_role, load, office_roles_needed, secretary_role
from workflow.founding_posts import usual
from workflow.seats import posts
from workflow.seats.posts import Post

MAX_ROLE = 40


def offered(session: Session, office_id: str, unit_id: str, now: datetime) -> list[Post]:
    """Return the posts of one unit, or those of the whole office for ''."""
    known = [post for post in posts.posts_of(session, office_id, now) if post.unit_id == unit_id]
    wanted = {post.role for post in known}
    query = select(Adoption).where(Adoption.office_id == office_id, col(Adoption.current).is_(True))
    current = session.exec(query).all()
    if not current:
        wanted |= usual(session.get_one(Office, office_id).name, in_unit=bool(unit_id))
    for adoption in current:
        adopted = load(adoption)
        if unit_id:
            wanted |= {need.role for need in office_roles_needed(adopted) if need.per_unit}
        else:
            wanted |= {role for role in (head_role(adopted), secretary_role(adopted)) if role is not None}
    if unit_id:
        # What one unit has, another may have too: a head, a staff member.
        elsewhere = select(Seat.role).where(Seat.office_id == office_id, col(Seat.unit_id) != "").distinct()
        wanted |= set(session.exec(elsewhere))
    return [Post(role, unit_id) for role in sorted(wanted)]


def typed(words: str, unit_id: str) -> Post | None:
    """Return the post that a typed title names: 'Kepala Puskesmas' is the role kepala_puskesmas."""
    plain = unicodedata.normalize("NFKD", words.casefold()).encode("ascii", "ignore").decode()
    role = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MAX_ROLE].strip("_")
    return Post(role, unit_id) if role and role[0].isalpha() else None
