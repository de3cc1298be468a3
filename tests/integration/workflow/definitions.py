"""Random SOPs as offices use them: with files, values to fill in, receipts and invitations."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from sop_definitions.model import SopDefinition
from tests.unit.workflow import builders, random_runs

ACTORS = ("clerk", "secretary", "head")
FIELDS: tuple[dict[str, Any], ...] = (
    {"id": "paraf", "label": builders.text("Paraf"), "kind": "tick"},
    {"id": "nomor", "label": builders.text("Nomor"), "kind": "text"},
    {"id": "tanggal", "label": builders.text("Tanggal"), "kind": "date"},
    {"id": "arahan", "label": builders.text("Arahan"), "kind": "text", "required": False},
)


@st.composite
def definitions(draw: st.DrawFn, max_steps: int = 5) -> SopDefinition:
    """A sound definition whose steps also ask for files and values."""
    bare = draw(random_runs.definitions(max_steps=max_steps)).model_dump(mode="json", by_alias=True)
    for step in bare["steps"]:
        _enrich(draw, bare, step)
    return SopDefinition.model_validate(bare)


def _enrich(draw: st.DrawFn, bare: dict[str, Any], step: dict[str, Any]) -> None:
    for outcome in step["outcomes"]:
        if outcome["units_to"] is not None and not outcome["returns_to"]:
            outcome["returns_to"] = [outcome["units_to"]]  # the loader asks for both
    step["standard_duration_source"] = (None, "60 Menit", "3 Hari")[step["number"] % 3]
    if step["collect"] == "decide":
        return
    step["fields"] = draw(st.lists(st.sampled_from(FIELDS), max_size=2, unique_by=lambda f: str(f["id"])))
    if step["collect"] == "hand_in":
        if step["proof"] != "file":
            step["fields"] = [f for f in step["fields"] if f["kind"] == "tick"]
        return
    step["actor"]["role"] = draw(st.sampled_from(ACTORS))
    earlier = [s["number"] for s in bare["steps"] if s["number"] < step["number"]]
    turn: bool = draw(st.booleans())
    match step["collect"]:
        case "upload":
            step["files"] = {"min": 1, "max": 2}
            if earlier and turn:
                step["carries"], step["offer_previous"] = [draw(st.sampled_from(earlier))], True
        case "confirm":
            step["distribute"] = "units" if turn else None
        case "meeting":
            step["part"] = "invite" if turn else "whole"
            step["participants"] = ["unit_head", "secretary"]
