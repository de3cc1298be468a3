"""Run every benchmark, or those named: ``python -m benchmarks timer_scan``."""

from __future__ import annotations

import asyncio
import sys

from benchmarks import calendar_arithmetic, timer_scan

ALL = {"calendar_arithmetic": calendar_arithmetic.run, "timer_scan": timer_scan.run}


async def main(names: list[str]) -> int:
    """Return 0 if every promise is kept, 1 if one is not, 2 for a name that is none."""
    if unknown := [name for name in names if name not in ALL]:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(ALL)}.")
        return 2
    kept = [await ALL[name]() for name in names or ALL]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
