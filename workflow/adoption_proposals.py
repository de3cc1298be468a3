"""Adopting an SOP in chat: what an admin chooses, kept as a draft, put before the head, and taking effect.

The choices are those of an office file's ``adopts`` entry and are applied by the same code, so
that the same choices give the same content, by whichever way they came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from sop_definitions.duration import parse_duration
from sop_definitions.loader import find, load_all, version_order
from sop_definitions.model import Position, Role, SopDefinition, Step
from storage import audit
from storage.locks import lock_runs
from storage.tables import Adoption, AdoptionDraft, Approval, Official, Seat
from workflow import adoption_ending, approvals, cards, people, taking_over
from workflow.adopting import adopt
from workflow.adoption import Adopted
from workflow.adoption_choices import BLANKS
from workflow.deed import Stopped
from workflow.moment import Moment
from workflow.office_file.model import AdoptEntry

KIND = "adoption"
"""The kind of approval that an adoption needs."""

MAX_OWN = 300
"""Characters of what an admin may write where the SOP is blank."""

LEFT = ""
"""In a draft: this blank stays blank."""


@dataclass(frozen=True, slots=True)
class Blank:
    """What a step leaves open. ``source`` is printed, but unusable; ``suggestion`` may be missing."""

    name: str
    suggestion: str | None
    source: str | None


def shipped() -> list[SopDefinition]:
    """Return the SOPs that can be adopted, by title, the newest version of each first."""
    newest_first = sorted(load_all().values(), key=lambda one: version_order(one.version), reverse=True)
    return sorted(newest_first, key=lambda one: one.title)


def definition_of(draft: AdoptionDraft) -> SopDefinition:
    """Return the SOP a draft is about; raises :class:`Stopped` if it is not shipped any more."""
    try:
        return find(draft.sop_id, draft.version)
    except KeyError:
        raise Stopped("not_found") from None


def blanks(step: Step) -> tuple[Blank, ...]:
    """Return what the source leaves blank at a step, or prints so that it cannot be used."""
    found = []
    for name in BLANKS:
        source: str | None = getattr(step, f"{name}_source")
        suggestion: str | None = getattr(step.suggested, name) if step.suggested else None
        if source is None or suggestion is not None:
            found.append(Blank(name, suggestion, source))
    return tuple(found)


def draft_of(session: Session, admin: Official, sop_id: str, version: str | None = None) -> AdoptionDraft | None:
    """Return what was chosen so far of an SOP, locked; of another version of it nothing was."""
    query = select(AdoptionDraft).where(AdoptionDraft.office_id == admin.office_id, AdoptionDraft.sop_id == sop_id)
    row = session.exec(query.with_for_update().execution_options(populate_existing=True)).first()
    return row if row is not None and version in (None, row.version) else None


def begin(session: Session, moment: Moment, admin: Official, definition: SopDefinition) -> AdoptionDraft:
    """Return the draft of an SOP to go on with, an empty one where there was none of this version.

    Raises :class:`Stopped` for anybody but an admin.
    """
    if not people.is_admin(admin):
        raise Stopped("not_allowed")
    row = draft_of(session, admin, definition.id)
    if row is None:
        row = AdoptionDraft(
            office_id=admin.office_id, sop_id=definition.id, version=definition.version, changed_by=admin.id or 0,
            changed_at=moment.now,
        )  # fmt: skip
        session.add(row)
    elif row.version != definition.version:
        row.version = definition.version
        _write(moment, admin, row, {}, [])
    session.flush()
    return row


def office_roles(session: Session, office_id: str) -> list[str]:
    """Return the roles that the office's seats name."""
    query = (
        select(Seat.role)
        .join(Official, col(Official.id) == Seat.official_id)
        .where(Seat.office_id == office_id, col(Seat.held), col(Official.active).is_(True))
    )
    return sorted(set(session.exec(query)))


def differing_roles(session: Session, draft: AdoptionDraft) -> list[Role]:
    """Return the SOP's roles that nobody in the office holds under that name and that were not decided yet."""
    held = office_roles(session, draft.office_id)
    roles = definition_of(draft).roles
    return [role for role in roles if role.id not in held and f"role-{role.id}" not in draft.decided]


def likely_role(role: Role, held: Sequence[str]) -> str | None:
    """Return the office's role that most likely is meant by an SOP's: one at the same place in the office."""
    if role.position is Position.STAFF:
        return None
    same = {one.id for definition in load_all().values() for one in definition.roles if one.position is role.position}
    found = [one for one in held if one in same]
    return found[0] if len(found) == 1 else None


def map_role(session: Session, moment: Moment, admin: Official, draft: AdoptionDraft, role: str, own: str) -> None:
    """Say which of the office's roles an SOP's role is; ``own`` may be the SOP's name itself."""
    if own != role and own not in office_roles(session, draft.office_id):
        raise Stopped("question_gone")
    roles = {key: value for key, value in draft.choices.get("roles", {}).items() if key != role}
    choices = {**draft.choices, "roles": {**roles, role: own} if own != role else roles}
    _write(moment, admin, draft, choices, [*draft.decided, f"role-{role}"])


def choose(moment: Moment, admin: Official, draft: AdoptionDraft, step: Step, name: str, value: str | None) -> None:
    """Set a step's actor, or what stands where it is blank; ``None`` takes the choice back, '' leaves it blank.

    Raises :class:`ValueError` with why a typed value cannot stand there.
    """
    if name == "actor" and value == step.actor.role:
        value = None
    if value and name != "actor" and len(value) > MAX_OWN:
        raise ValueError("too_long")
    if value and name == "standard_duration":
        try:
            parse_duration(value)
        except ValueError:
            raise ValueError("not_a_duration") from None
    steps = {key: dict(chosen) for key, chosen in draft.choices.get("steps", {}).items()}
    chosen = steps.setdefault(str(step.number), {})
    chosen.pop(name, None)
    if value is not None:
        chosen[name] = value
    _write(moment, admin, draft, {**draft.choices, "steps": steps}, draft.decided)


def chosen_at(draft: AdoptionDraft, step: Step) -> dict[str, str]:
    """Return what was chosen for a step, by name; :data:`LEFT` for what stays blank."""
    return dict(draft.choices.get("steps", {}).get(str(step.number), {}))


def accept_step(moment: Moment, admin: Official, draft: AdoptionDraft, step: Step) -> None:
    """Be content with a step as it stands now."""
    _write(moment, admin, draft, draft.choices, [*draft.decided, f"step-{step.number}"])


def leave_blank(moment: Moment, admin: Official, draft: AdoptionDraft, step: Step) -> None:
    """Leave everything blank that the source leaves blank at a step, and be content with its actor."""
    for blank in blanks(step):
        choose(moment, admin, draft, step, blank.name, LEFT)
    accept_step(moment, admin, draft, step)


def accept_all(moment: Moment, admin: Official, draft: AdoptionDraft) -> None:
    """Take every suggestion: each inferred actor is right, each blank is as suggested."""
    every = [f"step-{step.number}" for step in definition_of(draft).steps]
    roles = {"roles": draft.choices["roles"]} if draft.choices.get("roles") else {}
    _write(moment, admin, draft, roles, [*(one for one in draft.decided if one.startswith("role-")), *every])


def next_step(draft: AdoptionDraft) -> Step | None:
    """Return the first step that was not looked at yet."""
    return next((step for step in definition_of(draft).steps if f"step-{step.number}" not in draft.decided), None)


def entry_of(draft: AdoptionDraft) -> AdoptEntry:
    """Return what was chosen as an office file says it; steps not looked at are as suggested."""
    definition = definition_of(draft)
    suggesting = [
        step for step in definition.steps if any(blank.suggestion for blank in blanks(step)) or _decides(step)
    ]
    accepted = [step.number for step in suggesting if LEFT not in _named(draft, step, suggested=True)]
    steps: dict[int, dict[str, str]] = {}
    for step in definition.steps:
        own = {name: value for name, value in chosen_at(draft, step).items() if value != LEFT}
        if step in suggesting and step.number not in accepted:
            # One suggestion is turned down, so that the others are the office's own words.
            taken = {blank.name: blank.suggestion for blank in blanks(step) if blank.suggestion}
            left = {name for name, value in chosen_at(draft, step).items() if value == LEFT}
            own = {name: value for name, value in taken.items() if name not in left} | own
        if own:
            steps[step.number] = own
    everything = len(accepted) == len(suggesting)
    return AdoptEntry.model_validate(
        {
            "sop": definition.id, "version": definition.version, "confirm": "all",
            "roles": draft.choices.get("roles", {}), "steps": steps,
            "accept_suggestions": True if everything else accepted,
        }
    )  # fmt: skip


def adopted_of(session: Session, draft: AdoptionDraft) -> Adopted:
    """Return the SOP as the office would take it over; raises :class:`AdoptionRefused` for choices that do not fit."""
    return adopt(definition_of(draft), entry_of(draft), office_roles(session, draft.office_id))


def propose(session: Session, moment: Moment, admin: Official, draft: AdoptionDraft) -> Approval:
    """Put a draft before the head; with nobody there it takes effect at once. The draft is gone then.

    Raises :class:`Stopped` for anybody but an admin, and where the office works with just this already.
    """
    if not people.is_admin(admin):
        raise Stopped("not_allowed")
    lock_runs(session, admin.office_id)
    entry = entry_of(draft)
    written = entry.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    row = taking_over.kept(session, admin.office_id, written, adopted_of(session, draft), moment.now)
    if row.current:
        raise Stopped("adoption_same")
    for earlier in waiting(session, admin.office_id, row.sop_id):
        approvals.lapse(session, moment, earlier)
    payload = {"sop": row.sop_id, "version": row.version, "adoption": row.content_hash, "row": row.id}
    session.delete(draft)
    session.flush()
    return approvals.ask(session, moment, admin, KIND, payload, take_effect)


def waiting(session: Session, office_id: str, sop_id: str | None = None) -> list[Approval]:
    """Return the adoptions that nobody has decided yet, oldest first."""
    query = select(Approval).where(Approval.office_id == office_id, Approval.status == "asked", Approval.kind == KIND)
    rows = session.exec(query.order_by(col(Approval.id))).all()
    return [row for row in rows if sop_id in (None, row.payload.get("sop"))]


def take_effect(session: Session, moment: Moment, approval: Approval) -> None:
    """Let new runs start with what was agreed to; runs underway keep theirs."""
    row = session.get_one(Adoption, approval.payload["row"])
    for ending in adoption_ending.waiting(session, row.office_id, row.sop_id):
        approvals.lapse(session, moment, ending)  # it was about what held before
    by = session.get_one(Official, approval.decided_by or approval.asked_by)
    audit.record(
        session, office_id=row.office_id, at=moment.now, kind="sop.adopted",
        payload={**taking_over.make_current(session, row), "approval": approval.id}, actor_id=by.id,
        capacity=people.title(session, by),
    )  # fmt: skip
    cards.reconcile_office(session, row.office_id, moment.now)


def _decides(step: Step) -> bool:
    return step.suggested is not None and step.suggested.decider is not None


def _named(draft: AdoptionDraft, step: Step, *, suggested: bool) -> set[str]:
    """Return what was chosen for those of a step's blanks that have a suggestion (or have none)."""
    named = {blank.name for blank in blanks(step) if (blank.suggestion is not None) is suggested}
    return {value for name, value in chosen_at(draft, step).items() if name in named}


def _write(moment: Moment, admin: Official, draft: AdoptionDraft, choices: dict[str, Any], decided: list[str]) -> None:
    draft.choices, draft.decided = choices, list(dict.fromkeys(decided))
    draft.changed_by, draft.changed_at = admin.id or 0, moment.now
