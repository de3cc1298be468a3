"""Workflow engines completing one user task durably, without any Telegram; Pandu's goal is twice that with it.

SpiffWorkflow has no storage of its own: its workflow is serialised to JSON and kept in a row,
as its documentation advises. Viewflow keeps its tasks through Django. Both commit to SQLite
with ``synchronous=FULL``, one task after another, each in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from statistics import median

ENGINES = ("spiff", "viewflow")


def run(*, long: bool = False) -> bool:
    """Measure and print; the goal is judged beside the step, by :mod:`benchmarks.step`."""
    rounds, tasks = (5, 1000) if long else (3, 200)
    found: dict[str, list[tuple[float, float]]] = {engine: [] for engine in ENGINES}
    for _ in range(rounds):
        for engine in ENGINES:
            found[engine].append(measured(engine, tasks))
    print(f"\nOne user task completed durably on SQLite, no Telegram, median of {rounds}")
    print(f"{'':<34}{'tasks/s':>9}{'CPU ms':>9}")
    for engine, figures in found.items():
        print(f"{engine:<34}{median(f[0] for f in figures):>9.1f}{median(f[1] for f in figures) * 1e3:>9.2f}")
    return True


def measured(engine: str, tasks: int) -> tuple[float, float]:
    """Return tasks a second, and seconds of processor for each."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", f"benchmarks.bots.{engine}", f"{folder}/tasks.db", str(tasks)]
        said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=None).stdout
    figures = json.loads(said.splitlines()[-1])
    return figures["per_second"], figures["cpu"]
