"""What the record says of an official: enough to tell whether their rights or account were changed behind it.

An account's number is a person's, so it stands in the chain only as a salted hash. Number and
salt are kept beside it, as every erasable text is, and go with the person.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

from sqlmodel import Session

from storage import audit
from storage.tables import AuditEvent, Official
from workflow import texts

ACCOUNT = "account"
"""Where an event says by which account somebody is known from then on; ``None`` for none."""


def of_new(session: Session, official: Official, now: datetime) -> dict[str, Any]:
    """Return what the record says of an official who was just written down."""
    return {
        "official": official.id, "admin": official.admin, "active": official.active,
        ACCOUNT: account_of(session, official, now),
    }  # fmt: skip


def of_changed(session: Session, official: Official, fields: list[str], now: datetime) -> dict[str, Any]:
    """Return what the record says of an official of whom these columns were changed."""
    said: dict[str, Any] = {"official": official.id, "fields": fields}
    said |= {name: getattr(official, name) for name in ("admin", "active") if name in fields}
    return said | ({ACCOUNT: account_of(session, official, now)} if "telegram_id" in fields else {})


def account_of(session: Session, official: Official, now: datetime) -> str | None:
    """Keep an official's account erasably and return the digest by which the record knows it."""
    if official.telegram_id is None:
        return None
    # Any salt serves: nothing depends on which, so a body that is run again may make another.
    words, salt = str(official.telegram_id), secrets.token_hex(16)
    return audit.keep_text(session, official.office_id, words, salt, now).digest


def is_account_of(event: AuditEvent, digest: str, official_id: int | None) -> bool | None:
    """Say whether a digest in an event is that official's account; ``None`` if it is no account at all."""
    payload = json.loads(event.payload)
    if payload.get(ACCOUNT) != digest:
        return None
    return bool(payload.get("official") == official_id)


def fits(kept: Any, telegram_id: int) -> bool:
    """Say whether an account is the one that was kept."""
    return kept is not None and kept.text == str(telegram_id) and texts.untouched(kept)
