"""An SOP as Viewflow knows it: imported by its name once Django is set up."""

from __future__ import annotations

from typing import Any

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.base import Flow
from viewflow.workflow.models import Process

STEPS = 14


def _steps() -> dict[str, Any]:
    """Return steps that people complete, one after another."""
    nodes: dict[str, Any] = {"process_class": Process, "__module__": __name__}
    nodes["start"] = flow.StartHandle(lambda activation: activation).Next(this.t1)
    for number in range(1, STEPS + 1):
        following = getattr(this, f"t{number + 1}" if number < STEPS else "end")
        nodes[f"t{number}"] = flow.View(lambda _: None).Next(following)
    nodes["end"] = flow.End()
    return nodes


SopFlow: Any = type("SopFlow", (Flow,), _steps())
