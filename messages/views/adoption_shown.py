"""An SOP's steps as the screens of its adoption show them: what is open, and what was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from messages.text import one_line
from sop_definitions.model import Step
from storage.tables import AdoptionDraft
from workflow import adoption_proposals as proposals
from workflow.adoption import Adopted
from workflow.job_titles import job_title

MAX_TITLE, MAX_ACTIVITY, MAX_SHORT, MAX_REASON, MAX_VALUE = 90, 130, 60, 150, 90
ORDER = ("activity", "standard_duration", "inputs", "output")
"""As an official asks: what, how long, with what, for what."""


@dataclass(frozen=True, slots=True)
class ShownValue:
    """What a blank is proposed, or chosen, to hold; '' where it stays blank. ``name`` is the blank's."""

    name: str
    value: str
    own: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step with everything about it that the signed SOP leaves open. ``activity`` is '' where it is unreadable."""

    number: int
    activity: str
    actor: str
    chosen: bool
    confidence: str
    reason: str
    others: list[str]
    values: list[ShownValue]
    basis: str
    decider: str


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """A step as it would be adopted: who, the values that are the office's, and which stay blank."""

    number: int
    activity: str
    actor: str
    values: list[ShownValue]
    left: list[str]
    decider: str


def shown_step(draft: AdoptionDraft | None, step: Step) -> ShownStep:
    """Return a step with what is open about it, as it stands in a draft or, without one, as suggested."""
    mapped = draft.choices.get("roles", {}) if draft is not None else {}
    chosen = proposals.chosen_at(draft, step) if draft is not None else {}

    def title(role: str) -> str:
        return one_line(job_title(mapped.get(role, role)), MAX_TITLE)

    values = [
        ShownValue(
            blank.name,
            one_line(chosen.get(blank.name, blank.suggestion or ""), MAX_VALUE),
            own=blank.name in chosen,
            source=one_line(blank.source or "", 40),
        )
        for blank in sorted(proposals.blanks(step), key=lambda blank: ORDER.index(blank.name))
    ]
    decider = step.suggested.decider if step.suggested else None
    return ShownStep(
        step.number,
        one_line(step.activity_shown or step.activity_source or "", MAX_ACTIVITY),
        title(chosen.get("actor", step.actor.role)),
        "actor" in chosen,
        step.actor.confidence.value,
        one_line(step.actor.reason, MAX_REASON),
        [title(role) for role in step.actor.alternatives],
        values,
        one_line(step.suggested.basis, MAX_REASON) if step.suggested else "",
        title(decider) if decider else "",
    )


def shown_choices(adopted: Adopted) -> dict[str, object]:
    """Return everything an adoption decides, for whoever is to say yes to it."""
    steps = [_choice(adopted, step) for step in adopted.definition.steps]
    known = {role.id: role.title for role in adopted.definition.roles}
    roles = [
        (one_line(known.get(sop, sop), MAX_TITLE), one_line(job_title(own), MAX_TITLE))
        for sop, own in adopted.role_map.items()
        if sop != own
    ]
    return {"roles": roles, "steps": steps}


def _choice(adopted: Adopted, step: Step) -> ShownChoice:
    accepted = adopted.accepted.get(step.number, {})

    def title(role: str) -> str:
        return one_line(job_title(adopted.role_map.get(role, role)), MAX_TITLE)

    return ShownChoice(
        step.number,
        one_line(accepted.get("activity") or step.activity_shown or step.activity_source or "", MAX_SHORT),
        title(step.actor.role),
        [ShownValue(name, one_line(accepted[name], MAX_VALUE)) for name in ORDER if name in accepted],
        [name for name in ORDER if name not in accepted and getattr(step, f"{name}_source") is None],
        title(accepted["decider"]) if "decider" in accepted else "",
    )
