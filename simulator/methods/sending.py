"""sendMessage, sendChatAction, copies and forwards."""

from __future__ import annotations

from typing import Any

from simulator import wire
from simulator.errors import BadRequest
from simulator.methods.delivery import (
    CAPTION,
    MARKUP,
    MAX_TEXT,
    PLACED,
    TO_CHAT,
    caption_of,
    chat_of,
    formatted,
    post,
    shown,
    target,
)
from simulator.methods.registry import Call, method
from simulator.parameters import array, boolean, chat_reference, integer, may, need, string, structure
from simulator.records import Chat, Message

ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
TEXT = may(parse_mode=string, entities=array("MessageEntity"), link_preview_options=structure("link preview options"))
SOURCE = need(from_chat_id=chat_reference, message_id=integer)
COPIED = {name: param for name, param in TO_CHAT.items() if name != "business_connection_id"}
FORWARDED = {name: param for name, param in COPIED.items() if name not in {"reply_parameters", "allow_paid_broadcast"}}
SEVERAL = {
    name: param for name, param in FORWARDED.items() if name not in {"message_effect_id", "suggested_post_parameters"}
}
SOURCES = need(from_chat_id=chat_reference, message_ids=array("Integer", int))


@method("sendMessage", need(text=string) | TO_CHAT | TEXT | MARKUP)
def send_message(call: Call) -> dict[str, Any]:
    """Send a text."""
    chat = target(call)
    text, entities = formatted(call.args["text"], call.args, "entities", MAX_TEXT)
    if not text:
        raise BadRequest("message text is empty")
    return shown(call, post(call, chat, text=text, entities=entities))


@method(
    "sendChatAction",
    need(chat_id=chat_reference, action=string) | may(business_connection_id=string, message_thread_id=integer),
)
def send_chat_action(call: Call) -> bool:
    """Show that the bot is busy; it shows for five seconds or until its next message."""
    chat = target(call)
    if call.args["action"] not in ACTIONS:
        raise BadRequest("wrong parameter action in request")
    call.world.changed("typing", chat)
    return True


def _originals(call: Call) -> list[Message]:
    source = chat_of(call, call.args["from_chat_id"])
    wanted = call.args.get("message_ids") or [call.args["message_id"]]
    if len(wanted) > 100 or wanted != sorted(set(wanted)):
        raise BadRequest("message identifiers must be in a strictly increasing order")
    found = [call.world.message(source, one) for one in wanted]
    return [one for one in found if one and not one.service]


def _again(call: Call, chat: Chat, original: Message, **changes: Any) -> Message:
    if original.protected:
        raise BadRequest("message can't be copied" if "copy" in call.method.lower() else "message can't be forwarded")
    content: dict[str, Any] = {
        "text": original.text, "caption": original.caption, "entities": original.entities,
        "document": original.document, "photo": original.photo, "spoiler": original.spoiler,
    }  # fmt: skip
    return post(call, chat, **(content | changes))


def _origin(call: Call, original: Message) -> dict[str, Any]:
    if original.forward_origin:
        return original.forward_origin
    sender = wire.user(call.world.users[original.sender])
    return {"type": "user", "sender_user": sender, "date": int(original.date.timestamp())}


@method("copyMessage", SOURCE | COPIED | CAPTION | PLACED | MARKUP)
def copy_message(call: Call) -> dict[str, int]:
    """Send the content of a message again, without saying where it came from."""
    chat = target(call)
    originals = _originals(call)
    if not originals:
        raise BadRequest("message to copy not found")
    changes = caption_of(call.args) if "caption" in call.args and originals[0].text is None else {}
    return {"message_id": _again(call, chat, originals[0], **changes).id}


@method("copyMessages", SOURCES | SEVERAL | may(remove_caption=boolean))
def copy_messages(call: Call) -> list[dict[str, int]]:
    """Send the content of several messages again; those that are gone are left out."""
    chat = target(call)
    bare: dict[str, Any] = {"caption": None, "entities": []} if call.args.get("remove_caption") else {}
    return [
        {"message_id": _again(call, chat, one, **(bare if one.text is None else {})).id} for one in _originals(call)
    ]


@method("forwardMessage", SOURCE | FORWARDED)
def forward_message(call: Call) -> dict[str, Any]:
    """Send a message on, saying whose it was."""
    chat = target(call)
    originals = _originals(call)
    if not originals:
        raise BadRequest("message to forward not found")
    return shown(call, _again(call, chat, originals[0], forward_origin=_origin(call, originals[0])))


@method("forwardMessages", SOURCES | SEVERAL)
def forward_messages(call: Call) -> list[dict[str, int]]:
    """Send several messages on; those that are gone are left out."""
    chat = target(call)
    return [{"message_id": _again(call, chat, one, forward_origin=_origin(call, one)).id} for one in _originals(call)]
