"""Compare the reminder policy of an office file with the office's."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session

from storage.tables import Office
from workflow.office_file.changes import Payload, Plan
from workflow.office_file.model import OfficeFile
from workflow.reminding.policy import ReminderPolicy, parse_policy

_SAID = {
    "floor_minutes": "pengingat paling cepat setelah kartu (menit kerja)",
    "early_percent": "pengingat awal langkah panjang (persen waktunya)",
    "long_from_minutes": "disebut langkah panjang mulai (menit kerja)",
    "before_closing_minutes": "pengingat sebelum kantor tutup (menit)",
    "gap_minutes": "jarak antara dua pengingat (menit)",
    "digest_spread_minutes": "rentang pengiriman ringkasan pagi (menit)",
    "without_deadline_every_days": "langkah tanpa waktu disebut tiap (hari kerja)",
    "without_deadline_superior_after_days": "langkah tanpa waktu, atasan diberi tahu setelah (hari kerja)",
    "unacknowledged_after_days": "belum ditindaklanjuti, atasan diberi tahu setelah (hari kerja)",
    "unacknowledged_action": "bila belum ditindaklanjuti",
    "incomplete_after_days": "belum selesai, atasan diberi tahu setelah (hari kerja)",
    "incomplete_action": "bila belum selesai",
    "superiors": "atasan",
    "cutoff_day": "tanggal batas tiap bulan",
    "late_after_days": "disebut terlambat setelah (hari kerja)",
}
"""Every key of the policy as an admin reads it."""


def plan_policy(session: Session, plan: Plan, file: OfficeFile, roles: Collection[str], *, prune: bool) -> None:
    """Plan how the office is reminded; ``roles`` are those of its seats.

    Only what the file names changes; with ``prune`` the rest goes back to the defaults.
    """
    if file.policy is None:
        return
    office_id = file.office.id
    office = session.get(Office, office_id)
    old = parse_policy(office.policy) if office is not None else ReminderPolicy()
    given = {name: getattr(file.policy, name) for name in file.policy.model_fields_set}
    if "superiors" in given and not prune:
        given["superiors"] = {**old.superiors, **given["superiors"]}
    kept = {} if prune else old.model_dump()
    new = ReminderPolicy.model_validate(kept | given)
    _doubts(plan, file.policy, roles)
    changed = [name for name in ReminderPolicy.model_fields if getattr(old, name) != getattr(new, name)]
    if not changed:
        return
    stored = new.model_dump(mode="json", exclude_defaults=True)

    def change(session: Session) -> Payload:
        session.get_one(Office, office_id).policy = stored
        return {"fields": sorted(changed), "policy": stored}

    said = "; ".join(
        f"{_SAID[name]} {_value(getattr(old, name))} menjadi {_value(getattr(new, name))}" for name in changed
    )
    plan.add("office.policy", f"Aturan pengingat: {said}", change)


def _doubts(plan: Plan, policy: ReminderPolicy, roles: Collection[str]) -> None:
    named = {role for pair in policy.superiors.items() for role in pair}
    plan.warnings += [f"Peran '{role}' pada superiors tidak dipegang siapa pun." for role in sorted(named - set(roles))]
    plan.warnings += [
        f"Peran '{role}' tidak dapat menjadi atasannya sendiri; baris itu tidak berpengaruh."
        for role, superior in policy.superiors.items()
        if role == superior
    ]


def _value(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{role} → {superior}" for role, superior in sorted(value.items())) or "(bawaan)"
        case "notify":
            return "diberi tahu"
        case "offer":
            return "diberi tahu dan ditawari mengalihkan"
        case _:
            return str(value)
