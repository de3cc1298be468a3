"""What a bot may ask about a chat."""

from __future__ import annotations

from typing import Any

from simulator import wire
from simulator.errors import BadRequest
from simulator.methods.delivery import chat_of
from simulator.methods.registry import Call, method
from simulator.parameters import chat_reference, integer, need


@method("getChat", need(chat_id=chat_reference))
def get_chat(call: Call) -> dict[str, Any]:
    """Return what is known of a chat."""
    chat = chat_of(call, call.args["chat_id"])
    return wire.chat(call.world, chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False, "limited_gifts": False, "unique_gifts": False, "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }  # fmt: skip


@method("getChatMember", need(chat_id=chat_reference, user_id=integer))
def get_chat_member(call: Call) -> dict[str, Any]:
    """Return whether somebody is in a chat."""
    chat = chat_of(call, call.args["chat_id"])
    person = call.world.users.get(call.args["user_id"])
    if person is None:
        raise BadRequest("PARTICIPANT_ID_INVALID")
    inside = person.id in ({chat.id, call.bot.id} if chat.kind == "private" else chat.members)
    return {"user": wire.user(person), "status": "member" if inside else "left"}


@method("getChatMemberCount", need(chat_id=chat_reference))
def get_chat_member_count(call: Call) -> int:
    """Return how many are in a chat, the bot included."""
    chat = chat_of(call, call.args["chat_id"])
    return 2 if chat.kind == "private" else len(chat.members)
