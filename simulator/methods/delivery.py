"""What all methods that send have in common: to whom, as a reply to what, under which keyboard."""

from __future__ import annotations

from typing import Any

from simulator import wire
from simulator.entities import format_text, units
from simulator.errors import BadRequest, Forbidden
from simulator.markup import read_link_preview, read_markup, read_reply
from simulator.methods.registry import Call
from simulator.parameters import array, boolean, chat_reference, integer, may, need, string, structure
from simulator.records import Chat, Message

MAX_TEXT = 4096
MAX_CAPTION = 1024
NOT_HERE = ("business_connection_id", "direct_messages_topic_id", "allow_paid_broadcast", "suggested_post_parameters")
TO_CHAT = need(chat_id=chat_reference) | may(
    business_connection_id=string, message_thread_id=integer, direct_messages_topic_id=integer,
    disable_notification=boolean, protect_content=boolean, allow_paid_broadcast=boolean, message_effect_id=string,
    suggested_post_parameters=structure("suggested post parameters"),
    reply_parameters=structure("reply parameters"),
)  # fmt: skip
MARKUP = may(reply_markup=structure("reply markup"))
CAPTION = may(caption=string, parse_mode=string, caption_entities=array("MessageEntity"))
PLACED = may(show_caption_above_media=boolean)


def chat_of(call: Call, given: int | str) -> Chat:
    """Return the chat that a bot names.

    Raises BadRequest "chat not found" for somebody who never wrote to it, and with `migrate_to_chat_id` for a group
    that became a supergroup; Forbidden for somebody it only knows from a group.
    """
    world = call.world
    if isinstance(given, str):
        names = {user.username: user.id for user in world.users.values() if user.username}
        given = names.get(given.removeprefix("@"), 0)
    chat = world.private_chat(call.bot, given)
    if chat:
        return chat
    group = world.chats.get(str(given))
    if group and group.kind != "private":
        if group.migrated_to:
            raise BadRequest("group chat was upgraded to a supergroup chat", migrate_to_chat_id=group.migrated_to)
        if call.bot.id not in group.members:
            if call.bot.id not in group.left:
                raise BadRequest("chat not found")
            raise Forbidden(f"bot was kicked from the {group.kind} chat")
        return group
    if given in world.users and any(given in group.members for group in world.groups_of(call.bot)):
        raise Forbidden("bot can't initiate conversation with a user")
    raise BadRequest("chat not found")


def target(call: Call) -> Chat:
    """Return the chat to write to; raises Forbidden if its person blocked the bot or is gone."""
    for name in NOT_HERE:
        if call.args.get(name):
            raise BadRequest(f"the simulator has no {name}")
    chat = chat_of(call, call.args["chat_id"])
    if chat.kind == "private":
        if call.world.users[chat.id].deleted:
            raise Forbidden("user is deactivated")
        if chat.blocked:
            raise Forbidden("bot was blocked by the user")
    thread = call.args.get("message_thread_id")
    if thread is not None and thread not in chat.topics:
        raise BadRequest("message thread not found")
    return chat


def formatted(text: str, args: dict[str, Any], entities: str, limit: int) -> tuple[str, list[dict[str, Any]]]:
    """Return text and entities, at most `limit` UTF-16 units after parsing."""
    shown, found = format_text(text, args.get("parse_mode"), args.get(entities))
    if units(shown) > limit:
        raise BadRequest("message is too long" if limit == MAX_TEXT else "message caption is too long")
    return shown, found


def caption_of(args: dict[str, Any]) -> dict[str, Any]:
    """Return the caption of a file as fields of a message."""
    shown, found = formatted(args.get("caption", ""), args, "caption_entities", MAX_CAPTION)
    return {"caption": shown or None, "entities": found, "above_media": args.get("show_caption_above_media", False)}


def post(call: Call, chat: Chat, **content: Any) -> Message:
    """Put a message of the bot into a chat."""
    world, args = call.world, call.args
    keyboard, other = read_markup(args.get("reply_markup"))
    reply = read_reply(args.get("reply_parameters"))
    reply_to = None
    if reply:
        if reply.get("chat_id", chat.id) != chat.id:
            raise BadRequest("the simulator has no replies across chats")
        if world.message(chat, reply["message_id"]):
            reply_to = reply["message_id"]
        elif not reply.get("allow_sending_without_reply"):
            raise BadRequest("message to be replied not found")
        if reply_to and reply.get("quote"):
            content["quote"] = _quote(world.messages[chat.key][reply_to], reply)
    fields: dict[str, Any] = {
        "link_preview": read_link_preview(args.get("link_preview_options")),
        "protected": args.get("protect_content", False),
        "silent": args.get("disable_notification", False),
        "effect_id": args.get("message_effect_id"),
        "thread": args.get("message_thread_id"),
        "keyboard": keyboard,
        "reply_to": reply_to,
    }
    if other is not None:
        chat.reply_keyboard = None if other.get("remove_keyboard") else other
        world.keep_chat(chat)
    message = Message(
        chat=chat.key, id=world.next_message_id(chat), sender=call.bot.id, date=world.clock.now(), **(fields | content)
    )
    return world.keep_message(message)


def _quote(original: Message, reply: dict[str, Any]) -> dict[str, Any]:
    text = reply["quote"]
    if text not in original.content:
        raise BadRequest("QUOTE_TEXT_INVALID")
    return {"text": text, "position": units(original.content[: original.content.index(text)]), "is_manual": True}


def shown(call: Call, message: Message) -> dict[str, Any]:
    """Return a message as the answer of a method."""
    return wire.message(call.world, call.bot, message)
