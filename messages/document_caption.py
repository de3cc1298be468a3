"""What stands under a document: that it may be there twice, and which step it is for if its card came first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from messages.render import REPEATED
from messages.views.names import reader_of
from storage.tables import Card, Run, Task

LATE = {
    "id": "Menyusul kartunya: untuk langkah {step} · No. {run}",
    "en": "Following its card: for step {step} · run {run}",
}
"""The store of files was away when it was the document's turn."""


def document_caption(
    session: Session,
    params: Mapping[str, Any],
    *,
    office_id: str | None,
    chat_id: int,
    queued_at: datetime,
    repeated: bool,
    default_language: str,
) -> str | None:
    """Return the words under a document, nearly always none.

    ``params`` and ``queued_at`` (business time) are its outbox row's, ``repeated`` says that an earlier
    sending may have arrived.
    """
    late = _after_its_card(session, params, chat_id, queued_at)
    if late is None and not repeated:
        return None
    language = reader_of(session, office_id, chat_id, default_language)[0].language
    said = [REPEATED[language]] if repeated else []
    if late is not None:
        said.append(LATE[language].format(step=late.step, run=session.get_one(Run, late.run_id).number))
    return " ".join(said)


def _after_its_card(session: Session, params: Mapping[str, Any], chat_id: int, queued_at: datetime) -> Task | None:
    """Return the task whose card has overtaken its document; ``card_id`` among the parameters names the card.

    Ahead of its card a document needs no word, and what was asked for (``Lihat dokumen``) has no card to be late for.
    """
    card = session.get(Card, params["card_id"]) if "card_id" in params else None
    if card is None or card.chat_id != chat_id or card.sent_at is None or card.sent_at <= queued_at:
        return None
    return session.get_one(Task, card.task_id)
