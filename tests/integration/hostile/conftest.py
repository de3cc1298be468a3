from __future__ import annotations

from tests.integration.fuzz.offices import entrance, prepared

__all__ = ["entrance", "prepared"]
