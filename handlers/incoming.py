"""What came in, in the few words the conversations need: a raw update, parsed.

Nothing here decides anything; an update that says nothing to this bot becomes ``other``. No
value is believed to have the shape that Telegram promises: a wrong type counts as absent, an
id outside 64 bits as none, and text loses what no database and no phone can hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["message", "tap", "membership", "edit", "other"]
LONGEST_TEXT = 4096
LONGEST_DATA = 64
LONGEST_NAME = 255
"""Characters of a name that are kept, of a person's as of a file's: what any file system takes."""
_UNHOLDABLE = dict.fromkeys([0, *range(0xD800, 0xE000)])
"""NUL, which PostgreSQL refuses, and lone surrogates, which are no UTF-8."""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A document or photo as its message describes it; ``size`` is bytes, if told."""

    telegram_file_id: str
    form: Literal["document", "photo"]
    name: str
    size: int | None
    media_group_id: str | None
    caption: str | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update. ``person`` and ``chat_id`` are Telegram ids (0 where there is none).

    ``private`` is true only of the chat of this very person with the bot; ``behalf`` of what
    was written in the name of a chat, as anonymous administrators and channels do.
    """

    update_id: int
    person: int
    chat_id: int
    private: bool
    kind: Kind
    message_id: int = 0
    text: str | None = None
    command: str | None = None
    argument: str = ""
    addressed: str | None = None
    data: str | None = None
    callback_id: str | None = None
    file: IncomingFile | None = None
    blocked: bool | None = None
    first_name: str = ""
    language_code: str | None = None
    behalf: bool = False


def parse(raw: object) -> Incoming:
    """Return an update's content. Never raises, whatever came."""
    update = raw if isinstance(raw, dict) else {}
    update_id = _number(update, "update_id")
    if "callback_query" in update:
        return _tap(_part(update, "callback_query"), update_id)
    if "message" in update:
        return _message(_part(update, "message"), update_id)
    if "edited_message" in update:
        return _edit(_part(update, "edited_message"), update_id)
    if "my_chat_member" in update:
        return _membership(_part(update, "my_chat_member"), update_id)
    return Incoming(update_id, 0, 0, private=False, kind="other")


def person_of(raw: object) -> int:
    """Return the Telegram id whose updates must stay in order; 0 if nobody is named."""
    update = raw if isinstance(raw, dict) else {}
    for kind in ("callback_query", "message", "my_chat_member", "edited_message"):
        found = _number(_part(_part(update, kind), "from"), "id")
        if found:
            return found
    return 0


def _part(of: dict[str, Any], key: str) -> dict[str, Any]:
    found = of.get(key)
    return found if isinstance(found, dict) else {}


def _number(of: dict[str, Any], key: str) -> int:
    """Return an integer that every database holds, else 0."""
    found = of.get(key)
    if not isinstance(found, int) or isinstance(found, bool):
        return 0
    return found if -(1 << 63) <= found < 1 << 63 else 0


def _words(of: dict[str, Any], key: str, limit: int = LONGEST_TEXT) -> str | None:
    """Return a text without what nothing can hold, cut to ``limit``; ``None`` where there is none."""
    found = of.get(key)
    return found.translate(_UNHOLDABLE)[:limit] if isinstance(found, str) else None


def _alone(sender: dict[str, Any], chat: dict[str, Any]) -> bool:
    """Say whether this is the sender's own chat with the bot.

    A private chat has its person's id; an update that says otherwise would be answered on
    somebody else's phone.
    """
    person = _number(sender, "id")
    return chat.get("type") == "private" and person > 0 and person == _number(chat, "id")


def _tap(query: dict[str, Any], update_id: int) -> Incoming:
    sender, message = _part(query, "from"), _part(query, "message")
    # A press on a message too old to be shown names no chat: it can only be the sender's own.
    chat = _part(message, "chat") if "message" in query else {"id": sender.get("id"), "type": "private"}
    return Incoming(
        update_id, person=_number(sender, "id"), chat_id=_number(chat, "id"), private=_alone(sender, chat),
        kind="tap", message_id=_number(message, "message_id"), data=_data(query),
        callback_id=_words(query, "id") or "", first_name=_words(sender, "first_name", LONGEST_NAME) or "",
        language_code=_words(sender, "language_code", LONGEST_NAME),
    )  # fmt: skip


def _data(query: dict[str, Any]) -> str:
    """Return what a button says, '' for what no button can: it is never mended into something that fits."""
    data = query.get("data")
    if not isinstance(data, str) or len(data) > LONGEST_DATA:
        return ""
    return data if data.isprintable() else ""


def _message(message: dict[str, Any], update_id: int) -> Incoming:
    sender, chat = _part(message, "from"), _part(message, "chat")
    text = _words(message, "text")
    # A forwarded command is what somebody else wrote; forwarded words and files are brought on purpose.
    forwarded = "forward_origin" in message
    command, argument, addressed = _command(None if forwarded else text)
    return Incoming(
        update_id, person=_number(sender, "id"), chat_id=_number(chat, "id"), private=_alone(sender, chat),
        kind="message", message_id=_number(message, "message_id"), text=text, command=command, argument=argument,
        addressed=addressed, file=_file(message), first_name=_words(sender, "first_name", LONGEST_NAME) or "",
        language_code=_words(sender, "language_code", LONGEST_NAME), behalf="sender_chat" in message,
    )  # fmt: skip


def _edit(message: dict[str, Any], update_id: int) -> Incoming:
    sender, chat = _part(message, "from"), _part(message, "chat")
    return Incoming(
        update_id, person=_number(sender, "id"), chat_id=_number(chat, "id"), private=_alone(sender, chat),
        kind="edit", message_id=_number(message, "message_id"), text=_words(message, "text"), file=_file(message),
    )  # fmt: skip


def _membership(change: dict[str, Any], update_id: int) -> Incoming:
    chat, sender = _part(change, "chat"), _part(change, "from")
    status = _part(change, "new_chat_member").get("status")
    return Incoming(
        update_id, person=_number(sender, "id"), chat_id=_number(chat, "id"), private=_alone(sender, chat),
        kind="membership", blocked=status in ("kicked", "left"),
    )  # fmt: skip


def _command(text: str | None) -> tuple[str | None, str, str | None]:
    """Return a text's command, its argument, and the bot that it names."""
    if not text or not text.startswith("/"):
        return None, "", None
    # "/status@pandu_bot" is how some clients write it, also in a private chat.
    head, _, argument = text.partition(" ")
    name, named, bot = head[1:].partition("@")
    return name.casefold(), argument.strip(), bot.casefold() if named else None


def _file(message: dict[str, Any]) -> IncomingFile | None:
    group, caption = _words(message, "media_group_id"), _words(message, "caption")
    for kind in ("document", "video", "audio", "voice", "animation", "video_note", "sticker"):
        item = _part(message, kind)
        file_id = _words(item, "file_id")
        if file_id:
            name = _name(item) or (kind if kind == "document" else f"{kind}.{kind}")
            return IncomingFile(file_id, "document", name, _size(item), group, caption)
    photos = message.get("photo")
    sizes = [size for size in photos if isinstance(size, dict)] if isinstance(photos, list) else []
    file_id = _words(sizes[-1], "file_id") if sizes else None
    if file_id:
        name = f"foto-{_number(message, 'message_id')}.jpg"
        return IncomingFile(file_id, "photo", name, _size(sizes[-1]), group, caption)
    return None


def _name(item: dict[str, Any]) -> str | None:
    """Return a file's name, a long one cut in its middle: its ending says what it claims to be."""
    name = _words(item, "file_name", 1 << 16)
    if not name or len(name) <= LONGEST_NAME:
        return name
    ending = LONGEST_NAME // 3
    return name[: LONGEST_NAME - ending] + name[-ending:]


def _size(item: dict[str, Any]) -> int | None:
    """Return a claimed size in bytes, ``None`` where none, or an impossible one, was told."""
    found = _number(item, "file_size")
    return found if found > 0 or item.get("file_size") == 0 else None
