"""An SOP as a table that people can read in a terminal, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from textwrap import wrap

from sop_definitions.captions import captions
from sop_definitions.errors import SopErrors
from sop_definitions.model import Confidence, FieldKind, Identity, SopDefinition, Step, Suggested

WIDTH = 100
BLANK = "belum ditetapkan"
_COLUMNS = (("No", 2), ("Langkah", 36), ("Pelaksana", 18), ("Kelengkapan dan hasil", 21), ("Waktu", 11))
_CONFIDENCE = {Confidence.HIGH: "yakin", Confidence.MEDIUM: "cukup yakin", Confidence.LOW: "kurang yakin"}
_COLUMN_NAMES = {
    "activity": "uraian",
    "inputs": "kelengkapan",
    "standard_duration": "waktu",
    "output": "hasil",
    "note": "keterangan",
    "actor": "pelaksana",
}
_LINES = (
    ("institution", "Instansi"),
    ("number", "Nomor SOP"),
    ("title", "Nama SOP"),
    ("created_on", "Tgl. pembuatan"),
    ("revised_on", "Tgl. revisi"),
    ("effective_on", "Tgl. efektif"),
    ("approved_on", "Tgl. pengesahan"),
    ("approved_by", "Disahkan oleh"),
)
_LISTS = (
    ("legal_basis", "Dasar hukum"),
    ("related_sops", "Keterkaitan"),
    ("warnings", "Peringatan"),
    ("qualifications", "Kualifikasi pelaksana"),
    ("equipment", "Peralatan dan perlengkapan"),
    ("recording", "Pencatatan dan pendataan"),
)


class _Footnotes:
    """Numbers notes in the order in which they are first pointed at."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def mark(self, note: str | None) -> str:
        if note is None:
            return ""
        self.notes.append(note)
        return f" [{len(self.notes)}]"


def list_text(definitions: Iterable[SopDefinition]) -> str:
    """Return one line per SOP and version."""
    rows = [(d.id, d.version, f"{len(d.steps):>2} langkah", d.title) for d in definitions]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    return "\n".join("  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def show_text(definition: SopDefinition) -> str:
    """Return the whole SOP: identity, roles, the table of steps and the notes on the source."""
    footnotes = _Footnotes()
    lines = [definition.title, f"{definition.id}, versi {definition.version}", ""]
    lines += _identity(definition.identity, footnotes)
    lines += ["", "Peran"]
    for role in definition.roles:
        column = f"kolom “{role.column_source}”" if role.column_source else "tanpa kolom sendiri"
        lines += _indented(f"{role.id}: {role.title}, {column}{footnotes.mark(role.note)}")
    lines += ["", *_steps(definition, footnotes), "", "Sumber"]
    lines += _indented(definition.source.document)
    lines += [line for note in definition.source.notes for line in _indented(f"- {note}")]
    if footnotes.notes:
        lines += ["", "Catatan"]
        lines += [line for n, note in enumerate(footnotes.notes, 1) for line in _indented(f"[{n}] {note}", hang=5)]
    return "\n".join(lines)


def errors_text(errors: SopErrors) -> str:
    """Return one line per fault, each beginning with file, line and column."""
    count = len(errors.errors)
    return f"{errors}\n{count} kesalahan. Perbaiki, lalu jalankan lagi."


def _identity(identity: Identity, footnotes: _Footnotes) -> list[str]:
    lines: list[str] = []
    for name, label in _LINES:
        value = getattr(identity, f"{name}_source") or "(kosong pada sumber)"
        lines += _indented(f"{label:<16}: {value}{footnotes.mark(identity.source_notes.get(name))}", hang=18, indent=0)
    for name, label in _LISTS:
        items = getattr(identity, name)
        lines.append(f"{label}{footnotes.mark(identity.source_notes.get(name))}")
        lines += [line for item in items for line in _indented(f"{item.source}{footnotes.mark(item.note)}", hang=3)]
        lines += [] if items else ["  (kosong pada sumber)"]
    return lines


def _steps(definition: SopDefinition, footnotes: _Footnotes) -> list[str]:
    rule = "─┼─".join("─" * width for _, width in _COLUMNS)
    lines = [_row([[name] for name, _ in _COLUMNS])[0], rule]
    for step in definition.steps:
        lines += [*_row(_cells(definition, step, footnotes)), rule]
    return lines


def _cells(definition: SopDefinition, step: Step, footnotes: _Footnotes) -> list[list[str]]:
    def mark(column: str) -> str:
        note = step.source_notes.get(column)
        return footnotes.mark(note and f"Langkah {step.number}, {_COLUMN_NAMES[column]}: {note}")

    def title(role: str) -> str:
        return definition.role(role).title

    suggested = step.suggested or Suggested(basis="-")
    what = _what(step, mark("activity"))
    who = [f"{title(step.actor.role)} ({_CONFIDENCE[step.actor.confidence]}){_reason(step, footnotes)}"]
    who += ["atau " + ", ".join(map(title, step.actor.alternatives))] if step.actor.alternatives else []
    who += [f"Dari: setiap {title(step.from_)}"] if step.from_ else []
    who += [f"Pengumpul: {title(step.collector)}"] if step.collector else []
    who += [f"Pemutus: {title(step.decider)}"] if step.decider else []
    who += ["Berkas dari: " + " atau ".join(map(title, step.second_party.roles))] if step.second_party else []
    who += ["Peserta: " + ", ".join(map(title, step.participants))] if step.participants else []
    who += [f"Usulan pemutus: {title(suggested.decider)}"] if suggested.decider else []
    inputs = _value(step.inputs_shown or step.inputs_source, suggested.inputs, mark("inputs"))
    output = _value(step.output_shown or step.output_source, suggested.output, mark("output"))
    goods = [f"Masuk: {inputs}", f"Hasil: {output}"]
    goods += [f"Ket.: {step.note_source}{mark('note')}"] if step.note_source not in (None, "-") else []
    printed = step.standard_duration_source
    if printed and step.standard_duration_unit:
        printed += " menit"
    time = _value(printed, suggested.standard_duration, mark("standard_duration"))
    if step.suggested:
        time += footnotes.mark(f"Langkah {step.number}, dasar usulan: {suggested.basis}")
    return [[str(step.number)], what, who, goods, [time]]


def _what(step: Step, mark: str) -> list[str]:
    what = [(step.activity_shown or step.activity_source or "[Uraian tidak terbaca pada sumber]") + mark]
    if step.suggested and step.suggested.activity:
        what.append(f"Usulan: {step.suggested.activity}")
    what.append("Tombol: " + ", ".join(f"`{caption}`" for caption in captions(step)))
    asked = [field for field in step.fields if field.kind is not FieldKind.TICK]
    if asked:
        what.append("Isian: " + ", ".join(f.label.id + ("" if f.required else " (boleh dilewati)") for f in asked))
    sent = (step.files, step.merge, step.second_party and step.second_party.files)
    what += [f"Berkas: {files.hint.id}" for files in sent if files and files.hint]
    if step.after is not None:
        what.append("Sesudah langkah: " + (", ".join(map(str, step.after)) or "(awal)"))
    for outcome in step.outcomes:
        targets = outcome.returns_to or ((outcome.skip_to,) if outcome.skip_to else ())
        if targets:
            unit = f", satu unit ke langkah {outcome.units_to}" if outcome.units_to else ""
            what.append(f"{outcome.button.id}: ke langkah {', '.join(map(str, targets))}{unit}")
    if step.card_note:
        what.append(f"Pada kartu: {step.card_note.id}")
    return what


def _reason(step: Step, footnotes: _Footnotes) -> str:
    remark = step.source_notes.get("actor")
    return footnotes.mark(f"Langkah {step.number}, pelaksana: {step.actor.reason}" + (f" {remark}" if remark else ""))


def _value(printed: str | None, suggested: str | None, mark: str) -> str:
    proposal = f" (usulan: {suggested})" if suggested else ""
    return f"{printed or BLANK}{mark}{proposal}"


def _row(cells: Sequence[Sequence[str]]) -> list[str]:
    wrapped = [
        [line for part in cell for line in wrap(part, width, break_on_hyphens=False)]
        for cell, (_, width) in zip(cells, _COLUMNS, strict=True)
    ]
    widths = [width for _, width in _COLUMNS]
    return [
        " │ ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip()
        for line in zip_longest(*wrapped, fillvalue="")
    ]


def _indented(text: str, *, hang: int = 2, indent: int = 2) -> list[str]:
    first = " " * indent
    return wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * (indent + hang), break_on_hyphens=False)
