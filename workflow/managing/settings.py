"""Reminder policy and office rules changed in chat, one value at a time."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from storage.tables import Official
from workflow import cards
from workflow.deed import Stopped
from workflow.managing.acting import record, take_turn
from workflow.moment import Moment
from workflow.office_rules import OfficeRules, rules_of
from workflow.reminding import planning
from workflow.reminding.policy import ReminderPolicy, policy_of


def policy_with(policy: ReminderPolicy, field: str, value: Any) -> ReminderPolicy:
    """Return a policy with one value changed; raises :class:`ValueError` for one that is not allowed."""
    return ReminderPolicy.model_validate({**policy.model_dump(), field: value})


def rules_with(rules: OfficeRules, field: str, value: Any) -> OfficeRules:
    """Return rules with one value changed; raises :class:`ValueError` for one that is not allowed."""
    return OfficeRules.model_validate({**rules.model_dump(), field: value})


def superiors_with(policy: ReminderPolicy, role: str, superior: str | None) -> dict[str, str]:
    """Return the superiors once a role answers to another one; ``None``: as usual (secretary, then head)."""
    kept = {one: other for one, other in policy.superiors.items() if one != role}
    return kept if superior is None else {**kept, role: superior}


def bounds(field: str, model: type[ReminderPolicy] | type[OfficeRules] = ReminderPolicy) -> tuple[int, int]:
    """Return the least and the greatest number a field may have."""
    limits = {type(one).__name__: one for one in model.model_fields[field].metadata}
    return int(limits["Ge"].ge), int(limits["Le"].le)


def change_policy(session: Session, moment: Moment, admin: Official, field: str, value: Any) -> None:
    """Change how the office is reminded, and plan its reminders anew. Raises :class:`Stopped`."""
    office = take_turn(session, admin)
    old = policy_of(office)
    try:
        new = policy_with(old, field, value)
    except ValidationError:
        raise Stopped("stale") from None
    if new == old:
        raise Stopped("setting_same")
    office.policy = new.model_dump(mode="json", exclude_defaults=True)
    session.add(office)
    record(session, moment, admin, "office.policy", {"fields": [field], "policy": office.policy})
    planning.replan_office(session, moment, office)


def change_rules(session: Session, moment: Moment, admin: Official, field: str, value: Any) -> None:
    """Change what the office rules for itself. Raises :class:`Stopped`."""
    office = take_turn(session, admin)
    old = rules_of(office)
    try:
        new = rules_with(old, field, value)
    except ValidationError:
        raise Stopped("stale") from None
    if new == old:
        raise Stopped("setting_same")
    office.rules = new.model_dump(mode="json", exclude_defaults=True)
    session.add(office)
    record(session, moment, admin, "office.rules", {"fields": [field], "rules": office.rules})
    cards.reconcile_office(session, office.id, moment.now)  # who may decide, and so what cards offer, may be another
