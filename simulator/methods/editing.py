"""Changing and deleting messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulator.entities import units
from simulator.errors import BadRequest
from simulator.markup import read_link_preview, read_markup
from simulator.methods.delivery import CAPTION, MARKUP, MAX_TEXT, PLACED, caption_of, chat_of, formatted, shown
from simulator.methods.registry import Call, method
from simulator.methods.sending import TEXT
from simulator.parameters import array, chat_reference, integer, may, need, string
from simulator.records import Message, Version

DELETABLE = timedelta(hours=48)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
WHICH = may(chat_id=chat_reference, message_id=integer, inline_message_id=string, business_connection_id=string)


def _to_edit(call: Call) -> Message:
    if call.args.get("business_connection_id") or call.args.get("inline_message_id"):
        raise BadRequest("the simulator has neither business nor inline messages")
    if "chat_id" not in call.args:
        raise BadRequest("chat_id is empty")
    if "message_id" not in call.args:
        raise BadRequest("message identifier is not specified")
    message = call.world.message(chat_of(call, call.args["chat_id"]), call.args["message_id"])
    if message is None:
        raise BadRequest("message to edit not found")
    if message.sender != call.bot.id or message.service or message.forward_origin:
        raise BadRequest("message can't be edited")
    return message


def _change(call: Call, message: Message, **content: Any) -> dict[str, Any]:
    """Apply an edit; without reply_markup the keyboard goes, as in Telegram."""
    keyboard, other = read_markup(call.args.get("reply_markup"))
    if other is not None:
        raise BadRequest("inline keyboard expected")
    content["keyboard"] = keyboard
    if all(getattr(message, name) == value for name, value in content.items()):
        raise BadRequest(NOT_MODIFIED)
    now = call.world.clock.now()
    message.versions.append(
        Version(until=now, text=message.content, entities=message.entities, keyboard=message.keyboard)
    )
    for name, value in content.items():
        setattr(message, name, value)
    message.edited = now
    return shown(call, call.world.keep_message(message))


@method("editMessageText", need(text=string) | WHICH | TEXT | MARKUP)
def edit_message_text(call: Call) -> dict[str, Any]:
    """Change the text of a message of the bot, and its keyboard."""
    message = _to_edit(call)
    if message.text is None:
        raise BadRequest("there is no text in the message to edit")
    text, entities = formatted(call.args["text"], call.args, "entities", MAX_TEXT)
    if not units(text):
        raise BadRequest("message text is empty")
    preview = read_link_preview(call.args.get("link_preview_options"))
    return _change(call, message, text=text, entities=entities, link_preview=preview)


@method("editMessageCaption", WHICH | CAPTION | PLACED | MARKUP)
def edit_message_caption(call: Call) -> dict[str, Any]:
    """Change the caption of a file, and its keyboard."""
    message = _to_edit(call)
    if message.text is not None:
        raise BadRequest("there is no caption in the message to edit")
    return _change(call, message, **caption_of(call.args))


@method("editMessageReplyMarkup", WHICH | MARKUP)
def edit_message_reply_markup(call: Call) -> dict[str, Any]:
    """Change or take away the keyboard of a message of the bot."""
    return _change(call, _to_edit(call))


def _delete(call: Call, message: Message) -> None:
    message.deleted = True
    call.world.keep_message(message)


@method("deleteMessage", need(chat_id=chat_reference, message_id=integer))
def delete_message(call: Call) -> bool:
    """Delete a message younger than 48 hours."""
    chat = chat_of(call, call.args["chat_id"])
    message = call.world.message(chat, call.args["message_id"])
    if message is None:
        raise BadRequest("message to delete not found")
    if not _deletable(call, message):
        raise BadRequest("message can't be deleted for everyone")
    _delete(call, message)
    return True


def _deletable(call: Call, message: Message) -> bool:
    if call.world.clock.now() - message.date >= DELETABLE:
        return False
    return message.sender == call.bot.id or call.world.chats[message.chat].kind == "private"


@method("deleteMessages", need(chat_id=chat_reference, message_ids=array("Integer", int)))
def delete_messages(call: Call) -> bool:
    """Delete several messages; those that are not there are skipped."""
    chat = chat_of(call, call.args["chat_id"])
    if not 1 <= len(call.args["message_ids"]) <= 100:
        raise BadRequest("wrong number of message identifiers")
    found = [m for one in call.args["message_ids"] if (m := call.world.message(chat, one))]
    if not all(_deletable(call, message) for message in found):
        raise BadRequest("message can't be deleted for everyone")
    for message in found:
        _delete(call, message)
    return True
