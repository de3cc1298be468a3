"""What the page of phones shows of each chat."""

from __future__ import annotations

from typing import Any

from simulator.records import Bot, Chat, Message, Toast, User
from simulator.tour import TourStep
from simulator.world import World

SHOWN = 60
"""Messages of a chat that the page gets at once; older ones on request."""


def message(world: World, one: Message) -> dict[str, Any]:
    """Return a message for the page, callback data included."""
    chat = world.chats[one.chat]
    if one.deleted:
        return {"id": one.id, "chat": one.chat, "user": chat.id, "bot": chat.bot_id, "deleted": True}
    sender = world.users[one.sender]
    return {
        "id": one.id,
        "chat": one.chat,
        "user": chat.id,
        "bot": chat.bot_id,
        "sender": sender.id,
        "from_bot": sender.is_bot,
        "sender_name": sender.name,
        "date": one.date.isoformat(),
        "edited": one.edited is not None,
        "text": one.content,
        "entities": one.entities,
        "keyboard": one.keyboard,
        "document": _document(world, one),
        "photo": _photo(world, one),
        "group": one.media_group_id,
        "reply": _reply(world, chat, one),
        "silent": one.silent,
        "protected": one.protected,
        "forwarded": one.forward_origin is not None,
        "reactions": [reaction["emoji"] for given in one.reactions.values() for reaction in given],
    }


def _document(world: World, one: Message) -> dict[str, Any] | None:
    if one.document is None:
        return None
    file = world.files[one.document]
    return {"id": file.id, "name": file.name or "berkas", "size": file.size}


def _photo(world: World, one: Message) -> dict[str, Any] | None:
    if not one.photo:
        return None
    file = world.files[one.photo[-1]]
    return {"id": file.id, "width": file.width, "height": file.height}


def _reply(world: World, chat: Chat, one: Message) -> dict[str, Any] | None:
    original = world.message(chat, one.reply_to) if one.reply_to is not None else None
    if original is None:
        return None
    return {"id": original.id, "name": world.users[original.sender].name, "text": original.content[:80]}


def chat(world: World, bot: Bot, person: User) -> dict[str, Any]:
    """Return the chat of a person with a bot as the page first shows it."""
    there = world.private_chat(bot, person.id)
    known = world.live_messages(there) if there else []
    return state(world, bot, person) | {
        "messages": [message(world, one) for one in known[-SHOWN:]],
        "older": max(0, len(known) - SHOWN),
    }


def state(world: World, bot: Bot, person: User) -> dict[str, Any]:
    """Return what surrounds the messages: unread, blocked, commands."""
    there = world.private_chat(bot, person.id)
    known = world.live_messages(there) if there else []
    return {
        "user": person.id,
        "bot": bot.id,
        "started": there is not None,
        "blocked": there.blocked if there else False,
        "read": there.read_id if there else 0,
        "unread": sum(one.id > there.read_id and one.sender != person.id for one in known) if there else 0,
        "reply_keyboard": there.reply_keyboard if there else None,
        "commands": commands(bot, person),
    }


def commands(bot: Bot, person: User) -> list[dict[str, Any]]:
    """Return the command menu that a person sees: the most specific scope and language that is set."""
    for scope in (f"chat:{person.id}", "all_private_chats", "default"):
        for language in (person.language_code or "", ""):
            for one in bot.commands:
                if (one.scope, one.language) == (scope, language):
                    return one.commands
    return []


def town(world: World, tour: list[TourStep]) -> dict[str, Any]:
    """Return everything that the page needs to begin."""
    people = [user for user in world.users.values() if not user.is_bot]
    return {
        "serial": world.serial,
        "bots": [{"id": bot.id, "name": bot.user.name, "username": bot.user.username} for bot in world.bots.values()],
        "people": [{"id": one.id, "name": one.name, "seat": one.seat, "deleted": one.deleted} for one in people],
        "tour": [step.model_dump() for step in tour],
        "chats": [chat(world, bot, one) for bot in world.bots.values() for one in people],
    }


def toast(one: Toast) -> dict[str, Any]:
    """Return the answer to a tap."""
    return {"user": one.user_id, "bot": one.bot_id, "query": one.query_id, "text": one.text, "alert": one.alert}
