"""Dates and times as officials say them, in Indonesian and English."""

from workflow.dates.meaning import Ambiguous, Note, NotUnderstood, Understood
from workflow.dates.understanding import understand, understand_clock, understand_day

__all__ = ["Ambiguous", "NotUnderstood", "Note", "Understood", "understand", "understand_clock", "understand_day"]
