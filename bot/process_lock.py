"""One `pandu run` at a time on an SQLite database."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.settings import Unusable


@contextmanager
def only_process(database: Path | None) -> Iterator[None]:
    """Hold the lock beside an SQLite database; ``None`` (a server) needs none.

    The operating system releases it when the process ends, however it ends. Raises
    :class:`Unusable` if another process holds it.
    """
    if database is None:
        yield
        return
    with database.with_name(database.name + ".lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unusable(f"pandu run lain sedang memakai {database}; hentikan dahulu.") from None
        yield
