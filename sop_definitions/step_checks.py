"""Checks of what every step has: names, notes, durations, roles, predecessors, carried files."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from sop_definitions.duration import parse_duration
from sop_definitions.errors import Path, Problem
from sop_definitions.graph import ancestors
from sop_definitions.model import SopDefinition, Step, Suggested

COLUMNS = ("activity", "inputs", "standard_duration", "output", "note", "actor")
SHOWN = ("activity", "inputs", "output")
SUGGESTED = ("activity", "inputs", "standard_duration", "output")
FIRST_LINE = 60
ROOM_FOR_PERIOD = len(" TW IV 2026")


def check_steps(definition: SopDefinition) -> Iterator[Problem]:
    """Yield the faults of each step that do not depend on how its output is collected."""
    for index, step in enumerate(definition.steps):
        path: Path = ("steps", index)
        yield from _named_roles(definition, step, path)
        yield from _after(definition, step, path)
        yield from _carries(definition, step, path)
        yield from _durations(step, path)
        yield from _source(step, path)
        yield from _first_line(step, path)
        yield from _values(step, path)


def unknown_role(definition: SopDefinition, path: Path, role: str) -> Problem:
    """Return the fault that a role is named which the SOP does not have."""
    known = [r.id for r in definition.roles]
    near = get_close_matches(role, known, n=1, cutoff=0.6)
    hint = f"Maksudnya '{near[0]}'?" if near else f"Yang ada: {', '.join(known)}."
    return Problem(path, f"Peran '{role}' tidak ada di 'roles'. {hint}")


def _named_roles(definition: SopDefinition, step: Step, path: Path) -> Iterator[Problem]:
    named: list[tuple[Path, str | None]] = [
        (("actor", "role"), step.actor.role),
        *((("actor", "alternatives", i), role) for i, role in enumerate(step.actor.alternatives)),
        *((("participants", i), role) for i, role in enumerate(step.participants)),
        (("decider",), step.decider),
        (("from",), step.from_),
        (("collector",), step.collector),
        (("suggested", "decider"), step.suggested.decider if step.suggested else None),
    ]
    if step.second_party:
        named += [(("second_party", "roles", i), role) for i, role in enumerate(step.second_party.roles)]
    known = {role.id for role in definition.roles}
    for where, role in named:
        if role is not None and role not in known:
            yield unknown_role(definition, (*path, *where), role)


def _after(definition: SopDefinition, step: Step, path: Path) -> Iterator[Problem]:
    known = {s.number for s in definition.steps}
    for i, number in enumerate(step.after or ()):
        if number not in known:
            yield Problem((*path, "after", i), f"Langkah {number} tidak ada. Pakai nomor langkah yang ada.")


def _carries(definition: SopDefinition, step: Step, path: Path) -> Iterator[Problem]:
    before = ancestors(definition, step.number) - {step.number}
    for i, number in enumerate(step.carries):
        if number not in before:
            message = (
                f"Langkah {number} bukan langkah sebelum langkah {step.number}. Pakai nomor langkah yang mendahuluinya."
            )
            yield Problem((*path, "carries", i), message)
    if step.offer_previous and not step.carries:
        yield Problem(
            (*path, "offer_previous"), "Tidak ada berkas yang dapat dipakai lagi. Isi 'carries' atau hapus kunci ini."
        )


def _durations(step: Step, path: Path) -> Iterator[Problem]:
    example = "Tulis mis. '60 Menit', '2 Jam', '1-3 Hari', atau '60' dengan standard_duration_unit: minutes."
    if step.standard_duration_source is not None:
        try:
            parse_duration(step.standard_duration_source, step.standard_duration_unit)
        except ValueError:
            yield Problem((*path, "standard_duration_source"), f"Waktu tidak terbaca. {example}")
    elif step.standard_duration_unit is not None:
        yield Problem((*path, "standard_duration_unit"), "Waktu kosong pada sumber. Hapus satuannya.")
    if step.suggested and step.suggested.standard_duration is not None:
        try:
            parse_duration(step.suggested.standard_duration)
        except ValueError:
            yield Problem(
                (*path, "suggested", "standard_duration"), "Waktu tidak terbaca. Tulis mis. '60 Menit' atau '3 Hari'."
            )


def _source(step: Step, path: Path) -> Iterator[Problem]:
    for key in step.source_notes:
        if key not in COLUMNS:
            message = f"Catatan untuk kolom yang tidak ada. Yang sah: {', '.join(COLUMNS)}."
            yield Problem((*path, "source_notes", key), message, at_key=True)
    for name in SHOWN:
        shown = getattr(step, f"{name}_shown")
        if shown is None:
            continue
        if shown == getattr(step, f"{name}_source"):
            yield Problem((*path, f"{name}_shown"), "Sama dengan sumber. Hapus kunci ini.")
        elif name not in step.source_notes:
            message = f"Berbeda dari sumber. Jelaskan alasannya di source_notes.{name}."
            yield Problem((*path, f"{name}_shown"), message)
    if step.suggested:
        yield from _suggested(step, step.suggested, path)
    if (
        step.activity_source is None
        and step.activity_shown is None
        and not (step.suggested and step.suggested.activity)
    ):
        yield Problem((*path, "activity_source"), "Uraian kosong pada sumber. Usulkan di suggested.activity.")


def _suggested(step: Step, suggested: Suggested, path: Path) -> Iterator[Problem]:
    for name in SUGGESTED:
        blank = getattr(step, f"{name}_source") is None or name in step.source_notes
        if getattr(suggested, name) is not None and not blank:
            message = f"Sumber tidak kosong. Hapus usulan ini, atau catat cacatnya di source_notes.{name}."
            yield Problem((*path, "suggested", name), message)


def _first_line(step: Step, path: Path) -> Iterator[Problem]:
    for language in ("id", "en"):
        line = f"{getattr(step.call, language)}: {getattr(step.document, language)}"
        if len(line) + ROOM_FOR_PERIOD > FIRST_LINE:
            room = FIRST_LINE - ROOM_FOR_PERIOD
            message = f"Baris pertama kartu terlalu panjang ({len(line)} dari {room} karakter). Persingkat."
            yield Problem((*path, "document", language), message)


def _values(step: Step, path: Path) -> Iterator[Problem]:
    seen: set[str] = set()
    for i, field in enumerate(step.fields):
        if field.id in seen:
            yield Problem((*path, "fields", i, "id"), f"Isian '{field.id}' sudah ada. Beri id lain.")
        seen.add(field.id)
    places = (
        ("files", step.files),
        ("merge", step.merge),
        ("second_party", step.second_party and step.second_party.files),
    )
    for name, files in places:
        where = (*path, name, "files") if name == "second_party" else (*path, name)
        if files and files.max < files.min:
            yield Problem(
                (*where, "max"), f"Paling banyak ({files.max}) kurang dari paling sedikit ({files.min}). Naikkan."
            )
        if files and not files.kinds:
            yield Problem((*where, "kinds"), "Sebutkan jenis berkasnya: pdf, word, excel, image.")
