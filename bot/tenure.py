"""What a process may believe about a lease it was given, by its own stopwatch."""

from __future__ import annotations

from collections.abc import Callable


class Tenure:
    """Whether this process holds a bot's sending just now.

    :class:`bot.sender.Sender` begins it and the workers ask, right before they do something
    that only the holder may. A process that was frozen for a while finds out by itself that
    its time is over. Times are seconds of ``monotonic``.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._fence = 0
        self._until: float | None = None

    @property
    def fence(self) -> int | None:
        """The fence to act under; ``None`` while another process may be holding the lease."""
        return self._fence if self._until is not None and self._monotonic() < self._until else None

    def begin(self, fence: int, until: float) -> None:
        """Hold the lease with this fence up to ``until``, or for longer than before."""
        self._fence, self._until = fence, until

    def end(self) -> None:
        """Stop at once: the lease is known to be in other hands, or is about to be."""
        self._until = None
