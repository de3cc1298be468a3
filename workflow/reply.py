"""The short answer to a tap, as a word and its facts; :mod:`messages.toasts` says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """``key`` names the answer; ``alert`` asks for one that must be tapped away."""

    key: str
    params: dict[str, Any] = field(default_factory=dict)
    alert: bool = False
