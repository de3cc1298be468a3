"""Run every benchmark in its quick form, or those named: ``python -m benchmarks step timers``.

``--long`` takes the long forms: more rounds, a million finished runs, a million updates.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from benchmarks import (
    calendar_arithmetic,
    growth,
    idle,
    latency,
    memory,
    morning,
    peers,
    replicas,
    row_sizes,
    start,
    step,
    timer_scan,
)


def _once(run: Callable[[], Coroutine[Any, Any, bool]]) -> Callable[..., bool]:
    return lambda **_: asyncio.run(run())


ALL: dict[str, Callable[..., bool]] = {
    "step": step.run,
    "peers": peers.run,
    "latency": latency.run,
    "growth": growth.run,
    "start": start.run,
    "memory": memory.run,
    "replicas": replicas.run,
    "timers": _once(timer_scan.run),
    "calendar": _once(calendar_arithmetic.run),
    "morning": morning.run,
    "idle": idle.run,
    "sizes": row_sizes.run,
}


def main(arguments: list[str]) -> int:
    """Return 0 if every goal is met, 1 if one is not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *ALL], metavar="NAME", help=", ".join(ALL))
    parser.add_argument("--long", action="store_true", help="The long forms; some take hours")
    chosen = parser.parse_args(arguments)
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f} at the start")
    met = {}
    for name in chosen.names or ALL:
        try:
            met[name] = ALL[name](long=chosen.long)
        except RuntimeError as error:
            print(f"{name} could not be measured: {error}")
            met[name] = False
        sys.stdout.flush()
    missed = [name for name, kept in met.items() if not kept]
    print(f"\nGoals missed: {', '.join(missed)}" if missed else "\nEvery goal is met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
