"""What is wrong with an SOP file, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of a definition.

    ``path`` leads to the value at fault, or with ``at_key`` to its key; ``message`` says
    what to do, in Indonesian, for the admin who reads it.
    """

    path: Path
    message: str
    at_key: bool = False


@dataclass(frozen=True, slots=True)
class SopError:
    """A fault at a place in a file; ``line`` and ``column`` count from 1."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f" [{self.path}]" if self.path else ""
        return f"{self.file}:{self.line}:{self.column}:{where} {self.message}"


class SopErrors(Exception):
    """All faults of a file (or of several), in the order in which they stand in it."""

    def __init__(self, errors: Iterable[SopError]) -> None:
        self.errors = tuple(sorted(set(errors), key=lambda e: (e.file, e.line, e.column, e.message)))
        super().__init__("\n".join(str(error) for error in self.errors))
