"""When and through which bot something happens: what a transaction must not find out by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """One update's circumstances.

    ``now`` is business time, aware UTC. ``nonce`` is fresh random hex for this try, the only
    randomness a transaction body may use, so that a body can be run again.
    """

    bot_id: int
    now: datetime
    nonce: str
