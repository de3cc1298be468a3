"""Fair comparison of two ways or two sizes: measured turn by turn, the median of many turns."""

from __future__ import annotations

import gc
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median

Step = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Compared:
    """Seconds for one step, small beside large."""

    small: float
    large: float

    @property
    def ratio(self) -> float:
        """How many times the small one's time the large one takes."""
        return self.large / self.small

    def line(self, name: str) -> str:
        """Return one line of a table, times in µs."""
        return f"{name:<34}{self.small * 1e6:>12.1f}{self.large * 1e6:>12.1f}{self.ratio:>9.2f}"


async def compare(
    small: Callable[[int], Awaitable[float]], large: Callable[[int], Awaitable[float]], *, turns: int, steps: int
) -> Compared:
    """Measure both ``turns`` times, in alternating order, ``steps`` steps each; return the medians of one step.

    What disturbs the machine meanwhile disturbs both alike, and the medians leave it out.
    """
    await small(steps)
    await large(steps)
    gc.collect()
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns):
        order = ((0, small), (1, large)) if turn % 2 == 0 else ((1, large), (0, small))
        for which, measure in order:
            seconds[which].append(await measure(steps) / steps)
    return Compared(median(seconds[0]), median(seconds[1]))


def timed(step: Step, steps: int) -> float:
    """Return the seconds that so many steps take, with no collection of garbage in between."""
    gc.disable()
    try:
        begun = time.perf_counter()
        for _ in range(steps):
            step()
        return time.perf_counter() - begun
    finally:
        gc.enable()


def heading(title: str, small: str, large: str) -> str:
    """Return the first lines of a table."""
    return f"\n{title}\n{'(µs, medians)':<34}{small:>12}{large:>12}{'ratio':>9}"
