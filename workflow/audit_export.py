"""The record as an auditor takes it away: one event a line, with the names that it means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from sqlmodel import Session, select

from storage import audit
from storage.tables import Official, Run

COLUMNS = (
    "office", "seq", "at", "kind", "actor", "actor_id", "capacity", "run", "run_id", "task_id", "payload",
    "format", "previous_hash", "hash",
)  # fmt: skip


def rows(session: Session, office_id: str) -> Iterator[dict[str, Any]]:
    """Yield an office's events in order. Times are UTC; ``run`` is the number officials know.

    With the columns of the event itself (all but ``actor`` and ``run``) the hash can be
    computed again without Pandu, see :func:`storage.audit.hash_of`.
    """
    officials = {o.id: o.name for o in session.exec(select(Official).where(Official.office_id == office_id))}
    runs = {r.id: r.number for r in session.exec(select(Run).where(Run.office_id == office_id))}
    for event in audit.events(session, office_id):
        yield {
            "office": event.office_id,
            "seq": event.seq,
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "kind": event.kind,
            "actor": officials.get(event.actor_id),
            "actor_id": event.actor_id,
            "capacity": event.capacity,
            "run": runs.get(event.run_id),
            "run_id": event.run_id,
            "task_id": event.task_id,
            "payload": json.loads(event.payload),
            "format": event.format,
            "previous_hash": event.previous_hash,
            "hash": event.hash,
        }
