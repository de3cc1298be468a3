"""What whoever starts the simulator lends to the trainer's drawer; the simulator itself knows nothing of the bot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel


class Waiting(BaseModel):
    """One thing that the bot has yet to tell somebody, in the words of whoever runs the bot."""

    user: int
    """To whom."""
    what: str
    state: str
    tries: int = 0


@dataclass
class Trainer:
    """What the drawer offers beside faults; what is None is not shown."""

    outbox: Callable[[], Awaitable[list[Waiting]]] | None = None
    """Tells what waits in the bot's outbox, the first to go first."""
    reset: Callable[[], None] | None = None
    """Begins to throw everything away and start afresh; the page comes back by itself."""
