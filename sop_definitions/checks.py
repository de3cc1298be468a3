"""Does a definition make sense? Everything that its shape alone cannot say.

Two further files hold what belongs to one step (:mod:`sop_definitions.step_checks`) and
what its way of collecting asks for (:mod:`sop_definitions.collect_checks`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sop_definitions import collect_checks, step_checks
from sop_definitions.errors import Problem
from sop_definitions.graph import ancestors, first_steps, followers
from sop_definitions.model import Collect, Identity, SopDefinition, Step


def check(definition: SopDefinition) -> list[Problem]:
    """Return every fault of a definition that has the right shape; none means it can run."""
    rules: tuple[Callable[[SopDefinition], Iterator[Problem]], ...] = (
        _identity,
        _roles,
        _numbers,
        _cycles,
        _reach,
        step_checks.check_steps,
        collect_checks.check_collect,
    )
    return [problem for rule in rules for problem in rule(definition)]


def _identity(definition: SopDefinition) -> Iterator[Problem]:
    identity = definition.identity
    for event in ("created", "revised", "effective", "approved"):
        if getattr(identity, f"{event}_on") and not getattr(identity, f"{event}_on_source"):
            yield Problem(
                ("identity", f"{event}_on"), "Tanggal ini kosong pada sumber. Tulis null, jangan diisi sendiri."
            )
    known = sorted({name.removesuffix("_source") for name in Identity.model_fields} - {"source_notes"})
    for key in identity.source_notes:
        if key not in known:
            message = f"Catatan untuk bagian yang tidak ada. Yang sah: {', '.join(known)}."
            yield Problem(("identity", "source_notes", key), message, at_key=True)


def _roles(definition: SopDefinition) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, role in enumerate(definition.roles):
        if role.id in seen:
            yield Problem(("roles", index, "id"), f"Peran '{role.id}' sudah ada. Pakai id lain atau hapus.")
        seen.add(role.id)
    if definition.unit_role is not None and definition.unit_role not in seen:
        yield step_checks.unknown_role(definition, ("unit_role",), definition.unit_role)


def _numbers(definition: SopDefinition) -> Iterator[Problem]:
    numbers = [step.number for step in definition.steps]
    for index, number in enumerate(numbers):
        if number in numbers[:index]:
            yield Problem(("steps", index, "number"), f"Langkah {number} sudah ada. Beri nomor lain.")


def _cycles(definition: SopDefinition) -> Iterator[Problem]:
    for index, step in enumerate(definition.steps):
        before = ancestors(definition, step.number)
        if step.number in before and step.after is not None:
            message = f"Langkah {step.number} menunggu dirinya sendiri. Ubah 'after'; untuk kembali pakai 'returns_to'."
            yield Problem(("steps", index, "after"), message)


def _reach(definition: SopDefinition) -> Iterator[Problem]:
    reached = _reached(definition)
    for index, step in enumerate(definition.steps):
        if step.number not in reached and step.number not in ancestors(definition, step.number):
            message = f"Langkah {step.number} tidak pernah tercapai. Perbaiki 'after' atau arah keputusan sebelumnya."
            yield Problem(("steps", index, "number"), message)


def _reached(definition: SopDefinition) -> set[int]:
    """Follow every way on that decisions leave open, from the first steps."""
    steps = {step.number: step for step in definition.steps}
    after = followers(definition)
    seen: set[int] = set()
    waiting = list(first_steps(definition))
    while waiting:
        number = waiting.pop()
        if number in steps and number not in seen:
            seen.add(number)
            waiting += _ways_on(steps[number], after[number])
    return seen


def _ways_on(step: Step, after: tuple[int, ...]) -> list[int]:
    if step.collect is not Collect.DECIDE or not step.outcomes:
        return list(after)
    skips = [outcome.skip_to for outcome in step.outcomes if outcome.skip_to is not None]
    # A decision that can only skip leaves out what follows it; one that can only return is
    # a fault of its own and must not be reported a second time at every later step.
    goes_on = any(o.skip_to is None and not o.returns_to for o in step.outcomes) or not skips
    return skips + (list(after) if goes_on else [])
