"""What a document says that comes after its card: the store of files was away when it was its turn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from messages.views.names import reader_of
from storage.tables import Card, Run, Task


def late_document(
    session: Session, params: Mapping[str, Any], chat_id: int, queued_at: datetime, default_language: str
) -> str | None:
    """Return which step a document belongs to if its card has overtaken it, else ``None``.

    ``params`` are its outbox row's: ``card_id`` names the card. Ahead of its card a document needs
    no word, and what was asked for (``Lihat dokumen``) has no card to be late for. ``queued_at`` is
    business time.
    """
    card = session.get(Card, params["card_id"]) if "card_id" in params else None
    if card is None or card.chat_id != chat_id or card.sent_at is None or card.sent_at <= queued_at:
        return None
    task = session.get_one(Task, card.task_id)
    run = session.get_one(Run, task.run_id)
    reader, _, _ = reader_of(session, card.office_id, chat_id, default_language)
    if reader.language == "en":
        return f"Following its card: for step {task.step} · run {run.number}"
    return f"Menyusul kartunya: untuk langkah {task.step} · No. {run.number}"
