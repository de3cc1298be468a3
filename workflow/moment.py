"""When and through which bot something happens: what a transaction must not find out by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

CLOUD_FILE_BYTES = 20 << 20
"""What a bot may fetch from Telegram's own servers (Bot API, getFile)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One update's circumstances.

    ``now`` is business time, aware UTC. ``nonce`` is fresh random hex for this try, the only
    randomness a transaction body may use, so that a body can be run again. ``max_file_bytes``
    is how large a file the bot can be sent.
    """

    bot_id: int
    now: datetime
    nonce: str
    max_file_bytes: int = CLOUD_FILE_BYTES
