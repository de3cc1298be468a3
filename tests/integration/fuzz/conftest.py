from __future__ import annotations

from tests.integration.fuzz.offices import entrance

__all__ = ["entrance"]
