"""What came in, in the few words the conversations need: a raw update, parsed.

Nothing here decides anything; an update that says nothing to this bot becomes ``other``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["message", "tap", "membership", "other"]


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
    """One update. ``person`` and ``chat_id`` are Telegram ids (0 where there is none)."""

    update_id: int
    person: int
    chat_id: int
    private: bool
    kind: Kind
    message_id: int = 0
    text: str | None = None
    command: str | None = None
    argument: str = ""
    data: str | None = None
    callback_id: str | None = None
    file: IncomingFile | None = None
    blocked: bool | None = None
    first_name: str = ""
    language_code: str | None = None


def parse(raw: dict[str, Any]) -> Incoming:
    """Return an update's content. Never raises on an update Telegram may send."""
    update_id = int(raw.get("update_id", 0))
    if "callback_query" in raw:
        return _tap(raw["callback_query"], update_id)
    if "message" in raw:
        return _message(raw["message"], update_id)
    if "my_chat_member" in raw:
        return _membership(raw["my_chat_member"], update_id)
    return Incoming(update_id, 0, 0, private=False, kind="other")


def person_of(raw: dict[str, Any]) -> int:
    """Return the Telegram id whose updates must stay in order; 0 if nobody is named."""
    for kind in ("callback_query", "message", "my_chat_member", "edited_message"):
        part = raw.get(kind)
        if isinstance(part, dict):
            sender = part.get("from")
            if isinstance(sender, dict) and isinstance(sender.get("id"), int):
                return int(sender["id"])
    return 0


def _sender(part: dict[str, Any]) -> dict[str, Any]:
    sender: dict[str, Any] = part.get("from") or {}
    return sender


def _tap(query: dict[str, Any], update_id: int) -> Incoming:
    sender, message = _sender(query), query.get("message") or {}
    chat = message.get("chat") or {}
    return Incoming(
        update_id, person=int(sender.get("id", 0)), chat_id=int(chat.get("id", sender.get("id", 0))),
        private=chat.get("type", "private") == "private", kind="tap", message_id=int(message.get("message_id", 0)),
        data=query.get("data") or "", callback_id=str(query.get("id", "")), first_name=sender.get("first_name", ""),
        language_code=sender.get("language_code"),
    )  # fmt: skip


def _message(message: dict[str, Any], update_id: int) -> Incoming:
    sender, chat = _sender(message), message.get("chat") or {}
    text = message.get("text")
    command, argument = _command(text)
    return Incoming(
        update_id, person=int(sender.get("id", 0)), chat_id=int(chat.get("id", 0)),
        private=chat.get("type") == "private", kind="message", message_id=int(message.get("message_id", 0)),
        text=text, command=command, argument=argument, file=_file(message), first_name=sender.get("first_name", ""),
        language_code=sender.get("language_code"),
    )  # fmt: skip


def _membership(change: dict[str, Any], update_id: int) -> Incoming:
    chat, sender = change.get("chat") or {}, _sender(change)
    status = (change.get("new_chat_member") or {}).get("status")
    return Incoming(
        update_id, person=int(sender.get("id", 0)), chat_id=int(chat.get("id", 0)),
        private=chat.get("type") == "private", kind="membership", blocked=status in ("kicked", "left"),
    )  # fmt: skip


def _command(text: str | None) -> tuple[str | None, str]:
    if not text or not text.startswith("/"):
        return None, ""
    head, _, argument = text.partition(" ")
    # "/status@pandu_bot" is how some clients write it, also in a private chat.
    name = head[1:].partition("@")[0]
    return name.casefold(), argument.strip()


def _file(message: dict[str, Any]) -> IncomingFile | None:
    group, caption = message.get("media_group_id"), message.get("caption")
    for kind in ("document", "video", "audio", "voice", "animation", "video_note", "sticker"):
        item = message.get(kind)
        if isinstance(item, dict):
            name = item.get("file_name") or (kind if kind == "document" else f"{kind}.{kind}")
            return IncomingFile(item["file_id"], "document", str(name), item.get("file_size"), group, caption)
    photos = message.get("photo")
    if isinstance(photos, list) and photos:
        largest = photos[-1]
        name = f"foto-{message.get('message_id', 0)}.jpg"
        return IncomingFile(largest["file_id"], "photo", name, largest.get("file_size"), group, caption)
    return None
