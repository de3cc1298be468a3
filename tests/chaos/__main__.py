"""``make chaos``: a long storm, and the account of it.

``PANDU_CHAOS_SECONDS`` says how long it storms (180), ``PANDU_CHAOS_SEED`` which storm it is.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

from tests.chaos.play import offices_for, play


def main() -> None:
    """Play it and print what came of it."""
    seconds = float(os.environ.get("PANDU_CHAOS_SECONDS", "180"))
    seed = int(os.environ.get("PANDU_CHAOS_SEED", "1"))
    offices = offices_for(seconds)
    print(f"three replicas, {offices} offices, {seconds:.0f} seconds of storm, seed {seed}")  # noqa: T201 - it is there to tell
    with tempfile.TemporaryDirectory(prefix="pandu-chaos-") as folder:
        account = asyncio.run(play(Path(folder), seconds=seconds, seed=seed, offices=offices))
    for line in account.lines():
        print(line)  # noqa: T201 - likewise


if __name__ == "__main__":
    main()
