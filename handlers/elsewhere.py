"""What is not said to Pandu in one's own chat: groups, channels, messages changed afterwards.

Pandu speaks to officials in private only: anybody in a group could read an answer, and who
writes there in the name of the group is nobody in particular.
"""

from __future__ import annotations

from sqlmodel import Session

from handlers.incoming import Incoming
from handlers.talk import Context, Talk, Toast
from storage import outbox
from workflow.moment import Moment


def answer(session: Session, moment: Moment, incoming: Incoming, context: Context) -> Toast | None:
    """Say where to find Pandu: to a tap always, to a group's command once a day, else nothing."""
    if incoming.kind == "tap":
        return Toast("private_only", language=context.default_language)
    if (
        incoming.command is None
        or incoming.chat_id >= 0
        or incoming.addressed not in (None, context.bot_username.casefold())
    ):
        return None
    outbox.say(
        session, bot_id=moment.bot_id, chat_id=incoming.chat_id, office_id=None, template="private_only",
        params={"bot": context.bot_username}, now=moment.now, priority=1,
        key=f"private_only:{moment.bot_id}:{incoming.chat_id}:{moment.now:%Y%m%d}",
    )  # fmt: skip
    return None


def edited(talk: Talk) -> None:
    """Somebody changed a message after sending it: what was recorded stays, and they are told once per message."""
    if not talk.officials or (talk.incoming.text is None and talk.incoming.file is None):
        return
    outbox.say(
        talk.session, bot_id=talk.moment.bot_id, chat_id=talk.incoming.chat_id, office_id=talk.official.office_id,
        template="edit_not_read", params={}, now=talk.moment.now, priority=1,
        key=f"edited:{talk.moment.bot_id}:{talk.incoming.chat_id}:{talk.incoming.message_id}",
    )  # fmt: skip
