"""An office that another bot serves from now on: what is still to be said there goes out through that one."""

from __future__ import annotations

from sqlmodel import Session, col, delete, update

from storage.literals import is_status
from storage.tables import Office, Outbox, Timer
from workflow.reminding.planning import NUDGE


def to_bot(session: Session, office: Office, bot_id: int) -> None:
    """Let a bot serve an office; with the office's runs locked, and its cards to be reconciled afterwards.

    Officials must open a chat with a bot that is new to them; what is for them waits until then.
    """
    before, office.bot_id = office.bot_id, bot_id
    session.flush()
    if before in (None, bot_id):
        return
    waiting = update(Outbox).where(
        col(Outbox.office_id) == office.id,
        col(Outbox.bot_id) == before,
        is_status(Outbox.status, "queued", "held"),
        col(Outbox.kind).not_in(("strip", "remove")),  # that is up to the bot that sent the message
    )
    session.exec(waiting.values(bot_id=bot_id))
    # Gathered for chats with the other bot; the next slot reminds again.
    session.exec(delete(Timer).where(col(Timer.office_id) == office.id, col(Timer.kind) == NUDGE))
