"""Whether a chat can be reached: what waited for an official goes out when they come back."""

from __future__ import annotations

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from storage import outbox, plain
from storage.tables import Chat
from workflow import notices
from workflow.moment import Moment

# Asked for every update. Putting such a statement together costs more than running it.
_REACHABLE = select(Chat.reachable).where(
    col(Chat.bot_id) == bindparam("bot_id"), col(Chat.chat_id) == bindparam("chat_id")
)


def changed(session: Session, moment: Moment, chat_id: int, *, reachable: bool) -> None:
    """Note that a chat spoke, or that its owner blocked the bot."""
    known = plain.run(session, _REACHABLE, {"bot_id": moment.bot_id, "chat_id": chat_id}).first()
    if known is not None and known.reachable == reachable:
        return  # as nearly always
    chat = session.get(Chat, (moment.bot_id, chat_id))
    if chat is None:
        session.add(Chat(bot_id=moment.bot_id, chat_id=chat_id, reachable=reachable, changed_at=moment.now))
        session.flush()
        if reachable:
            outbox.release_chat(session, moment.bot_id, chat_id, moment.now)
    elif chat.reachable != reachable:
        chat.reachable, chat.changed_at = reachable, moment.now
        session.flush()
        if reachable:
            outbox.release_chat(session, moment.bot_id, chat_id, moment.now)
        else:
            # Nothing will be tried while the chat is away, so no refusal would ever tell the admin.
            notices.unreachable(session, moment.bot_id, chat_id, moment.now)
