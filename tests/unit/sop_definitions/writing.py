"""Small SOP files for tests, with a mark at the place where a fault is expected."""

from __future__ import annotations

from textwrap import indent

HERE = "§"

HEAD = """\
format: 1
id: contoh
version: "1"
title: Contoh
source: {document: SOP contoh}
identity:
  institution_source: null
  number_source: null
  title_source: null
  created_on_source: null
  created_on: null
  revised_on_source: null
  revised_on: null
  effective_on_source: null
  effective_on: null
  approved_on_source: null
  approved_on: null
  approved_by_source: null
  legal_basis: []
  related_sops: []
  warnings: []
  qualifications: []
  equipment: []
  recording: []
roles:
  - {id: camat, title: Camat, position: head, column_source: CAMAT}
  - {id: sekcam, title: Sekcam, position: secretary, column_source: SEKCAM}
  - {id: kasi, title: Kasi, position: unit_head, column_source: KASI}
unit_role: kasi
steps:
"""

STEP = """\
  - number: {number}
    activity_source: Melakukan sesuatu
    inputs_source: null
    standard_duration_source: null
    output_source: null
    note_source: null
    actor: {{role: {actor}, confidence: high, reason: jelas}}
    call: {{id: Mohon dikerjakan, en: Please do}}
    document: {{id: Dokumen, en: Document}}
"""


def step(number: int, body: str = "collect: confirm", actor: str = "camat") -> str:
    """Return one step; ``body`` is what is added to its plain columns."""
    return STEP.format(number=number, actor=actor) + indent(body.strip("\n") + "\n", "    ")


def sop(*steps: str) -> str:
    """Return a whole file."""
    return HEAD + "".join(steps)


def place(text: str) -> tuple[str, int, int]:
    """Return the text without its mark, and the mark's line and column from 1."""
    assert text.count(HERE) == 1, "the text needs one mark"
    before = text[: text.index(HERE)]
    return text.replace(HERE, ""), before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
