"""What an examination found, and how it is mended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is; the word stands at the beginning of the line."""

    GOOD = "baik"
    NOTE = "perhatikan"
    MEND = "perbaiki"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for whoever runs Pandu, in Indonesian. ``how`` says what to do; nothing for what is well."""

    level: Level
    subject: str
    what: str
    how: str = ""

    def line(self) -> str:
        """Return the finding as it is printed."""
        return f"{self.level:<10}  {self.subject}: {self.what}" + (f" → {self.how}" if self.how else "")


def good(subject: str, what: str) -> Finding:
    """Return a finding of what is well."""
    return Finding(Level.GOOD, subject, what)


def note(subject: str, what: str, how: str) -> Finding:
    """Return a finding to think of; Pandu works all the same."""
    return Finding(Level.NOTE, subject, what, how)


def mend(subject: str, what: str, how: str) -> Finding:
    """Return a finding that has to be mended."""
    return Finding(Level.MEND, subject, what, how)
