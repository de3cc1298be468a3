"""What an office may choose when it adopts an SOP (an ``adopts`` entry of its office file)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from sop_definitions.model import Identifier, Strict, Wording

BLANKS = ("activity", "inputs", "standard_duration", "output")
"""What the source may leave blank and an office may set itself, as named in :class:`StepChoice`."""


def _steps_or(word: str | bool) -> BeforeValidator:
    """Take the word or a list of step numbers, and say so in one sentence where it is neither."""

    def check(value: Any) -> Any:
        if (word is True and value is False) or (value == word and type(value) is type(word)):
            return value
        numbers = isinstance(value, list | tuple) and all(type(number) is int for number in value)
        if not numbers:
            shown = "true" if word is True else word
            raise ValueError(f"Tulis {shown} atau daftar nomor langkah, mis. [1, 2].")
        return tuple(value)

    return BeforeValidator(check)


class StepChoice(Strict):
    """One step as the office wants it.

    Roles are named by the SOP's id or by the office's own. Wording may be set only where
    the source is blank or unreadable; the source itself stays as printed.
    """

    actor: Identifier | None = None
    from_: Identifier | None = Field(default=None, alias="from")
    collector: Identifier | None = None
    decider: Identifier | None = None
    activity: Wording | None = None
    inputs: Wording | None = None
    standard_duration: Wording | None = None
    output: Wording | None = None


class Choices(Strict):
    """The office's answers to what an SOP leaves open.

    ``confirm`` names the steps whose inferred actor is right (``all``: every one); a step
    whose actor is set under ``steps`` needs no further confirmation. ``roles`` translates
    the SOP's roles into the office's; a role not named keeps its id, so that one list may
    serve several SOPs where it only repeats what this one says anyhow. Suggestions count
    only where ``accept_suggestions`` says so: everywhere, nowhere, or at the steps listed.
    """

    confirm: Annotated[Literal["all"] | tuple[int, ...], _steps_or("all")] = ()
    roles: dict[Identifier, Identifier] = Field(default_factory=dict)
    steps: dict[int, StepChoice] = Field(default_factory=dict)
    accept_suggestions: Annotated[bool | tuple[int, ...], _steps_or(True)] = False

    def confirms(self, number: int) -> bool:
        """Say whether the actor of this step counts as confirmed."""
        if self.confirm == "all" or number in self.confirm:
            return True
        return number in self.steps and self.steps[number].actor is not None

    def accepts(self, number: int) -> bool:
        """Say whether this step's suggestions are accepted."""
        if isinstance(self.accept_suggestions, bool):
            return self.accept_suggestions
        return number in self.accept_suggestions
