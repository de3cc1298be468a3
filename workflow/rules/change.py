"""One change of a run in the making: what opens and closes by itself, and what changed."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from sop_definitions.model import Collect, SopDefinition, Step
from workflow.actions import Transition
from workflow.rules.lineage import Lineage, lineage
from workflow.state import SETTLED, Part, PartKey, PartState, PartStatus, Patch, RunState, StepState, StepStatus

OUT_OF_THE_WAY = frozenset({StepStatus.DONE, StepStatus.SKIPPED})
ALIVE = SETTLED | {PartStatus.OPEN}
WITHOUT_OUTPUT = frozenset({PartStatus.NIL, PartStatus.WAIVED})


def submits_first(step: Step) -> bool:
    """Return whether the actor submits before somebody else decides."""
    return step.decider is not None and step.decider != step.actor.role


def asks_merge(step: Step) -> bool:
    """Return whether the collector sends a merged file."""
    return step.collector is not None and step.merge is not None


class Change:
    """A working copy of a run's state. Callers change it, ``go_on`` draws the consequences."""

    def __init__(self, definition: SopDefinition, before: RunState) -> None:
        self.before = before
        self.units = before.units
        self.steps: dict[int, StepState] = dict(before.steps)
        self.parts: dict[PartKey, PartState] = dict(before.parts)
        self.restoring = False
        self.lineage: Lineage = lineage(definition)
        self._definition = {step.number: step for step in definition.steps}

    @cached_property
    def due(self) -> frozenset[PartKey]:
        """Every part this run can ever consist of."""
        return frozenset(key for number in self.steps for key in self.parts_of(number))

    def step(self, number: int) -> Step:
        """Return what the SOP says of a step."""
        return self._definition[number]

    def parts_of(self, number: int) -> list[PartKey]:
        """Return the parts a step consists of, open or not."""
        step = self.step(number)
        if step.collect is Collect.HAND_IN:
            parts = [PartKey(number, Part.UNIT, unit) for unit in self.units]
            if step.collector:
                parts += [PartKey(number, Part.REVIEW, unit) for unit in self.units]
                parts.append(PartKey(number, Part.COLLECTION))
            return parts
        if step.collect is not Collect.DECIDE:
            return [PartKey(number, Part.WORK)]
        parts = [PartKey(number, Part.WORK)] if submits_first(step) else []
        parts.append(PartKey(number, Part.DECISION))
        if step.second_party:
            parts.append(PartKey(number, Part.PROOF))
        return parts

    def status(self, key: PartKey) -> PartStatus:
        """Return where a part stands now."""
        return self.parts.get(key, PartState()).status

    def settled(self, key: PartKey) -> bool:
        """Return whether a part is done with, one way or another."""
        return self.status(key) in SETTLED

    def is_open(self, key: PartKey) -> bool:
        """Return whether somebody owes this part now."""
        return self.status(key) is PartStatus.OPEN

    def open_part(self, key: PartKey) -> None:
        """Open a part for one more activation."""
        self.parts[key] = PartState(PartStatus.OPEN, self.parts.get(key, PartState()).activation + 1)

    def settle_part(self, key: PartKey, status: PartStatus) -> None:
        """Settle a part; its activation stays that of its last opening."""
        self.parts[key] = PartState(status, self.parts.get(key, PartState()).activation)

    def set_waiting(self, *keys: PartKey) -> None:
        """Let parts wait again, whatever they were; parts never opened stay unmentioned."""
        for key in keys:
            if key in self.parts:
                self.parts[key] = PartState(PartStatus.WAITING, self.parts[key].activation)

    def set_step(self, number: int, status: StepStatus) -> None:
        """Move a step; what could be taken back before can be no more."""
        self.steps[number] = replace(self.steps[number], status=status, undo=None)

    def satisfied(self, number: int) -> bool:
        """Return whether nothing before this step holds it up."""
        held = self._held()
        return all(
            self.steps[before].status in OUT_OF_THE_WAY and before not in held
            for before in self.lineage.predecessors[number]
        )

    def _held(self) -> frozenset[int]:
        """Return the steps skipped by a decision that still waits for the second party's file."""
        return frozenset().union(
            *(s.undo.skipped for s in self.steps.values() if s.status is StepStatus.OPEN and s.undo)
        )

    def go_on(self) -> None:
        """Open and close whatever is due until nothing moves."""
        moved = True
        while moved:
            moved = False
            for number in self.lineage.order:
                moved |= self._open_if_due(number) | self._close_if_due(number)

    def _open_if_due(self, number: int) -> bool:
        step, status = self.step(number), self.steps[number].status
        lanes = step.collect is Collect.HAND_IN
        if status in OUT_OF_THE_WAY or (status is StepStatus.OPEN and not lanes) or not self.satisfied(number):
            return False
        moved = False
        if status is StepStatus.WAITING:
            self.steps[number] = StepState(StepStatus.OPEN, self.steps[number].round + 1)
            moved = True
        if lanes:
            return self._open_lanes(step) or moved
        first, *others = self.parts_of(number)
        self.open_part(first)
        if first.part is Part.DECISION:
            for key in others:
                self.open_part(key)
        return True

    def _open_lanes(self, step: Step) -> bool:
        moved = False
        for unit in self.units:
            key = PartKey(step.number, Part.UNIT, unit)
            if self.status(key) is PartStatus.WAITING:
                status = self.carried_on(step, unit)
                if status is None:
                    self.open_part(key)
                else:
                    self.settle_part(key, status)
                moved = True
        collection = PartKey(step.number, Part.COLLECTION)
        if step.collector and self.status(collection) is PartStatus.WAITING:
            self.open_part(collection)
            moved = True
        return moved

    def carried_on(self, step: Step, unit: str) -> PartStatus | None:
        """Return the status that settles a unit where there is nothing to tick or carry."""
        if step.proof not in ("carry", "tick"):
            return None
        for number in step.carries:
            status = self.status(PartKey(number, Part.UNIT, unit))
            if status in WITHOUT_OUTPUT:
                return status
        return None

    def unit_settled(self, step: Step, unit: str) -> bool:
        """Return whether a unit needs nothing more in this step.

        A unit that is DONE while its REVIEW waits handed in after the run went on without
        it: that needs no review. The same holds for what was settled by being carried on.
        """
        key = PartKey(step.number, Part.UNIT, unit)
        return self.settled(key) and not (step.collector and self.is_open(PartKey(step.number, Part.REVIEW, unit)))

    def units_settled(self, step: Step) -> bool:
        """Return whether no unit needs anything more in this step."""
        return all(self.unit_settled(step, unit) for unit in self.units)

    def _close_if_due(self, number: int) -> bool:
        step = self.step(number)
        if self.steps[number].status is not StepStatus.OPEN:
            return False
        if step.collect is Collect.HAND_IN:
            if not (self.units_settled(step) and self.satisfied(number)):
                return False
            collection = PartKey(number, Part.COLLECTION)
            if step.collector and self.is_open(collection):
                if asks_merge(step):
                    return False
                self.settle_part(collection, PartStatus.DONE)
        elif not all(self.settled(key) for key in self.parts_of(number)):
            return False
        # A decision that skips is remembered with its step while the second party's file is awaited.
        self.steps[number] = replace(self.steps[number], status=StepStatus.DONE)
        return True

    def record_undo(self, actor_step: int) -> None:
        """Keep, with each step this change closed, what the closing changed elsewhere."""
        for number, step in self.steps.items():
            if step.status is not StepStatus.DONE or self.before.steps[number].status is StepStatus.DONE:
                continue
            reach = self.lineage.descendants[number] if number != actor_step else self.steps.keys() - {number}
            earlier = step.undo if step.undo and not step.undo.returned else None
            undo = self.patch(frozenset(reach), own=number, earlier=earlier)
            further = self.lineage.descendants[number]
            standing = {k for k, p in self.before.parts.items() if k.step in further and p.status in ALIVE}
            self.steps[number] = replace(step, undo=replace(undo, standing=frozenset(standing)))

    def beyond(self, number: int) -> frozenset[int]:
        """Return the steps that rest on this one: its descendants, but not past a skipped one."""
        reached: set[int] = set()
        ahead = list(self.lineage.followers[number])
        while ahead:
            n = ahead.pop()
            if n not in reached and self.steps[n].status is not StepStatus.SKIPPED:
                reached.add(n)
                ahead += self.lineage.followers[n]
        return frozenset(reached)

    def patch(
        self,
        reach: frozenset[int],
        *,
        own: int,
        earlier: Patch | None = None,
        skipped: frozenset[int] = frozenset(),
        returned: bool = False,
    ) -> Patch:
        """Return what this change replaced within ``reach``, over what was replaced earlier.

        ``after_parts`` also shows the step's ``own`` parts, so that a unit that handed in
        after its step closed can be told.
        """
        steps = {n: _lean(s) for n, s in self.before.steps.items() if n in reach and self._step_moved(n)}
        changed = {k for k, p in self.parts.items() if k.step in reach and self.before.part(k) != p}
        parts = {key: self.before.part(key) for key in changed}
        after_steps = {n: replace(self.steps[n], undo=None) for n in steps}
        after_parts = {k: p for k, p in self.parts.items() if k in changed or k.step == own}
        relied = {
            p
            for number, step in steps.items()
            if step.status in (StepStatus.OPEN, StepStatus.DONE)
            for p in self.lineage.predecessors[number]
            if p not in steps and self.before.steps[p].status in OUT_OF_THE_WAY
        }
        if earlier:
            steps, parts = {**steps, **earlier.steps}, {**parts, **earlier.parts}
            after_steps = {**earlier.after_steps, **after_steps}
            after_parts = {**earlier.after_parts, **after_parts}
            skipped, relied = skipped | earlier.skipped, relied | earlier.relied
        return Patch(
            steps=steps, parts=parts, after_parts=after_parts, after_steps=after_steps,
            skipped=skipped, relied=frozenset(relied), returned=returned,
        )  # fmt: skip

    def _step_moved(self, number: int) -> bool:
        before, now = self.before.steps[number], self.steps[number]
        return (before.status, before.round) != (now.status, now.round)

    def transition(self) -> Transition:
        """Return the new state and how it differs from the old one."""
        lists: dict[str, list[PartKey]] = {"opened": [], "closed": [], "superseded": [], "restored": []}
        for key, part in self.parts.items():
            old = self.before.part(key)
            if part.status is PartStatus.OPEN and part.activation > old.activation:
                lists["opened"].append(key)
            elif part.status is PartStatus.WAITING and old.status is not PartStatus.WAITING:
                lists["superseded"].append(key)
            elif part.status in SETTLED and (part.status, part.activation) != (old.status, old.activation):
                lists["restored" if self.restoring else "closed"].append(key)
        reopened = [
            n
            for n, step in self.before.steps.items()
            if step.status in OUT_OF_THE_WAY and self.steps[n].status not in OUT_OF_THE_WAY
        ]
        return Transition(
            state=RunState(units=self.units, steps=self.steps, parts=self.parts),
            reopened_steps=tuple(sorted(reopened)),
            **{name: tuple(sorted(keys)) for name, keys in lists.items()},
        )


def _lean(step: StepState) -> StepState:
    """Leave out what can no longer be taken back, so that patches stay small."""
    keeps = step.status in (StepStatus.OPEN, StepStatus.DONE) and step.undo is not None and not step.undo.returned
    return step if keeps else replace(step, undo=None)
