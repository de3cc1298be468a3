"""Every table, in one place to import from."""

from storage.tables.audit import AuditEvent, AuditHead, ErasableText
from storage.tables.base import Table, UtcDateTime, metadata
from storage.tables.chat import Bot, Card, Chat, Inbox, Outbox, Question
from storage.tables.office import (
    Adoption,
    AdoptionDraft,
    Approval,
    Delegation,
    Invitation,
    Office,
    Official,
    Seat,
    SetupCode,
    Unit,
)
from storage.tables.runs import File, Run, RunStep, Submission, Task
from storage.tables.scale import Lease
from storage.tables.time import Extension, Pause, Schedule, Timer

__all__ = [
    "Adoption",
    "AdoptionDraft",
    "Approval",
    "AuditEvent",
    "AuditHead",
    "Bot",
    "Card",
    "Chat",
    "Delegation",
    "ErasableText",
    "Extension",
    "File",
    "Inbox",
    "Invitation",
    "Lease",
    "Office",
    "Official",
    "Outbox",
    "Pause",
    "Question",
    "Run",
    "RunStep",
    "Schedule",
    "Seat",
    "SetupCode",
    "Submission",
    "Table",
    "Task",
    "Timer",
    "Unit",
    "UtcDateTime",
    "metadata",
]
