"""What the simulator remembers: people, bots, chats, messages, files, undelivered updates."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class User(BaseModel):
    """A person with a phone, or the user side of a bot."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    deleted: bool = False
    seat: str = ""
    """What stands under the name above the phone; the bot never sees it."""

    @property
    def name(self) -> str:
        """First and last name as the messenger shows them."""
        return f"{self.first_name} {self.last_name or ''}".strip()


class Webhook(BaseModel):
    """Where updates are pushed; `url` is empty while the bot polls."""

    url: str = ""
    secret_token: str | None = None
    max_connections: int = 40
    ip_address: str | None = None
    last_error_date: int | None = None
    last_error_message: str | None = None
    gone_since: datetime | None = None
    """Since when the server has answered nothing but 410."""


class CommandList(BaseModel):
    """The commands of one scope and one language."""

    scope: str
    """Canonical key, e.g. `default`, `all_private_chats`, `chat:1001`."""
    language: str
    commands: list[dict[str, Any]]


class Bot(BaseModel):
    """A bot with its token, settings and counters."""

    token: str
    user: User
    webhook: Webhook = Field(default_factory=Webhook)
    allowed_updates: list[str] = Field(default_factory=list)
    """Empty: every kind but those Telegram leaves out unless asked."""
    commands: list[CommandList] = Field(default_factory=list)
    texts: dict[str, str] = Field(default_factory=dict)
    """`name|description|short_description:language` to text."""
    menu_buttons: dict[str, dict[str, Any]] = Field(default_factory=dict)
    last_message_id: int = 0
    last_update_id: int = 0
    logged_out: bool = False

    @property
    def id(self) -> int:
        """The bot's user id, the part of the token before the colon."""
        return self.user.id


class Chat(BaseModel):
    """A conversation: of one person with one bot, or a group."""

    key: str
    id: int
    kind: Literal["private", "group", "supergroup"]
    bot_id: int | None = None
    """The bot of a private chat; groups have members instead."""
    title: str | None = None
    is_forum: bool = False
    members: list[int] = Field(default_factory=list)
    left: list[int] = Field(default_factory=list)
    """Who was a member once."""
    topics: dict[int, str] = Field(default_factory=dict)
    migrated_to: int | None = None
    blocked: bool = False
    last_message_id: int = 0
    read_id: int = 0
    """The newest message that the person has seen."""
    reply_keyboard: dict[str, Any] | None = None


class StoredFile(BaseModel):
    """A file as Telegram keeps it: the same one whoever sends it on."""

    id: str
    """`file_unique_id`."""
    kind: Literal["document", "photo"]
    content: str
    """Key of the bytes."""
    size: int
    size_known: bool = True
    name: str | None = None
    mime: str | None = None
    width: int = 0
    height: int = 0


class Version(BaseModel):
    """What a message said before an edit."""

    until: datetime
    text: str
    entities: list[dict[str, Any]]
    keyboard: list[list[dict[str, Any]]]


class Message(BaseModel):
    """A message in a chat, as it stands now, with what it said before."""

    chat: str
    """Key of the chat."""
    id: int
    sender: int
    date: datetime
    text: str | None = None
    caption: str | None = None
    entities: list[dict[str, Any]] = Field(default_factory=list)
    """Of the text or the caption."""
    document: str | None = None
    photo: list[str] = Field(default_factory=list)
    """Smallest size first."""
    media_group_id: str | None = None
    keyboard: list[list[dict[str, Any]]] = Field(default_factory=list)
    reply_to: int | None = None
    quote: dict[str, Any] | None = None
    forward_origin: dict[str, Any] | None = None
    link_preview: dict[str, Any] | None = None
    protected: bool = False
    silent: bool = False
    above_media: bool = False
    spoiler: bool = False
    effect_id: str | None = None
    thread: int | None = None
    edited: datetime | None = None
    deleted: bool = False
    reactions: dict[int, list[dict[str, Any]]] = Field(default_factory=dict)
    """By user id."""
    service: dict[str, Any] = Field(default_factory=dict)
    """Fields of a service message (members, migration, topics)."""
    versions: list[Version] = Field(default_factory=list)
    serial: int = 0
    """Rises at every change of anything in the simulator; the order in which phones saw changes."""

    @property
    def content(self) -> str:
        """The text, or the caption of a file."""
        return self.text if self.text is not None else self.caption or ""

    @property
    def captions(self) -> list[str]:
        """The captions of the buttons, in reading order."""
        return [button["text"] for row in self.keyboard for button in row]


class Update(BaseModel):
    """An update that a bot has not confirmed yet."""

    bot_id: int
    update_id: int
    kind: str
    payload: dict[str, Any]
    expires: datetime
    line: str
    """Updates of one line are delivered to a webhook one after the other (per chat; taps per person)."""
    once: bool = False
    """Delivered a second time on purpose: handed out whatever the offset, then forgotten."""
    tries: int = 0

    def wire(self) -> dict[str, Any]:
        """Return the update as Telegram sends it."""
        return {"update_id": self.update_id, self.kind: self.payload}


class Query(BaseModel):
    """A tap on a button, waiting for its answer."""

    id: str
    bot_id: int
    user_id: int
    at: datetime
    message_id: int
    data: str
    answered: bool = False


class Toast(BaseModel):
    """The answer to a tap, as the person saw it."""

    user_id: int
    bot_id: int
    query_id: str
    text: str
    alert: bool
    at: datetime
    serial: int
