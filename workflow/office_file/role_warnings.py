"""What is allowed in an office file but probably a slip: seats no SOP asks for, and the reverse."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from workflow.adoption import Adopted, head_role, office_roles_needed, secretary_role


def role_warnings(adopted: Iterable[Adopted], seated: set[str]) -> list[str]:
    """Compare the roles that the adopted SOPs ask for with those that seats name."""
    known = list(adopted)
    if not known:
        return []
    needs = [need for one in known for need in office_roles_needed(one)]
    needed = {role for need in needs for role in need.roles}
    needed |= {role for one in known for role in (head_role(one), secretary_role(one)) if role}
    warnings = []
    for role in sorted(seated - needed):
        near = get_close_matches(role, sorted(needed - seated), n=1)
        hint = f" Maksudnya '{near[0]}'?" if near else ""
        warnings.append(f"Peran '{role}' tidak dipakai SOP mana pun yang diadopsi.{hint}")
    vacant = sorted({", ".join(need.roles) for need in needs if need.blocking and not seated & set(need.roles)})
    warnings += [f"Peran '{roles}' dibutuhkan SOP yang diadopsi, tetapi belum ada pemegangnya." for roles in vacant]
    return warnings
