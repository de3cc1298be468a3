"""A link that was opened in a way it should not be: its admins are told once, however often that happens.

What happens within a minute is told together, so that neither somebody who tries a link again
and again nor a link that went round in a group fills an admin's chat.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlmodel import Session, select

from storage import audit, outbox
from storage.tables import Invitation, Outbox
from workflow import people
from workflow.moment import Moment

PAUSE = timedelta(minutes=1)
MOST_ACCOUNTS = 20
"""Different accounts that are told apart; more are 'many'."""
TEMPLATE = "enrol_alert_admin"
WORST_LAST = ("expired", "revoked", "used", "leaked")
"""Of several things that happened to one link, the last of these is told."""


def tell(session: Session, moment: Moment, invitation: Invitation, reason: str, person: int) -> None:
    """Tell the office's admins that an account opened a link that is not open to it."""
    account = hashlib.sha256(f"{invitation.token_hash}:{person}".encode()).hexdigest()[:8]
    facts = {"invitation_id": invitation.id, "reason": reason, "accounts": [account]}
    first = False
    for admin in people.admins(session, invitation.office_id):
        if admin.telegram_id is None:
            continue
        key = f"enrol_alert:{invitation.id}:{admin.id}"
        said = outbox.say(
            session, bot_id=moment.bot_id, chat_id=admin.telegram_id, office_id=invitation.office_id,
            template=TEMPLATE, params=facts, now=moment.now, due_at=moment.now + PAUSE, key=key,
        )  # fmt: skip
        first = first or said
        if not said:
            _add(session, key, reason, account)
    if first:
        audit.record(
            session, office_id=invitation.office_id, at=moment.now, kind="invitation.misused",
            payload={"invitation": invitation.id, "official": invitation.official_id, "reason": reason},
        )  # fmt: skip


def _add(session: Session, key: str, reason: str, account: str) -> None:
    """Add to an alert that still waits; one that was told is not repeated."""
    query = select(Outbox).where(Outbox.key == key).with_for_update().execution_options(populate_existing=True)
    waiting = session.exec(query).first()
    if waiting is None or waiting.status not in ("queued", "held"):
        return
    accounts = list(waiting.params.get("accounts", []))
    if account not in accounts and len(accounts) < MOST_ACCOUNTS:
        accounts.append(account)
    worst = max(reason, str(waiting.params["reason"]), key=WORST_LAST.index)
    waiting.params = {**waiting.params, "reason": worst, "accounts": accounts}
    session.flush()
