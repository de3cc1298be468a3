"""Who sits where: every question about seats, each answered by one indexed query.

A right belongs to a seat (a role, perhaps in a unit), never to a person, and is decided
from the seats held at that moment. Only active officials of the office asked about are
ever answered; whether they have joined yet (``telegram_id``) is for the caller to look at.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, exists, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from storage.among import among
from storage.sessions import foresee, once
from storage.tables import Chat, Office, Official, Seat, Unit
from workflow import office_bots
from workflow.adoption import Adopted, head_role, secretary_role
from workflow.job_titles import job_title
from workflow.seats.terms import Capacity


def holders(session: Session, office_id: str, roles: Collection[str], unit_id: str = "") -> list[Official]:
    """Return who holds any of the office's roles; ``unit_id`` narrows to one unit, '' does not."""
    if unit_id:
        return _officials(session, office_id, _seated(office_id, roles, unit_id))
    return list(session.exec(_HOLDING, params={"office_id": office_id, "roles": sorted(roles)}))


def unit_heads(session: Session, office_id: str, role: str, unit_id: str) -> list[Official]:
    """Return who answers for a unit: the holders of ``role`` seated in it.

    An office that gives the role to no unit at all (it has no such title) is answered for,
    unit by unit, by everybody seated there.
    """
    if not unit_id:
        return []
    anybody = and_(_seated(office_id, None, unit_id), ~_headed_somewhere(office_id, role))
    return _officials(session, office_id, or_(_seated(office_id, [role], unit_id), anybody))


def unit_staff(session: Session, office_id: str, role: str, unit_id: str) -> list[Official]:
    """Return who else is seated in a unit: they may bring a file, its head sends it."""
    if not unit_id:
        return []
    others = and_(_seated(office_id, None, unit_id), ~_seated(office_id, [role], unit_id))
    return _officials(session, office_id, and_(others, _headed_somewhere(office_id, role)))


def seats_of(session: Session, official_id: int) -> list[Seat]:
    """Return the seats an official holds now, those of the whole office first."""
    held = select(Seat).where(Seat.official_id == official_id, col(Seat.held))
    return list(session.exec(held.order_by(Seat.unit_id, Seat.role)))


def all_seats_of(session: Session, official_id: int) -> list[Seat]:
    """Return every seat an official holds, held or is to hold, oldest first."""
    return list(session.exec(select(Seat).where(Seat.official_id == official_id).order_by(col(Seat.id))))


def holds(session: Session, official: Official, roles: Collection[str], unit_id: str = "") -> bool:
    """Say whether an active official holds any of the roles now (in that unit, if one is named)."""
    if not official.active or official.auditor:
        return False
    query = select(Seat.id).where(Seat.official_id == official.id, col(Seat.held), col(Seat.role).in_(sorted(roles)))
    if unit_id:
        query = query.where(Seat.unit_id == unit_id)
    return session.exec(query.limit(1)).first() is not None


def officials_of(session: Session, telegram_id: int, bot_id: int) -> list[Official]:
    """Return whom a Telegram account stands for to a bot: one official per office of that bot it sits in.

    An auditor is no official of the office they read: see :func:`auditors_of`.
    """
    return _rows_of(session, telegram_id, bot_id, auditor=False)


def auditors_of(session: Session, telegram_id: int, bot_id: int) -> list[Official]:
    """Return the offices of a bot that a Telegram account audits, whether or not the time for it is now."""
    return _rows_of(session, telegram_id, bot_id, auditor=True)


def _rows_of(session: Session, telegram_id: int, bot_id: int, *, auditor: bool) -> list[Official]:
    return [one for one in everybody_of(session, telegram_id, bot_id) if one.auditor is auditor]


def everybody_of(session: Session, telegram_id: int, bot_id: int) -> list[Official]:
    """Return whom a Telegram account stands for to a bot, officials and auditors, by office."""
    return once(session, ("account", bot_id, telegram_id), lambda: _of_accounts(session, [telegram_id], bot_id))


def foresee_accounts(session: Session, telegram_ids: Collection[int], bot_id: int) -> None:
    """Read together whom several accounts stand for, before each is asked about: see :func:`everybody_of`."""
    found: dict[Hashable, list[Official]] = {("account", bot_id, one): [] for one in telegram_ids}
    for official in _of_accounts(session, telegram_ids, bot_id):
        found["account", bot_id, official.telegram_id].append(official)
    foresee(session, found)


def _of_accounts(session: Session, telegram_ids: Collection[int], bot_id: int) -> list[Official]:
    return list(session.exec(_OF_ACCOUNTS, params={"telegram_ids": telegram_ids, "bot_id": bot_id}))


def admins(session: Session, office_id: str) -> list[Official]:
    """Return the office's admins."""
    return _officials(session, office_id, col(Official.admin).is_(True))


def heads(session: Session, office_id: str, adopted: Adopted) -> list[Official]:
    """Return who holds the seat that heads the office, as the adopted SOP names it."""
    role = head_role(adopted)
    return holders(session, office_id, [role]) if role else []


def secretaries(session: Session, office_id: str, adopted: Adopted) -> list[Official]:
    """Return who holds the secretary's seat, as the adopted SOP names it."""
    role = secretary_role(adopted)
    return holders(session, office_id, [role]) if role else []


def is_head(session: Session, official: Official, adopted: Adopted) -> bool:
    """Say whether an official holds the seat that heads the office."""
    role = head_role(adopted)
    return role is not None and holds(session, official, [role])


def is_secretary(session: Session, official: Official, adopted: Adopted) -> bool:
    """Say whether an official holds the secretary's seat."""
    role = secretary_role(adopted)
    return role is not None and holds(session, official, [role])


def is_admin(official: Official) -> bool:
    """Say whether an official administers the office's installation."""
    return official.active and official.admin and not official.auditor


def joined(session: Session, official: Official) -> bool:
    """Say whether the office's bot can reach an official: enrolled, has opened the chat, has not blocked it."""
    bot = office_bots.bot_of(session, official.office_id)
    if official.telegram_id is None or bot is None:
        return False
    chat = session.get(Chat, (bot.id, official.telegram_id))
    return chat is not None and chat.reachable


def capacity(session: Session, official: Official, roles: Iterable[str], unit_id: str = "") -> str:
    """Return, in Indonesian, the seat in which somebody acts, e.g. 'Kasi Pemerintahan' or 'Plh. Camat'.

    Of several seats the most telling is named: one in the unit asked about, then one with
    one of the roles, in the order given. Somebody who acts without such a seat (an admin,
    an invited participant) is named by any seat they hold, else as 'Admin' or 'Peserta'.
    """
    return words_of(official, seats_with_units(session, official), roles, unit_id)


def seats_with_units(session: Session, official: Official) -> list[tuple[Seat, str | None]]:
    """Return the seats an official holds now, each with the name of its unit, if it is in one."""
    number = official.id or 0
    return once(session, ("held", number), lambda: _held(session, [number])[number])


def words_of(
    official: Official, rows: Sequence[tuple[Seat, str | None]], roles: Iterable[str], unit_id: str = ""
) -> str:
    """Return :func:`capacity` where the official's seats were read already."""
    wanted = list(roles)

    def distance(row: tuple[Seat, str | None]) -> tuple[bool, int, str, str]:
        seat = row[0]
        rank = wanted.index(seat.role) if seat.role in wanted else len(wanted)
        return (bool(unit_id) and seat.unit_id != unit_id, rank, seat.unit_id, seat.role)

    if not rows:
        return "Auditor" if official.auditor else "Admin" if official.admin else "Peserta"
    seat, unit_name = min(rows, key=distance)
    return Capacity(seat.capacity).prefix + (seat.title or job_title(seat.role, unit_name))


def foresee_seats(session: Session, official_ids: Collection[int]) -> None:
    """Read together the seats that several officials hold, before any is named by theirs: see :func:`capacity`."""
    foresee(session, {("held", official): rows for official, rows in _held(session, official_ids).items()})


def _held(session: Session, official_ids: Collection[int]) -> dict[int, list[tuple[Seat, str | None]]]:
    """Return the seats officials hold, each with the name of its unit."""
    found: dict[int, list[tuple[Seat, str | None]]] = {official: [] for official in official_ids}
    for seat, unit in session.exec(_HELD_WITH_UNIT, params={"officials": official_ids}):
        found[seat.official_id].append((seat, unit))
    return found


def title(session: Session, official: Official) -> str:
    """Return the seat an official is known by: one of the whole office before one in a unit."""
    return capacity(session, official, ())


def _officials(session: Session, office_id: str, condition: ColumnElement[bool]) -> list[Official]:
    return list(session.exec(_active(office_id, condition)))


def _active(office_id: str | BindParameter[str], condition: ColumnElement[bool]) -> SelectOfScalar[Official]:
    query = select(Official).where(
        col(Official.office_id) == office_id,
        col(Official.active).is_(True),
        col(Official.auditor).is_(False),
        condition,
    )
    return query.order_by(col(Official.id))


def _seated(
    office_id: str | BindParameter[str], roles: Collection[str] | BindParameter[Any] | None, unit_id: str
) -> ColumnElement[bool]:
    """Return the condition that an official has a seat with one of the roles (None: any)."""
    seat = aliased(Seat)
    query = exists().where(col(seat.official_id) == col(Official.id), col(seat.office_id) == office_id, col(seat.held))
    if roles is not None:
        query = query.where(col(seat.role).in_(roles if isinstance(roles, BindParameter) else sorted(roles)))
    if unit_id:
        query = query.where(col(seat.unit_id) == unit_id)
    return query


def _headed_somewhere(office_id: str, role: str) -> ColumnElement[bool]:
    seat = aliased(Seat)
    return exists().where(
        col(seat.office_id) == office_id, col(seat.role) == role, col(seat.unit_id) != "", col(seat.held)
    )


# Asked several times for every tap. Putting such a statement together costs more than running it.
_HOLDING = _active(bindparam("office_id"), _seated(bindparam("office_id"), bindparam("roles", expanding=True), ""))
_OF_ACCOUNTS = (
    select(Official)
    .join(Office, col(Office.id) == col(Official.office_id))
    .where(
        among(Official.telegram_id, "telegram_ids"),
        Office.bot_id == bindparam("bot_id"),
        col(Official.active).is_(True),
    )
    .order_by(col(Official.office_id))
)
_HELD_WITH_UNIT = (
    select(Seat, Unit.name)
    .join(Unit, and_(col(Unit.office_id) == col(Seat.office_id), col(Unit.id) == col(Seat.unit_id)), isouter=True)
    .where(among(Seat.official_id, "officials"), col(Seat.held))
)
