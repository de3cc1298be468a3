"""Mutu baku on a card: what the SOP asks for, blank where it is blank."""

from __future__ import annotations

from dataclasses import dataclass

from messages.text import one_line
from messages.views.run_facts import RunFacts
from workflow.adoption import effective

MAX_VALUE = 90


@dataclass(frozen=True, slots=True)
class Standard:
    """One value. ``own`` is true where the office set it because the source is blank."""

    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """Kelengkapan, hasil and waktu; ``differs`` says that something is shown otherwise than printed."""

    inputs: Standard | None
    output: Standard | None
    duration: Standard | None
    differs: bool

    @property
    def present(self) -> bool:
        """Whether there is anything to show at all."""
        return any((self.inputs, self.output, self.duration))

    @property
    def all_own(self) -> bool:
        """Whether every value shown is the office's own, so that one mark is enough."""
        values = [v for v in (self.inputs, self.output, self.duration) if v is not None]
        return bool(values) and all(v.own for v in values)


def quality_of(facts: RunFacts, number: int) -> Quality:
    """Return a step's mutu baku as it holds in this office."""
    step = facts.step(number)
    own = facts.adopted.accepted.get(number, {})
    shown = {
        "activity": (step.activity_shown, step.activity_source),
        "inputs": (step.inputs_shown, step.inputs_source),
        "output": (step.output_shown, step.output_source),
    }
    return Quality(
        inputs=standard(facts, number, "inputs"),
        output=standard(facts, number, "output"),
        duration=standard(facts, number, "standard_duration"),
        differs=any(a is not None and a != b for name, (a, b) in shown.items() if name not in own),
    )


def standard(facts: RunFacts, number: int, name: str, limit: int = MAX_VALUE) -> Standard | None:
    """Return one value as it holds, or ``None`` where it is blank; a bare duration gets its unit."""
    text = effective(facts.adopted, number, name)
    own = name in facts.adopted.accepted.get(number, {})
    if text is None:
        return None
    if name == "standard_duration" and not own and facts.step(number).standard_duration_unit == "minutes":
        text = f"{text} {'minutes' if facts.reader.language == 'en' else 'menit'}"
    return Standard(one_line(text, limit), own)


def activity(facts: RunFacts, number: int, limit: int) -> str:
    """Return what a step is about, on one line; an unreadable source is not covered up."""
    text = effective(facts.adopted, number, "activity")
    if text is None:
        english = facts.reader.language == "en"
        text = "[Unreadable in the source]" if english else "[Uraian tidak terbaca pada sumber]"
        proposal = facts.step(number).suggested
        if proposal is not None and proposal.activity is not None:
            text += f" {proposal.activity} ({'suggested' if english else 'usulan'})"
    return one_line(text, limit)
