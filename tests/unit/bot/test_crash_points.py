from __future__ import annotations

import signal
import subprocess
import sys

SCRIPT = """
from bot.crash_points import crash_point
for _ in range(3):
    crash_point("before-send")
    print("passed", flush=True)
"""


def play(at: str | None) -> tuple[int, int]:
    """Pass a crash point three times; return the exit code and how often it was passed."""
    environment = {"PANDU_CRASH_AT": at} if at else {}
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.count("passed")


def test_nothing_happens_unless_asked_for() -> None:
    assert play(None) == (0, 3)
    assert play("after-send") == (0, 3)


def test_it_kills_at_the_passage_asked_for() -> None:
    assert play("before-send") == (-signal.SIGKILL, 0)
    assert play("before-send:3") == (-signal.SIGKILL, 2)
