"""A guided tour of the page: who does what next, pointed at on the phone. Whoever starts the simulator writes it."""

from __future__ import annotations

from pydantic import BaseModel


class TourStep(BaseModel):
    """One thing to do; it is done when that person has done it, on whatever page."""

    user: int
    """Whose phone."""
    words: str
    """What to do and why, in a sentence for somebody who has never seen the page."""
    says: str | None = None
    """Done when the person writes a text that begins so (any text: empty) ..."""
    button: str | None = None
    """... or taps a button with exactly this caption ..."""
    file: bool = False
    """... or sends a file ..."""
    jump: bool = False
    """... or somebody goes forward in time. With none of the four it is done by `Lanjut`."""
