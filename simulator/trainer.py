"""What whoever starts the simulator lends to the trainer's drawer; the simulator itself knows nothing of the bot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel

Direction = Literal["reminder", "morning", "date"]
"""Where a trainer may go: to the next thing the bot says by itself, to the next working morning, to a date."""


class Waiting(BaseModel):
    """One thing that the bot has yet to tell somebody, in the words of whoever runs the bot."""

    user: int
    """To whom."""
    what: str
    state: str
    tries: int = 0


class ClockFace(BaseModel):
    """What time it is for the bot and its people, and how a jump goes."""

    now: AwareDatetime
    zone: str
    """IANA name of the zone in which its people read the time."""
    zone_name: str
    """What they call it."""
    moved: bool
    """Whether it differs from the time of this machine."""
    jumping: bool = False
    target: AwareDatetime | None = None
    """Where the jump goes, if that is known beforehand."""
    progress: float | None = None
    """How much of the way is done, 0 to 1."""
    said: str = ""
    """How it goes, or how the last jump ended, in a sentence for the trainer."""


@dataclass
class Trainer:
    """What the drawer offers beside faults; what is None is not shown."""

    outbox: Callable[[], Awaitable[list[Waiting]]] | None = None
    """Tells what waits in the bot's outbox, the first to go first."""
    reset: Callable[[], None] | None = None
    """Begins to throw everything away and start afresh; the page comes back by itself."""
    clock: Callable[[], ClockFace] | None = None
    """Tells what time it is there, and how a jump goes."""
    jump: Callable[[Direction, datetime | None], Awaitable[None]] | None = None
    """Begins to go forward in time and returns; `date` comes with a local time of that place, without a zone.

    Raises Impossible with a polite sentence for what is not possible. Progress is told by `clock`; whoever jumps says
    `Simulator.clock_changed` then.
    """
    stop_jump: Callable[[], None] | None = None
    """Ends a jump where it is."""
