"""How many updates one person may have handled before the others' turn comes first.

Somebody who sends hundreds of messages within seconds (a stuck phone, or on purpose) costs
everybody time: on SQLite there is one writer. Their first updates are handled at once, the
rest at a steady pace; nothing is lost, it waits in the inbox.
"""

from __future__ import annotations

from collections.abc import Callable

BURST = 40
"""An album of ten, its card's taps and some typing are far below this."""
REFILL_SECONDS = 0.5


class FairShare:
    """One bucket of turns for each person. All times are seconds of the given monotonic clock."""

    def __init__(self, monotonic: Callable[[], float], *, enabled: bool = True) -> None:
        self._monotonic = monotonic
        self._enabled = enabled
        self._full_at: dict[int, float] = {}

    def take(self, person: int) -> None:
        """Note that an update of this person is handled; 0 is nobody, and never rests."""
        if not self._enabled or not person:
            return
        now = self._monotonic()
        self._full_at[person] = max(self._full_at.get(person, now), now) + REFILL_SECONDS
        if len(self._full_at) > 1000:
            self._full_at = {one: at for one, at in self._full_at.items() if at > now}

    def resting(self) -> dict[int, float]:
        """Return who has used up their turns, and in how many seconds the next one comes."""
        now = self._monotonic()
        # A full bucket holds BURST turns; it is full again at _full_at.
        waits = {person: at - now - (BURST - 1) * REFILL_SECONDS for person, at in self._full_at.items()}
        return {person: wait for person, wait in waits.items() if wait > 0}
