"""The language as JSON Schema, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from sop_definitions.model import SopDefinition

# What the model's own types and docstrings leave open, by definition and key.
_DESCRIPTIONS = {
    "id": "Short name, unique in its list; never shown to officials",
    "en": "English wording",
    "button": "Caption of the main button, at most 40 characters",
    "number": "Number of the step as printed",
    "title": "What officials read",
    "version": "Year or other mark that tells this version from others, in quotes",
    "format": "Version of the language; always 1",
    "source": "Wording as printed, or where the transcription comes from",
    "note": "What is faulty or remarkable about it",
    "notes": "What was lost or is uncertain in the transcription as a whole",
    "identity": "Identity block of the SOP",
    "roles": "Roles: the columns under PELAKSANA and those that only the text names",
    "steps": "The rows of the table, in order",
    "unit_role": "The role that heads a unit; receives distributions and is asked to hand in",
    "position": "What the role is in the office; rights depend on it",
    "role": "Id of a role of this SOP",
    "confidence": "How sure it is; the office confirms every actor before the SOP can start",
    "reason": "Why this role, for the admin who confirms it",
    "alternatives": "Other roles that may be meant",
    "min": "Fewest files; 0 makes them optional",
    "max": "Most files",
    "kinds": "Kinds of file that are accepted",
    "label": "What the official is asked for",
    "kind": "Kind of value",
    "required": "Whether an answer is needed",
    "skip_to": "Step further on; the steps between are skipped",
    "returns_to": "Earlier steps this may go back to; the first is the default",
    "units_to": "Hand-in step to which a single returned unit goes back",
    "files": "Files to be sent",
    "basis": "Where the proposal comes from",
    "participants": "Roles invited to a meeting",
    "collect": "How the output is collected from the official",
    "fields": "Values the official is asked for, in order",
    "carries": "Earlier steps whose outputs come with the card",
    "distribute": "units: every unit head gets the carried files and confirms receipt",
    "outcomes": "Ways out of a decision, one button each; at least one goes on",
    "second_party": "A file somebody else owes before the decision is complete",
    "part": "whole meeting in one step, or its invitation and its minutes in two",
    "from": "hand_in: the role that hands in, once per unit",
    "collector": "hand_in: the role that accepts or returns what each unit hands in",
    "proof": "hand_in: a new file, the carried files, or a tick",
    "merge": "hand_in: the merged file that the collector sends at the end",
    "source_notes": "Fault or remark, by column: activity, inputs, standard_duration, output, note, actor",
    "suggested": "Proposals for what is blank; count only once the office accepts them",
    "actor": "Who carries the step out",
    "document": "Name of the document, on the card's first line",
    "activity": "Proposed wording of a blank activity",
    "inputs": "Proposed inputs (kelengkapan)",
    "standard_duration": "Proposed duration, e.g. '60 Menit'",
    "output": "Proposed output",
    "decider": "Role that decides",
    "legal_basis": "Dasar hukum, item by item, numbering included",
    "related_sops": "Keterkaitan, item by item",
    "warnings": "Peringatan, item by item",
    "qualifications": "Kualifikasi pelaksana, item by item",
    "equipment": "Peralatan dan perlengkapan, item by item",
    "recording": "Pencatatan dan pendataan, item by item",
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a definition file, every key described."""
    schema = SopDefinition.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    for described in (schema, *schema["$defs"].values()):
        for key, value in described.get("properties", {}).items():
            if "description" not in value:
                value["description"] = _described(key)
    return schema


def _described(key: str) -> str:
    if key.endswith("_source"):
        return "As printed, character for character; null if blank"
    if key.endswith("_shown"):
        return "What officials see, only where it differs from the source; say why under source_notes"
    if key.endswith("_on"):
        return "The printed date as YYYY-MM-DD; null if there is none"
    return _DESCRIPTIONS[key]
