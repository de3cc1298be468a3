"""Compare the SOPs an office adopts with the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from sqlmodel import Session, col, select

from sop_definitions.errors import Problem
from sop_definitions.loader import find, load_all
from sop_definitions.model import SopDefinition
from storage.tables import Adoption
from workflow import taking_over
from workflow.adopting import AdoptionRefused, adopt
from workflow.adoption import Adopted, content, content_hash, load
from workflow.office_file.changes import Payload, Plan
from workflow.office_file.model import AdoptEntry, OfficeFile


def plan_adoptions(
    session: Session, plan: Plan, file: OfficeFile, roles: Collection[str], now: datetime, *, prune: bool
) -> list[Adopted]:
    """Plan the adoptions; return what the office will have adopted afterwards.

    ``roles`` are those of the office's seats. An adoption never changes: other choices make
    another row, and runs keep the one they started with.
    """
    known = select(Adoption).where(Adoption.office_id == file.office.id, col(Adoption.current))
    current = {row.sop_id: row for row in session.exec(known.order_by(col(Adoption.id)))}
    adopted: dict[str, Adopted] = {sop: load(row) for sop, row in current.items()}
    for index, entry in enumerate(file.adopts or ()):
        definition = _definition(plan, index, entry)
        if definition is None:
            continue
        try:
            taken = adopt(definition, entry, roles)
        except AdoptionRefused as refused:
            plan.problems += [replace(p, path=("adopts", index, *p.path)) for p in refused.problems]
            continue
        adopted[definition.id] = taken
        _adoption(plan, file.office.id, entry, taken, current.get(definition.id), now)
    if file.adopts is not None:
        listed = {entry.sop for entry in file.adopts}
        for sop, row in current.items():
            if sop in listed:
                continue
            if prune:
                _retire(plan, row)
                del adopted[sop]
            else:
                plan.left.append(f"SOP {row.title} ({sop} versi {row.version})")
    return list(adopted.values())


def _definition(plan: Plan, index: int, entry: AdoptEntry) -> SopDefinition | None:
    try:
        return find(entry.sop, entry.version)
    except KeyError:
        known = load_all()
    versions = [version for sop, version in known if sop == entry.sop]
    if versions:
        message = f"SOP ini tidak mempunyai versi '{entry.version}'. Yang ada: {', '.join(versions)}."
        plan.problems.append(Problem(("adopts", index, "version"), message))
        return None
    names = sorted({sop for sop, _ in known})
    near = get_close_matches(entry.sop, names, n=1)
    hint = f"Maksudnya '{near[0]}'?" if near else f"Yang ada: {', '.join(names)}."
    plan.problems.append(Problem(("adopts", index, "sop"), f"SOP '{entry.sop}' tidak ada. {hint}"))
    return None


def _adoption(
    plan: Plan, office_id: str, entry: AdoptEntry, adopted: Adopted, current: Adoption | None, now: datetime
) -> None:
    definition = adopted.definition
    named = f"{definition.title} ({definition.id} versi {definition.version})"
    if adopted.unconfirmed:
        plan.warnings.append(
            f"SOP {named} belum dapat dimulai: pastikan pelaksana atau uraian langkah {_listed(adopted.unconfirmed)}."
        )
    if current is not None and current.content_hash == content_hash(content(adopted)):
        return

    def take(session: Session) -> Payload:
        choices = entry.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return taking_over.make_current(session, taking_over.kept(session, office_id, choices, adopted, now))

    if current is None:
        said = f"SOP diadopsi: {named}"
    else:
        said = f"Adopsi SOP diperbarui: {named}. Pelaksanaan yang sudah dimulai tetap memakai adopsi lamanya"
    plan.add("sop.adopted", said, take)


def _retire(plan: Plan, row: Adoption) -> None:
    def retire(_: Session) -> Payload:
        row.current = False
        return {"sop": row.sop_id, "version": row.version, "adoption": row.content_hash}

    said = f"Adopsi SOP diakhiri: {row.title} ({row.sop_id}). Pelaksanaan yang sudah dimulai tetap berjalan"
    plan.add("sop.retired", said, retire)


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(str(number) for number in numbers)
