"""The demo's clock: business time that a trainer may move ahead, and that stays ahead after a restart."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import Clock

CLOCK = "clock.json"
"""What the demo's data folder keeps of it."""


class DemoClock(Clock):
    """Real time and an offset that only grows, kept in a file of the demo's data folder.

    The stopwatch runs along: after a jump a chat may be written to again as soon as after so long a
    time, so that pacing does not slow the jump. Leases have a clock of their own and never jump.
    """

    def __init__(self, file: Path, real: Clock | None = None) -> None:
        """Go on where ``file`` says; ``real`` is the time under it (tests bring their own).

        A file that cannot be read counts as none: the demo then shows the real time.
        """
        self._file = file
        self._real = real or Clock()
        self.moved = _read(file)
        """How far business time is ahead; see :meth:`forward`."""

    def now(self) -> datetime:
        """Return business time, aware UTC."""
        return self._real.now() + self.moved

    def wall(self) -> datetime:
        """Return the time of the machine, aware UTC."""
        return self._real.now()

    def monotonic(self) -> float:
        """Return seconds from an arbitrary point, the time that was jumped over included."""
        return self._real.monotonic() + self.moved.total_seconds()

    def lease_monotonic(self) -> float:
        """Return real seconds from an arbitrary point: no lease ends by a jump."""
        return self._real.monotonic()

    def forward(self, by: timedelta) -> None:
        """Move business time ahead, on disk first: it must not go back after a crash.

        :raises ValueError: for a negative ``by``.
        :raises OSError: the file cannot be written; the time stays as it is.
        """
        if by < timedelta(0):
            raise ValueError("business time only moves forward")
        moved = self.moved + by
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"moved_seconds": moved.total_seconds()}))
        fresh.replace(self._file)
        self.moved = moved


def _read(file: Path) -> timedelta:
    try:
        moved = timedelta(seconds=float(json.loads(file.read_text())["moved_seconds"]))
        datetime.now(UTC) + moved
    except (OSError, ValueError, TypeError, KeyError, OverflowError):
        return timedelta(0)
    return max(timedelta(0), moved)
