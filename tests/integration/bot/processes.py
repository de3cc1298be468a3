"""Pandu's command line as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

PANDU = [sys.executable, "-c", "from bot.cli import main; main()"]
ROOT = Path(__file__).parents[3]


async def start(folder: Path, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
    """Start the command line in a folder with no ``PANDU_`` setting but ``settings``."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PANDU_")}
    environment |= {f"PANDU_{name.upper()}": value for name, value in settings.items()}
    environment["PYTHONPATH"] = str(ROOT)
    return await asyncio.create_subprocess_exec(
        *PANDU, *arguments, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )


async def ended(process: asyncio.subprocess.Process, seconds: float = 60) -> tuple[int | None, str, str]:
    """Wait for the end; return the exit code and what was printed."""
    out, err = await asyncio.wait_for(process.communicate(), seconds)
    return process.returncode, out.decode(), err.decode()
