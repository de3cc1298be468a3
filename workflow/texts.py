"""Free text on record: kept apart so that it can be erased while the chain stays whole."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlmodel import Session

from storage import audit
from storage.tables import ErasableText
from workflow.moment import Moment

MAX_TEXT = 1500
"""Characters of a reason, an instruction or a field; what a phone shows without scrolling on and on."""


def keep(session: Session, moment: Moment, office_id: str, text: str) -> int:
    """Store a text with a salt of its own and return its row id."""
    salt = hashlib.sha256(f"{moment.nonce}|{text}".encode()).hexdigest()[:32]
    row = audit.keep_text(session, office_id, text, salt, moment.now)
    session.flush()
    if row.id is None:
        raise RuntimeError("a flushed row has an id")
    return row.id


def untouched(row: ErasableText) -> bool:
    """Say whether a kept text still is what was hashed; an erased one cannot be told any more."""
    if row.text is None or row.salt is None:
        return True
    return hashlib.sha256((row.salt + row.text).encode()).hexdigest() == row.digest


def salted(moment: Moment, data: dict[str, Any]) -> dict[str, Any]:
    """Return submitted values with a salt beside them, so that a hash of them tells nothing."""
    return {**data, "salt": hashlib.sha256(f"{moment.nonce}|data".encode()).hexdigest()[:32]} if data else {}


def data_digest(data: dict[str, Any]) -> str | None:
    """Return the hash under which an audit event knows submitted values."""
    if not data:
        return None
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def digest_of(session: Session, text_id: int | None) -> str | None:
    """Return the salted hash of a kept text."""
    return session.get_one(ErasableText, text_id).digest if text_id is not None else None
