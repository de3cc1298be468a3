"""The SOP language: what one YAML file may say.

A definition keeps two things apart that are easily confused: what the signed document
*says* (the ``*_source`` fields, character for character, blank stays ``None``) and what an
official is *shown* or an office has *accepted* (everything else). Nothing here invents a
duration, an output or an actor: proposals stand under ``suggested`` and count only once an
office has accepted them (see :mod:`workflow.adoption`).

The format of a Standard Operating Procedure and its parts follow PermenPAN-RB 35/2012.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
SopId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
Version = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=20)]
Wording = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Caption = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Strict(BaseModel):
    """A value of the language: unknown keys are errors, and it never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """Something an official reads, in Indonesian and, in parallel, in English."""

    id: Wording
    en: Wording


class Button(Strict):
    """The exact caption of a button in both languages."""

    id: Caption
    en: Caption


class Confidence(StrEnum):
    """How sure the transcription is of an actor whose column mark was lost."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Collect(StrEnum):
    """How the output of a step is collected from the official."""

    CONFIRM = "confirm"
    UPLOAD = "upload"
    DECIDE = "decide"
    MEETING = "meeting"
    HAND_IN = "hand_in"


class FileKind(StrEnum):
    """Kinds of file an official may send; decided by the bytes, never by the name."""

    PDF = "pdf"
    WORD = "word"
    EXCEL = "excel"
    IMAGE = "image"


class FieldKind(StrEnum):
    """Kinds of value an official may be asked for."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    TICK = "tick"
    LIST = "list"


class Position(StrEnum):
    """What a role is in the office, so that rights never depend on a role's name."""

    HEAD = "head"
    SECRETARY = "secretary"
    UNIT_HEAD = "unit_head"
    STAFF = "staff"


class CitedText(Strict):
    """One printed line of the identity block, with a note where it is faulty."""

    source: Wording
    note: Wording | None = None


class Role(Strict):
    """A column under PELAKSANA (or a role that only the text names)."""

    id: Identifier
    title: Wording
    column_source: Wording | None = Field(
        description="Column heading as printed; null if the role has no column of its own"
    )
    position: Position
    note: Wording | None = None


class Identity(Strict):
    """The identity block of the SOP. Dates are local dates; NIPs are never copied."""

    institution_source: Wording | None
    number_source: Wording | None
    title_source: Wording | None
    created_on_source: Wording | None
    created_on: date | None
    revised_on_source: Wording | None
    revised_on: date | None
    effective_on_source: Wording | None
    effective_on: date | None
    approved_on_source: Wording | None
    approved_on: date | None
    approved_by_source: Wording | None
    legal_basis: tuple[CitedText, ...]
    related_sops: tuple[CitedText, ...]
    warnings: tuple[CitedText, ...]
    qualifications: tuple[CitedText, ...]
    equipment: tuple[CitedText, ...]
    recording: tuple[CitedText, ...]
    source_notes: dict[Identifier, Wording] = Field(default_factory=dict, description="Fault or remark, by field name")


class Actor(Strict):
    """Who carries out a step. Inferred wherever the printed mark was lost."""

    role: Identifier
    confidence: Confidence
    reason: Wording
    alternatives: tuple[Identifier, ...] = ()


class Files(Strict):
    """Files a step collects. ``max`` is at most 10, so that an album always fits."""

    min: int = Field(default=1, ge=0, le=10)
    max: int = Field(default=5, ge=1, le=10)
    kinds: tuple[FileKind, ...] = (FileKind.PDF, FileKind.WORD, FileKind.EXCEL, FileKind.IMAGE)
    hint: Text | None = Field(default=None, description="What to send, e.g. 'notulen dan daftar hadir'")


class FormField(Strict):
    """One value a step collects besides files. A tick is a button of its own."""

    id: Identifier
    label: Text
    kind: FieldKind
    required: bool = True


class Outcome(Strict):
    """One way out of a decision: goes on, skips forward, or returns.

    Exactly one of the three: no target (goes on to the followers), ``skip_to`` (a step
    further on; what lies between is skipped) or ``returns_to`` (allowed targets, the first
    is the default). ``units_to`` adds, to a return, the choice of single units: each chosen
    unit goes back to that hand-in step while the others stay accepted.
    """

    id: Identifier
    button: Button
    skip_to: int | None = None
    returns_to: tuple[int, ...] = ()
    units_to: int | None = None


class SecondParty(Strict):
    """A file that somebody else owes a decision (a signed scan or certified PDF)."""

    roles: tuple[Identifier, ...] = Field(min_length=1)
    title: Text
    files: Files = Files()


class Suggested(Strict):
    """Proposals for what is blank or unreadable in the source, with their basis."""

    basis: Wording
    activity: Wording | None = None
    inputs: Wording | None = None
    standard_duration: Wording | None = None
    output: Wording | None = None
    decider: Identifier | None = Field(default=None, description="Role that approves what the actor sends")
    outcomes: tuple[Outcome, ...] = Field(
        default=(), description="What that role may decide; the step then is a decision"
    )


class Step(Strict):
    """One row of the SOP's table and how its output is collected."""

    number: int = Field(ge=1, le=99)
    activity_source: Wording | None
    activity_shown: Wording | None = Field(
        default=None, description="Only where it differs; say why under source_notes.activity"
    )
    inputs_source: Wording | None
    inputs_shown: Wording | None = None
    standard_duration_source: Wording | None = Field(
        description="e.g. '60 Menit', or bare '60' under a heading in minutes"
    )
    standard_duration_unit: Literal["minutes"] | None = Field(
        default=None, description="For bare numbers: the unit of the column heading"
    )
    output_source: Wording | None
    output_shown: Wording | None = None
    note_source: Wording | None
    source_notes: dict[Identifier, Wording] = Field(default_factory=dict)
    suggested: Suggested | None = None
    actor: Actor
    participants: tuple[Identifier, ...] = ()
    after: tuple[int, ...] | None = Field(default=None, description="Predecessors; default: the step before")

    call: Text = Field(description="The verb of the card's first line, e.g. 'Mohon diperiksa'")
    document: Text = Field(description="The document of the card's first line")
    collect: Collect
    button: Button | None = None
    files: Files | None = None
    fields: tuple[FormField, ...] = ()
    carries: tuple[int, ...] = ()
    offer_previous: bool = Field(
        default=False, description="Offer the carried files as this step's own ('Gunakan berkas ini')"
    )
    card_note: Text | None = Field(
        default=None, description="A sentence the card must show, e.g. that a button is no electronic signature"
    )

    distribute: Literal["units"] | None = None
    outcomes: tuple[Outcome, ...] = ()
    decider: Identifier | None = Field(
        default=None, description="decide: who decides, if not the actor; the actor then submits first"
    )
    second_party: SecondParty | None = None
    part: Literal["whole", "invite", "minutes"] | None = None
    from_: Identifier | None = Field(default=None, alias="from")
    collector: Identifier | None = None
    proof: Literal["file", "carry", "tick"] | None = None
    merge: Files | None = None
    units_to: int | None = Field(default=None, description="hand_in: where a returned unit goes; default: this step")
    return_button: Button | None = Field(
        default=None, description="hand_in without collector: the unit's own return, e.g. 'Perbaiki data'"
    )


class Source(Strict):
    """Where the transcription comes from and what was lost on the way."""

    document: Wording
    notes: tuple[Wording, ...] = ()


class SopDefinition(Strict):
    """One SOP in one version, as its YAML file says it."""

    format: Literal[1]
    id: SopId
    version: Version
    title: Wording
    source: Source
    identity: Identity
    roles: tuple[Role, ...] = Field(min_length=1)
    unit_role: Identifier | None = Field(default=None, description="The role that heads a unit; receives distributions")
    steps: tuple[Step, ...] = Field(min_length=1)

    def step(self, number: int) -> Step:
        """Return the step with this number; raise :class:`KeyError` if there is none."""
        for step in self.steps:
            if step.number == number:
                return step
        raise KeyError(number)

    def role(self, role_id: str) -> Role:
        """Return the role with this id; raise :class:`KeyError` if there is none."""
        for role in self.roles:
            if role.id == role_id:
                return role
        raise KeyError(role_id)
