"""Compare the office and its units with the database."""

from __future__ import annotations

from sqlmodel import Session, func, select

from sop_definitions.errors import Problem
from storage.tables import Bot, Office, Unit
from workflow import moved_office, office_bots
from workflow.office_file.changes import Payload, Plan, difference
from workflow.office_file.model import OfficeEntry, OfficeFile, UnitEntry

_OFFICE = {"name": "nama", "regency": "kabupaten", "timezone": "zona waktu"}
_UNIT = {"name": "nama", "position": "urutan", "active": "aktif"}


def plan_office(session: Session, plan: Plan, entry: OfficeEntry) -> None:
    """Plan the office's own row."""
    row = session.get(Office, entry.id)
    bot = _bot(session, plan, entry)
    new = {"name": entry.name, "regency": entry.regency, "timezone": entry.timezone}
    if row is None:

        def create(session: Session) -> Payload:
            office = Office(id=entry.id, name=entry.name, regency=entry.regency, timezone=entry.timezone)
            office.bot_id = bot.id if bot is not None else None
            session.add(office)
            return {"office": entry.id, "timezone": entry.timezone}

        plan.add("office.added", f"Kantor baru: {entry.name} ({entry.id}), {entry.regency}, {entry.timezone}", create)
        return
    changed, said = difference({name: getattr(row, name) for name in new}, new, _OFFICE)
    if changed:
        office = row

        def change(_: Session) -> Payload:
            office.sqlmodel_update(changed)
            return {"fields": sorted(changed), "timezone": office.timezone}

        plan.add("office.changed", f"Kantor {row.name}: {said}", change)
    if entry.bot is not None and bot is not None and row.bot_id != bot.id:
        _serve(plan, row, bot)


def _bot(session: Session, plan: Plan, entry: OfficeEntry) -> Bot | None:
    """Return the bot that the file names, else the only one there is."""
    if entry.bot is None:
        return office_bots.only_bot(session)
    name = entry.bot.removeprefix("@").lower()
    found = session.exec(select(Bot).where(func.lower(Bot.username) == name)).first()
    if found is None:
        message = f"Bot '{entry.bot}' belum dikenal. Jalankan Pandu sekali dengan token bot itu, lalu ulangi."
        plan.problems.append(Problem(("office", "bot"), message))
    return found


def _serve(plan: Plan, office: Office, bot: Bot) -> None:
    def serve(session: Session) -> Payload:
        moved_office.to_bot(session, office, bot.id)
        return {"fields": ["bot"], "bot": bot.id}

    plan.add("office.changed", f"Kantor {office.name}: dilayani oleh bot @{bot.username}", serve)


def plan_units(session: Session, plan: Plan, file: OfficeFile, *, prune: bool) -> set[str]:
    """Plan the units; return the ids of those that seats may name afterwards."""
    known = {unit.id: unit for unit in session.exec(select(Unit).where(Unit.office_id == file.office.id))}
    active = {unit.id for unit in known.values() if unit.active}
    if file.units is None:
        return active
    for position, entry in zip(_positions(file.units, known), file.units, strict=True):
        _unit(plan, file.office.id, entry, position, known.get(entry.id))
    listed = {entry.id for entry in file.units}
    for unit in sorted(known.values(), key=lambda unit: unit.position):
        if unit.id in listed or not unit.active:
            continue
        if prune:
            _retire(plan, unit)
        else:
            plan.left.append(f"Unit {unit.name} ({unit.id})")
    return listed if prune else listed | active


def _positions(entries: tuple[UnitEntry, ...], known: dict[str, Unit]) -> list[int]:
    """Return where each unit is to stand; units in the file's order already stay where they are."""
    rows = [known[entry.id] for entry in entries if entry.id in known]
    places = [(row.position, row.id) for row in rows]
    if len(rows) == len(entries) and places == sorted(places):
        return [row.position for row in rows]
    return list(range(len(entries)))


def _unit(plan: Plan, office_id: str, entry: UnitEntry, position: int, row: Unit | None) -> None:
    if row is None:

        def create(session: Session) -> Payload:
            session.add(Unit(office_id=office_id, id=entry.id, name=entry.name, position=position))
            return {"unit": entry.id}

        plan.add("unit.added", f"Unit baru: {entry.name} ({entry.id})", create)
        return
    old = {"name": row.name, "position": row.position, "active": row.active}
    changed, said = difference(old, {"name": entry.name, "position": position, "active": True}, _UNIT)
    if changed:

        def change(_: Session) -> Payload:
            row.sqlmodel_update(changed)
            return {"unit": entry.id, "fields": sorted(changed)}

        plan.add("unit.changed", f"Unit {row.name}: {said}", change)


def _retire(plan: Plan, unit: Unit) -> None:
    def retire(_: Session) -> Payload:
        unit.active = False
        return {"unit": unit.id}

    plan.add("unit.retired", f"Unit dinonaktifkan: {unit.name} ({unit.id})", retire)
