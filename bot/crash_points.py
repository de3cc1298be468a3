"""Named places at which a test can kill the process, as a power cut would.

``PANDU_CRASH_AT=before-send`` kills at the first passage, ``PANDU_CRASH_AT=before-send:3``
at the third. Without the variable nothing happens.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import Literal

CrashPoint = Literal[
    "before-inbox-commit",
    "after-inbox-commit",
    "before-effect-commit",
    "after-effect-commit",
    "before-send",
    "after-send",
    "before-mark-sent",
    "after-mark-sent",
    "before-file-stored",
    "after-file-stored",
    "before-timer-commit",
    "after-timer-commit",
]

_passages: Counter[str] = Counter()


def crash_point(name: CrashPoint) -> None:
    """Kill this process with SIGKILL if the environment asks for it here."""
    wanted = os.environ.get("PANDU_CRASH_AT")
    if not wanted:
        return
    point, _, passage = wanted.partition(":")
    if point != name:
        return
    _passages[name] += 1
    if _passages[name] == int(passage or 1):
        os.kill(os.getpid(), signal.SIGKILL)
