"""Small definitions and runs for tests, said in as few words as the test needs."""

from __future__ import annotations

from typing import Any

from sop_definitions.model import Identity, SopDefinition
from workflow import rules
from workflow.actions import Action, Complete, Decide, Transition
from workflow.state import Part, PartKey, PartStatus, RunState, StepStatus

UNITS = ("north", "south", "west")
FILES: dict[str, Any] = {"min": 1, "max": 5}
LISTS = ("legal_basis", "related_sops", "warnings", "qualifications", "equipment", "recording")


def text(words: str) -> dict[str, str]:
    return {"id": words, "en": words}


def step(number: int, collect: str = "confirm", *, after: tuple[int, ...] | None = None, **more: Any) -> dict[str, Any]:
    """A step as the YAML would say it; every wording that no rule looks at is filled in."""
    return {
        "number": number,
        "activity_source": f"Langkah {number}",
        "inputs_source": None,
        "standard_duration_source": None,
        "output_source": None,
        "note_source": None,
        "actor": {"role": "clerk", "confidence": "high", "reason": "invented"},
        "call": text("Mohon dikerjakan"),
        "document": text("Dokumen"),
        "collect": collect,
        "after": after,
        **more,
    }


def outcome(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "button": text(name), **more}


def decide(number: int, *outcomes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A decision; without outcomes it can only be approved."""
    return step(number, "decide", outcomes=list(outcomes) or [outcome("approve")], **more)


def hand_in(number: int, *, proof: str = "file", merge: bool = False, **more: Any) -> dict[str, Any]:
    if merge:
        more = {"collector": "secretary", "merge": FILES, **more}
    return step(number, "hand_in", proof=proof, **{"from": "unit_head", **more})


SECOND_PARTY = {"roles": ["clerk"], "title": text("Hasil pindai"), "files": FILES}


def definition(*steps: dict[str, Any]) -> SopDefinition:
    identity = dict.fromkeys(name for name in Identity.model_fields if name not in (*LISTS, "source_notes"))
    lists: dict[str, list[Any]] = {name: [] for name in LISTS}
    positions = {"head": "head", "secretary": "secretary", "unit_head": "unit_head", "clerk": "staff"}
    return SopDefinition.model_validate(
        {
            "format": 1,
            "id": "invented",
            "version": "1",
            "title": "Invented",
            "source": {"document": "invented"},
            "identity": {**identity, **lists},
            "roles": [
                {"id": role, "title": role, "column_source": None, "position": position}
                for role, position in positions.items()
            ],
            "unit_role": "unit_head",
            "steps": list(steps),
        }
    )


def work(number: int) -> PartKey:
    return PartKey(number, Part.WORK)


def decision(number: int) -> PartKey:
    return PartKey(number, Part.DECISION)


def proof(number: int) -> PartKey:
    return PartKey(number, Part.PROOF)


def collection(number: int) -> PartKey:
    return PartKey(number, Part.COLLECTION)


def unit(number: int, name: str) -> PartKey:
    return PartKey(number, Part.UNIT, name)


def review(number: int, name: str) -> PartKey:
    return PartKey(number, Part.REVIEW, name)


class Play:
    """A run under the rules: remembers its state and what the last act changed."""

    def __init__(self, *steps: dict[str, Any], units: tuple[str, ...] = UNITS) -> None:
        self.definition = definition(*steps)
        self.last: Transition = rules.start(self.definition, units)

    @property
    def state(self) -> RunState:
        return self.last.state

    def do(self, *actions: Action) -> Transition:
        for action in actions:
            self.last = rules.apply(self.definition, self.state, action)
        return self.last

    def complete(self, *keys: PartKey) -> Transition:
        return self.do(*(Complete(key) for key in keys))

    def decide(self, number: int, name: str, **more: Any) -> Transition:
        return self.do(Decide(decision(number), name, **more))

    def hand_in_all(self, number: int, *, reviewed: bool = False) -> None:
        """Every open unit hands in; with ``reviewed`` the collector accepts each."""
        for key in [k for k in self.state.open_parts() if k.step == number and k.part is Part.UNIT]:
            self.complete(key)
        if reviewed:
            for key in [k for k in self.state.open_parts() if k.step == number and k.part is Part.REVIEW]:
                self.complete(key)

    def step(self, number: int) -> StepStatus:
        return self.state.steps[number].status

    def part(self, key: PartKey) -> PartStatus:
        return self.state.part(key).status

    def statuses(self) -> dict[int, str]:
        return {n: s.status.value for n, s in self.state.steps.items()}

    def open(self) -> list[PartKey]:
        return self.state.open_parts()
