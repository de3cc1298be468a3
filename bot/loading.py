"""Loading the rest of the program, without looking for garbage in it meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Wrap the imports of a program: nothing that is loaded is garbage, and looking for some takes as long again.

    What is there in the end is left out of all later looks too, which are the quicker for it.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
