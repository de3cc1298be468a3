"""Compare the rules of an office file with the office's."""

from __future__ import annotations

from sqlmodel import Session

from storage.tables import Office
from workflow.office_file.changes import Payload, Plan
from workflow.office_file.model import OfficeFile
from workflow.office_rules import OfficeRules, parse_rules

_SAID = {
    "four_eyes": "yang menyerahkan tidak menyetujui sendiri",
    "record_decisions": "sekretaris boleh mencatat keputusan pimpinan",
    "raw_updates_days": "pesan mentah dihapus setelah (hari)",
    "message_texts_days": "isi pesan terkirim dihapus setelah (hari)",
    "card_ids_days": "nomor kartu dihapus setelah pelaksanaan berakhir (hari)",
}
"""Every rule as an admin reads it."""


def plan_rules(session: Session, plan: Plan, file: OfficeFile, *, prune: bool) -> None:
    """Plan the office's rules; only what the file names changes, with ``prune`` the rest goes back to the defaults."""
    if file.rules is None:
        return
    office_id = file.office.id
    office = session.get(Office, office_id)
    old = parse_rules(office.rules) if office is not None else OfficeRules()
    given = {name: getattr(file.rules, name) for name in file.rules.model_fields_set}
    new = OfficeRules.model_validate(({} if prune else old.model_dump()) | given)
    changed = [name for name in OfficeRules.model_fields if getattr(old, name) != getattr(new, name)]
    if not changed:
        return
    stored = new.model_dump(mode="json", exclude_defaults=True)

    def change(session: Session) -> Payload:
        session.get_one(Office, office_id).rules = stored
        return {"fields": sorted(changed), "rules": stored}

    said = "; ".join(
        f"{_SAID[name]} {_value(getattr(old, name))} menjadi {_value(getattr(new, name))}" for name in changed
    )
    plan.add("office.rules", f"Aturan kantor: {said}", change)


def _value(value: object) -> str:
    return ("ya" if value else "tidak") if isinstance(value, bool) else str(value)
