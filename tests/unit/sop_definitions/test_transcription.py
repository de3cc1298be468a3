"""What the definitions quote is what the sources say, cell by cell; NIPs are quoted nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sop_definitions.loader import SHIPPED, load_all
from sop_definitions.model import SopDefinition, Step

SOURCES = Path(__file__).parents[2] / "fixtures" / "sources"
ALL = sorted(load_all().values(), key=lambda d: (d.id, d.version))
IDS = [f"{d.id}.{d.version}" for d in ALL]

# What the identity block holds: basis in law, related SOPs, warnings, qualifications, equipment, recording.
ITEMS = {
    "candipuro-pengukuran-data-kinerja.2024": (5, 2, 1, 4, 5, 1),
    "dinsospermasdes-pengukuran-kinerja.2021": (2, 1, 1, 2, 4, 4),
    "sumbang-pengukuran-kinerja.2023": (4, 1, 1, 4, 4, 2),
    "sutera-pengukuran-kinerja.2025": (5, 2, 1, 4, 4, 1),
    "tambak-evaluasi-kinerja.2022": (4, 0, 2, 3, 4, 2),
    "tambak-evaluasi-kinerja.2023": (4, 1, 2, 0, 4, 2),
}


def clean(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).replace("**", " ").split())


def source(definition: SopDefinition) -> str:
    return (SOURCES / f"{definition.id}.txt").read_text(encoding="utf-8")


def quoted(value: Any) -> Iterator[str]:
    """Every text that a definition says it quotes."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and (key == "source" or key.endswith("_source")):
                yield inner
            yield from quoted(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from quoted(inner)


def rows(definition: SopDefinition) -> list[list[str]]:
    """The cells of the table's rows; of the second table for Tambak's older version."""
    lines = [[clean(cell) for cell in line.split("\t")] for line in source(definition).splitlines()]
    table = [cells for cells in lines if re.fullmatch(r"\d+\.?", cells[0]) and _is_row(cells, definition)]
    steps = len(definition.steps)
    return table[steps : 2 * steps] if definition.version == "2022" else table[:steps]


def _is_row(cells: list[str], definition: SopDefinition) -> bool:
    """Tell rows of the table from rows of column numbers and from the worksheet that repeats some."""
    complete = len(cells) > 5 or definition.id.startswith("sutera")
    return len(cells) > 1 and complete and not cells[1].isdigit()


def printed(step: Step) -> list[str]:
    values = (step.inputs_source, step.standard_duration_source, step.output_source, step.note_source)
    return [value or "" for value in values]


@pytest.mark.parametrize("definition", ALL, ids=IDS)
def test_every_quotation_stands_in_the_source(definition: SopDefinition) -> None:
    text = clean(source(definition))
    quotations = list(quoted(definition.model_dump(exclude={"source"})))
    assert len(quotations) > 30
    assert [q for q in quotations if q not in text] == []


@pytest.mark.parametrize("definition", ALL, ids=IDS)
def test_every_row_is_transcribed_cell_by_cell(definition: SopDefinition) -> None:
    table = rows(definition)
    assert [int(cells[0].rstrip(".")) for cells in table] == [step.number for step in definition.steps]
    for cells, step in zip(table, definition.steps, strict=True):
        assert cells[1] == (step.activity_source or "")
        if definition.id.startswith("tambak"):
            # Columns are missing; what the last one holds is told by the version's notes.
            values = [value for value in printed(step) if value]
            assert cells[6:] == values
        elif len(cells) <= 3:
            assert printed(step) == ["", "", "", ""], "a row that breaks off has no cells to quote"
        else:
            assert cells[-4:] == printed(step)


@pytest.mark.parametrize("definition", ALL, ids=IDS)
def test_the_identity_block_is_complete(definition: SopDefinition) -> None:
    identity = definition.identity
    parts = (
        identity.legal_basis,
        identity.related_sops,
        identity.warnings,
        identity.qualifications,
        identity.equipment,
        identity.recording,
    )
    assert tuple(len(part) for part in parts) == ITEMS[f"{definition.id}.{definition.version}"]
    for name in ("institution", "number", "title", "created_on", "approved_by"):
        assert getattr(identity, f"{name}_source") or name in identity.source_notes


@pytest.mark.parametrize("path", [*SHIPPED.glob("*.yaml"), *SOURCES.glob("*.txt")], ids=lambda path: path.name)
def test_no_nip_is_copied(path: Path) -> None:
    digits = re.sub(r"(?<=\d) (?=\d)", "", path.read_text(encoding="utf-8"))
    assert re.findall(r"\d{12,}", digits) == []


FAULTS = [
    ("sutera-pengukuran-kinerja", "2025", 3, "output", "7 hari"),
    ("candipuro-pengukuran-data-kinerja", "2024", 10, "activity", "tidak terbaca"),
    ("sumbang-pengukuran-kinerja", "2023", 10, "activity", "Sekam"),
    ("dinsospermasdes-pengukuran-kinerja", "2021", 8, "activity", "Kasubbid Data"),
    ("tambak-evaluasi-kinerja", "2022", 3, "note", "tergeser"),
]


@pytest.mark.parametrize(("sop_id", "version", "number", "column", "word"), FAULTS)
def test_a_fault_of_the_source_is_a_note_on_its_field(
    sop_id: str, version: str, number: int, column: str, word: str
) -> None:
    assert word in load_all()[sop_id, version].step(number).source_notes[column]


def test_blank_stays_blank_and_proposals_stand_apart() -> None:
    sumbang = load_all()["sumbang-pengukuran-kinerja", "2023"]
    for step in sumbang.steps[:8]:
        assert printed(step) == ["", "", "", ""]
        assert step.suggested is not None
        assert "061.1/366" in step.suggested.basis
    assert [step.suggested.standard_duration for step in sumbang.steps[:8] if step.suggested] == [
        f"{minutes} Menit" for minutes in (15, 60, 25, 30, 120, 120, 240, 40)
    ]
    candipuro = load_all()["candipuro-pengukuran-data-kinerja", "2024"].step(10)
    assert candipuro.activity_source is None
    assert candipuro.suggested is not None
    assert candipuro.suggested.activity == "Penyiapan surat pengantar"
