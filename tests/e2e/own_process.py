"""What a forked process does before it is Pandu: it dies with its parent, writes to a file, knows only its settings."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path


def settle_in(environment: dict[str, str], folder: Path) -> None:
    """Work in ``folder``, with what is printed in its file ``log``; of ``PANDU_`` settings only those given hold."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    output = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith("PANDU_")]:
        del os.environ[name]
    os.environ.update(environment)
