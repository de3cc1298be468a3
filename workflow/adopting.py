"""Adopting an SOP: an office's choices applied to a definition, every misfit said at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sop_definitions.duration import parse_duration
from sop_definitions.errors import Problem
from sop_definitions.model import Actor, Collect, Confidence, Outcome, Position, Role, SopDefinition, Step
from workflow.adoption import Adopted
from workflow.adoption_choices import BLANKS, Choices, StepChoice

_SET_BY_OFFICE = "Ditetapkan oleh kantor saat mengadopsi SOP."


class AdoptionRefused(Exception):
    """Choices that do not fit the SOP; ``problems`` says, all at once, what to change where.

    The paths begin at the choices, e.g. ``("steps", "2", "actor")``.
    """

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


def adopt(definition: SopDefinition, choices: Choices, office_roles: Collection[str] = ()) -> Adopted:
    """Apply an office's choices to an SOP.

    ``office_roles`` are the roles its seats name: a step may be given to one of them even
    if the SOP knows no such role. Raises :class:`AdoptionRefused`.
    """
    return _Adopting(definition, choices, frozenset(office_roles)).run()


class _Adopting:
    """One adoption being worked out; collects problems instead of stopping at the first."""

    def __init__(self, definition: SopDefinition, choices: Choices, office_roles: frozenset[str]) -> None:
        self.definition = definition
        self.choices = choices
        self.office_roles = office_roles
        self.problems: list[Problem] = []
        self.role_map = {role.id: choices.roles.get(role.id, role.id) for role in definition.roles}
        self.added: dict[str, Role] = {}
        self.accepted: dict[int, dict[str, str]] = {}

    def run(self) -> Adopted:
        self.check_names()
        steps = tuple(self.step(step) for step in self.definition.steps)
        if self.problems:
            raise AdoptionRefused(self.problems)
        roles = self.definition.roles + tuple(self.added.values())
        open_steps = tuple(s.number for s in steps if not self.choices.confirms(s.number))
        return Adopted(
            definition=self.definition.model_copy(update={"steps": steps, "roles": roles}),
            role_map={**self.role_map, **{role: role for role in self.added}},
            unconfirmed=open_steps,
            suggestions_accepted=bool(self.choices.accept_suggestions),
            accepted=self.accepted,
        )

    def check_names(self) -> None:
        known = ", ".join(role.id for role in self.definition.roles)
        for role, seat in self.choices.roles.items():
            # Another SOP's name for what this one already calls as the office does: nothing to translate.
            if role not in self.role_map and seat not in self.role_map:
                message = f"SOP ini tidak mengenal peran '{role}'. Pilih salah satu: {known}."
                self.problem(("roles", role), message, at_key=True)
        numbers = {step.number for step in self.definition.steps}
        lists = {"confirm": self.choices.confirm, "accept_suggestions": self.choices.accept_suggestions}
        for name, listed in lists.items():
            for index, number in enumerate(listed if isinstance(listed, tuple) else ()):
                if number not in numbers:
                    self.problem((name, index), self.no_such_step(number))
        for number in self.choices.steps:
            if number not in numbers:
                self.problem(("steps", str(number)), self.no_such_step(number), at_key=True)

    def no_such_step(self, number: int) -> str:
        last = self.definition.steps[-1].number
        return f"SOP ini tidak mempunyai langkah {number}. Langkahnya {self.definition.steps[0].number} sampai {last}."

    def step(self, step: Step) -> Step:
        choice = self.choices.steps.get(step.number, StepChoice())
        accepts = self.choices.accepts(step.number)
        update: dict[str, Any] = {}
        for name in BLANKS:
            value = self.blank(step, choice, name, accepts=accepts)
            if value is not None:
                self.accepted.setdefault(step.number, {})[name] = value
                if name != "standard_duration":
                    update[f"{name}_shown"] = value
        if accepts and step.suggested and step.suggested.decider:
            update |= self.decision(step.number, step.suggested.decider, step.suggested.outcomes)
        update |= self.roles(step.model_copy(update=update), choice)
        return step.model_copy(update=update) if update else step

    def blank(self, step: Step, choice: StepChoice, name: str, *, accepts: bool) -> str | None:
        """Return the value the office sets or accepts for what the source leaves blank."""
        own: str | None = getattr(choice, name)
        suggested: str | None = getattr(step.suggested, name) if step.suggested else None
        path = ("steps", str(step.number), name)
        if own is None:
            return suggested if accepts else None
        if suggested is None and getattr(step, f"{name}_source") is not None:
            self.problem(path, "Isian ini sudah ada pada SOP sumber dan tidak dapat diganti di sini. Hapus baris ini.")
            return None
        if name == "standard_duration":
            try:
                parse_duration(own)
            except ValueError:
                self.problem(path, f"Waktu '{own}' tidak dapat dibaca. Tulis mis. '60 Menit', '2 Jam', atau '3 Hari'.")
                return None
        return own

    def decision(self, number: int, decider: str, outcomes: tuple[Outcome, ...]) -> dict[str, Any]:
        """Turn a step into a decision on what its actor sends, as the suggestion proposes."""
        self.accepted.setdefault(number, {})["decider"] = decider
        return {"collect": Collect.DECIDE, "decider": decider, "outcomes": outcomes}

    def roles(self, step: Step, choice: StepChoice) -> dict[str, Any]:
        """Return the step's roles as changed; what the actor also does in a hand-in follows the actor."""
        update: dict[str, Any] = {}
        actor = self.role(step, "actor", choice.actor)
        if actor is not None:
            update["actor"] = Actor(role=actor, confidence=Confidence.HIGH, reason=_SET_BY_OFFICE)
            if step.collect is Collect.HAND_IN:
                update |= {name: actor for name in ("from_", "collector") if getattr(step, name) == step.actor.role}
        for name, chosen in (("from_", choice.from_), ("collector", choice.collector), ("decider", choice.decider)):
            if chosen is not None and getattr(step, name) is None:
                written = name.rstrip("_")
                self.problem(
                    ("steps", str(step.number), written),
                    f"Langkah {step.number} tidak memakai '{written}'. Hapus baris ini.",
                )
            elif (role := self.role(step, name, chosen)) is not None:
                update[name] = role
        return update

    def role(self, step: Step, name: str, chosen: str | None) -> str | None:
        """Return the SOP's role meant by an SOP's or an office's role."""
        if chosen is None or chosen in self.role_map or chosen in self.added:
            return chosen
        meant = next((sop for sop, office in self.role_map.items() if office == chosen), None)
        if meant is not None:
            return meant
        if chosen not in self.office_roles:
            known = ", ".join(dict.fromkeys([*self.role_map, *self.role_map.values(), *sorted(self.office_roles)]))
            path = ("steps", str(step.number), name.rstrip("_"))
            self.problem(path, f"Peran '{chosen}' tidak dikenal SOP ini maupun kantor ini. Pilih salah satu: {known}.")
            return None
        title = " ".join(word.capitalize() for word in chosen.split("_"))
        self.added[chosen] = Role(
            id=chosen, title=title, column_source=None, position=Position.STAFF, note=_SET_BY_OFFICE
        )
        return chosen

    def problem(self, path: tuple[str | int, ...], message: str, *, at_key: bool = False) -> None:
        self.problems.append(Problem(path, message, at_key))
