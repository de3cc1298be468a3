"""Messages as a bot may get them from others than a person in their own chat, to see what it makes of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from simulator import wire
from simulator.records import User

ANONYMOUS_ADMIN = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""Who writes when an administrator writes in the name of the group; the same on all of Telegram."""
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
"""Who brings a channel's posts into its discussion group."""
GROUP = {"id": -1003000000001, "type": "supergroup", "title": "Kelompok"}
CHANNEL = {"id": -1003000000002, "type": "channel", "title": "Kanal"}


class Form(StrEnum):
    """From where, or in whose name, a message comes."""

    CHANNEL_POST = "channel_post"
    EDITED_CHANNEL_POST = "edited_channel_post"
    ANONYMOUS_ADMIN = "anonymous_admin"
    LINKED_CHANNEL = "linked_channel"
    BUSINESS = "business_message"
    EDITED_BUSINESS = "edited_business_message"
    EDITED = "edited_message"
    FORWARDED = "forwarded"
    GROUP = "group"
    VIA_BOT = "via_bot"


def forged(form: Form, user: User, text: str, message_id: int, date: int) -> tuple[str, dict[str, Any]]:
    """Return the kind of an update and its payload; ``user`` is who really sits behind it."""
    sender = wire.user(user)
    own = {"id": user.id, "type": "private", "first_name": user.first_name}
    said: dict[str, Any] = {"message_id": message_id, "date": date, "text": text}
    match form:
        case Form.CHANNEL_POST:
            return "channel_post", said | {"chat": CHANNEL, "sender_chat": CHANNEL}
        case Form.EDITED_CHANNEL_POST:
            return "edited_channel_post", said | {"chat": CHANNEL, "sender_chat": CHANNEL, "edit_date": date}
        case Form.ANONYMOUS_ADMIN:
            return "message", said | {"chat": GROUP, "sender_chat": GROUP, "from": ANONYMOUS_ADMIN}
        case Form.LINKED_CHANNEL:
            origin = {"type": "channel", "chat": CHANNEL, "message_id": 1, "date": date}
            who = {"chat": GROUP, "sender_chat": CHANNEL, "from": TELEGRAM}
            return "message", said | who | {"forward_origin": origin, "is_automatic_forward": True}
        case Form.BUSINESS:
            return "business_message", said | {"chat": own, "from": sender, "business_connection_id": "b"}
        case Form.EDITED_BUSINESS:
            edited = {"business_connection_id": "b", "edit_date": date}
            return "edited_business_message", said | {"chat": own, "from": sender} | edited
        case Form.EDITED:
            return "edited_message", said | {"chat": own, "from": sender, "edit_date": date}
        case Form.FORWARDED:
            origin = {"type": "hidden_user", "sender_user_name": "Seseorang", "date": date}
            return "message", said | {"chat": own, "from": sender, "forward_origin": origin}
        case Form.GROUP:
            return "message", said | {"chat": GROUP, "from": sender}
        case Form.VIA_BOT:
            other = {"id": 7900000001, "is_bot": True, "first_name": "Lain", "username": "lain_bot"}
            return "message", said | {"chat": own, "from": sender, "via_bot": other}
