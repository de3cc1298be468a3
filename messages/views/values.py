"""Recorded values and files, as a message lists them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from messages.text import file_name, one_line
from messages.views.run_facts import RunFacts
from sop_definitions.model import FieldKind, Step
from storage.tables import File

MAX_VALUE = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A recorded value with its label. ``kind`` is the field's."""

    id: str
    label: str
    value: str
    kind: str


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file by its sender's name. ``size`` is bytes; ``photo`` was sent as a picture."""

    name: str
    size: int | None
    photo: bool


def recorded(facts: RunFacts, step: Step, fields: Mapping[str, Any], limit: int = MAX_VALUE) -> tuple[Shown, ...]:
    """Return values in the SOP's order, in words of at most ``limit`` characters; skipped ones are left out."""
    reader = facts.reader
    return tuple(
        Shown(f.id, one_line(reader.pick(f.label), 60), one_line(reader.value(f.kind, fields[f.id]), limit), f.kind)
        for f in step.fields
        if fields.get(f.id) not in (None, "", []) and not (f.kind is FieldKind.TICK and not fields[f.id])
    )


def shown_files(files: Iterable[File]) -> tuple[ShownFile, ...]:
    """Return files as they are listed."""
    return tuple(ShownFile(file_name(f.name), f.size, f.form == "photo") for f in files)
