"""Records as the Bot API shows them to one bot."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from simulator.records import Bot, Chat, Message, StoredFile, User
from simulator.world import World

Wire = dict[str, Any]
PREFIX = {"document": "BQACAgUAAxkB", "photo": "AgACAgUAAxkB"}


def _present(**fields: Any) -> Wire:
    return {name: value for name, value in fields.items() if value not in (None, "", [], False)}


def user(one: User) -> Wire:
    """Return a User."""
    return {"id": one.id, "is_bot": one.is_bot, "first_name": one.first_name} | _present(
        last_name=one.last_name, username=one.username, language_code=one.language_code
    )


def chat(world: World, one: Chat) -> Wire:
    """Return a Chat."""
    if one.kind == "private":
        person = world.users[one.id]
        return {"id": one.id, "type": "private", "first_name": person.first_name} | _present(
            last_name=person.last_name, username=person.username
        )
    return {"id": one.id, "type": one.kind, "title": one.title or ""} | _present(is_forum=one.is_forum)


def file_id(bot: Bot, file: StoredFile) -> str:
    """Return the id under which one bot, and no other, knows a file."""
    body = f"{bot.id}:{file.id}"
    check = hashlib.sha256(body.encode()).hexdigest()[:6]
    return PREFIX[file.kind] + base64.urlsafe_b64encode(f"{check}:{body}".encode()).decode().rstrip("=")


def find_file(world: World, bot: Bot, given: str) -> StoredFile | None:
    """Return the file of a file_id; None if it is malformed, another bot's or of nothing."""
    for prefix in PREFIX.values():
        if given.startswith(prefix):
            coded = given.removeprefix(prefix)
            try:
                check, bot_id, unique = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode().split(":")
            except (binascii.Error, ValueError):
                return None
            file = world.files.get(unique)
            if file and bot_id == str(bot.id) and file_id(bot, file) == given and check:
                return file
    return None


def document(bot: Bot, file: StoredFile) -> Wire:
    """Return a Document."""
    return {"file_id": file_id(bot, file), "file_unique_id": file.id} | _present(
        file_name=file.name, mime_type=file.mime, file_size=file.size if file.size_known else None
    )


def photo_size(bot: Bot, file: StoredFile) -> Wire:
    """Return one of the sizes of a photo."""
    known = _present(file_size=file.size if file.size_known else None)
    sides = {"width": file.width, "height": file.height}
    return {"file_id": file_id(bot, file), "file_unique_id": file.id} | sides | known


def message(world: World, bot: Bot, one: Message, *, nested: bool = False) -> Wire:
    """Return a Message, or an InaccessibleMessage if it was deleted."""
    where = world.chats[one.chat]
    if one.deleted:
        return {"chat": chat(world, where), "message_id": one.id, "date": 0}
    body: Wire = {
        "message_id": one.id,
        "from": user(world.users[one.sender]),
        "chat": chat(world, where),
        "date": int(one.date.timestamp()),
    } | _present(
        edit_date=int(one.edited.timestamp()) if one.edited else None,
        forward_origin=one.forward_origin,
        media_group_id=one.media_group_id,
        has_protected_content=one.protected,
        message_thread_id=one.thread,
        is_topic_message=one.thread is not None,
        link_preview_options=one.link_preview,
        effect_id=one.effect_id,
        show_caption_above_media=one.above_media,
        has_media_spoiler=one.spoiler,
        quote=one.quote,
    )
    if one.text is not None:
        body |= {"text": one.text} | _present(entities=one.entities)
    else:
        body |= _present(caption=one.caption, caption_entities=one.entities)
    if one.document:
        body["document"] = document(bot, world.files[one.document])
    if one.photo:
        body["photo"] = [photo_size(bot, world.files[size]) for size in one.photo]
    if one.keyboard:
        body["reply_markup"] = {"inline_keyboard": one.keyboard}
    if one.reply_to is not None and not nested:
        original = world.messages[one.chat].get(one.reply_to)
        if original and not original.deleted:
            body["reply_to_message"] = message(world, bot, original, nested=True)
    return body | one.service
