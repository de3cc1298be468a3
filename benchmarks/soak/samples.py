"""What a soak looks at while it goes on, kept as CSV and drawn as an SVG."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

WIDTH, HEIGHT, LEFT, TOP, PANEL = 900, 150, 70, 24, 190


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. ``seconds`` are of real time; ``waiting_seconds`` is how long, in real time, the oldest thing waits."""

    seconds: float
    business_time: str
    updates: int
    messages: int
    finished_runs: int
    memory_mb: float
    outbox: int
    inbox: int
    waiting_seconds: float
    lock_waits: int
    database_mb: float


DRAWN = {
    "memory_mb": "Memory of the process (MB)",
    "waiting_seconds": "Age of the oldest that waits (s, real time)",
    "outbox": "Outbox: rows that are due",
    "lock_waits": "Transactions that wait for a lock",
    "database_mb": "Database (MB)",
}


def memory_mb() -> float:
    """Return what this process holds in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def append(file: Path, sample: Sample) -> None:
    """Write one more line; the heading too, if the file is new."""
    fresh = not file.exists()
    with file.open("a", newline="") as output:
        writer = csv.DictWriter(output, [field.name for field in fields(Sample)])
        if fresh:
            writer.writeheader()
        writer.writerow(asdict(sample))


def draw(samples: Sequence[Sample], file: Path) -> None:
    """Draw one panel below the other, over real time."""
    height = PANEL * len(DRAWN) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + LEFT + 30}" height="{height}"',
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>',
    ]
    end = max(samples[-1].seconds, 1.0)
    for number, (name, title) in enumerate(DRAWN.items()):
        top = number * PANEL + TOP
        values = [float(getattr(sample, name)) for sample in samples]
        highest = max(*values, 1.0)
        points = " ".join(
            f"{LEFT + WIDTH * sample.seconds / end:.1f},{top + HEIGHT * (1 - value / highest):.1f}"
            for sample, value in zip(samples, values, strict=True)
        )
        bottom = top + HEIGHT
        parts.append(
            f'<text x="{LEFT}" y="{top - 8}" font-weight="bold">{title}</text>'
            f'<path d="M{LEFT} {top}V{bottom}H{LEFT + WIDTH}" fill="none" stroke="#888"/>'
            f'<text x="{LEFT - 6}" y="{top + 5}" text-anchor="end">{highest:,.4g}</text>'
            f'<text x="{LEFT - 6}" y="{bottom}" text-anchor="end">0</text>'
            f'<polyline points="{points}" fill="none" stroke="#1f5fa8" stroke-width="1.5"/>'
        )
    parts.append(f'<text x="{LEFT + WIDTH}" y="{height - 6}" text-anchor="end">{end:,.0f} s</text></svg>')
    file.write_text("\n".join(parts))
