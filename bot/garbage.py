"""How often Python looks for garbage that refers to itself, in a process that stays.

What was loaded to start with (modules, tables, templates' parts: most of all objects) stays to the
end; looked through again and again it takes a twentieth of the processor's time. A transaction
makes some thousand objects and lets go of them at once, so looking less often costs little memory.
"""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 50_000, 10, 5
"""After so many new objects the young ones are looked through; the others after so many times of that."""


def leave_alone_what_is_loaded() -> None:
    """Count all there is now as there to stay, and look through the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
