"""The admins' ``Ya, benar`` and ``Bukan``: once one of them has answered, nobody is asked any more."""

from __future__ import annotations

from sqlmodel import Session, col, select

from storage import outbox
from storage.tables import Invitation, Outbox
from workflow.moment import Moment


def close(session: Session, moment: Moment, invitation_id: int) -> None:
    """Strip the messages that asked about an invitation, unless it still waits for an answer."""
    invitation = session.get(Invitation, invitation_id)
    if invitation is None or invitation.status == "claimed":
        return
    key = f"enrol_ask:{invitation_id}:"
    # ';' is the character after ':', so that the unique index on key finds the range.
    for said in session.exec(select(Outbox).where(col(Outbox.key) > key, col(Outbox.key) < key[:-1] + ";")).all():
        if said.message_id is not None:
            outbox.strip(session, bot_id=said.bot_id, chat_id=said.chat_id, message_id=said.message_id, now=moment.now)
