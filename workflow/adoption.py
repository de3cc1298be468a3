"""An SOP as one office took it over: frozen, named by a content hash (made in ``adopting``).

The lost column marks of the sources make every actor an inference, whatever its
confidence, so each one is confirmed or changed by the office; until then the SOP cannot
start (:attr:`Adopted.unconfirmed`). Confirming a step whose activity is unreadable confirms
it as it is: it stays blank and is shown as unreadable, with its suggestion marked as one.

What the source prints never changes. A value the office accepted or set stands in
:attr:`Adopted.accepted`, which marks it as the office's, and, where the language has a
place for it, in the step's ``*_shown`` field, so that whoever shows a step need not know.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache

from pydantic import Field

from sop_definitions.duration import Duration, parse_duration
from sop_definitions.model import Collect, Position, SopDefinition, Step, Strict
from storage.tables import Adoption


class Adopted(Strict):
    """An adopted SOP: what a run keeps from its start to its end.

    ``role_map`` leads from every role of the SOP to the office's. ``unconfirmed`` lists the
    steps that keep the SOP from starting: nobody confirmed their actor. ``accepted`` holds, by
    step and field, the values that are the office's and not the source's.
    """

    definition: SopDefinition
    role_map: dict[str, str]
    unconfirmed: tuple[int, ...] = ()
    suggestions_accepted: bool = False
    accepted: dict[int, dict[str, str]] = Field(default_factory=dict)


class AdoptionDamaged(Exception):
    """A stored adoption whose content no longer fits its hash: it was changed after adoption."""


@dataclass(frozen=True, slots=True)
class Need:
    """Work that a seat must be there for: any of ``roles`` (the office's), per unit or once.

    ``blocking`` is false where the run goes on without (receipts, invitations).
    """

    step: int
    roles: tuple[str, ...]
    per_unit: bool = False
    blocking: bool = True

    @property
    def role(self) -> str:
        """The first role that comes into question."""
        return self.roles[0]


def content(adopted: Adopted) -> str:
    """Return the canonical JSON of an adopted SOP: same meaning, same bytes."""
    plain = adopted.model_dump(mode="json", by_alias=True)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(text: str) -> str:
    """Return the SHA-256, in hexadecimal, that names an adopted SOP by its content."""
    return hashlib.sha256(text.encode()).hexdigest()


def load(adoption: Adoption) -> Adopted:
    """Return what an adoption row holds; parsed once per content and process.

    Raises :class:`AdoptionDamaged` if the content was changed after adoption.
    """
    return _parse(_Stored(adoption.content_hash, adoption.content))


@dataclass(frozen=True, slots=True)
class _Stored:
    hash: str
    content: str = field(compare=False, repr=False)


@lru_cache(maxsize=256)
def _parse(stored: _Stored) -> Adopted:
    if content_hash(stored.content) != stored.hash:
        raise AdoptionDamaged(stored.hash)
    return Adopted.model_validate_json(stored.content)


def role_of(adopted: Adopted, sop_role: str) -> str:
    """Return the office's role for a role of the SOP."""
    return adopted.role_map.get(sop_role, sop_role)


def head_role(adopted: Adopted) -> str | None:
    """Return the office's role that heads it, or None where the SOP names none."""
    return _role_at(adopted, Position.HEAD)


def secretary_role(adopted: Adopted) -> str | None:
    """Return the office's role of its secretary, or None where the SOP names none."""
    return _role_at(adopted, Position.SECRETARY)


def _role_at(adopted: Adopted, position: Position) -> str | None:
    return next((role_of(adopted, role.id) for role in adopted.definition.roles if role.position is position), None)


def effective(adopted: Adopted, number: int, name: str) -> str | None:
    """Return what holds for a step's ``activity``, ``inputs``, ``standard_duration`` or ``output``.

    The office's value, else what is shown, else the source; None where it stays blank.
    """
    own = adopted.accepted.get(number, {}).get(name)
    if own is not None:
        return own
    step = adopted.definition.step(number)
    shown: str | None = getattr(step, f"{name}_shown", None)
    source: str | None = getattr(step, f"{name}_source")
    return shown or source


def standard_duration(adopted: Adopted, number: int) -> Duration | None:
    """Return the standard duration that holds for a step, or None where it stays blank."""
    own = adopted.accepted.get(number, {}).get("standard_duration")
    if own is not None:
        return parse_duration(own)
    step = adopted.definition.step(number)
    if step.standard_duration_source is None:
        return None
    return parse_duration(step.standard_duration_source, step.standard_duration_unit)


def office_roles_needed(adopted: Adopted) -> tuple[Need, ...]:
    """Return, in step order, the office roles without which work stays undone."""
    return tuple(need for step in adopted.definition.steps for need in _needs(adopted, step))


def _needs(adopted: Adopted, step: Step) -> list[Need]:
    def need(*roles: str, per_unit: bool = False, blocking: bool = True) -> Need:
        mapped = tuple(dict.fromkeys(role_of(adopted, role) for role in roles))
        return Need(step.number, mapped, per_unit, blocking)

    if step.collect is Collect.HAND_IN:
        needs = [need(step.from_ or step.actor.role, per_unit=True)]
        if step.collector:
            needs.append(need(step.collector))
    else:
        needs = [need(step.actor.role)]
        if step.decider:
            needs.append(need(step.decider))
        if step.second_party:
            needs.append(need(*step.second_party.roles))
    if step.distribute and adopted.definition.unit_role:
        needs.append(need(adopted.definition.unit_role, per_unit=True, blocking=False))
    needs.extend(need(role, blocking=False) for role in step.participants)
    return needs
