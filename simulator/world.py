"""The simulator's memory, who is told of a change, and finding things in it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import BaseModel

from simulator.clock import Clock
from simulator.errors import Impossible
from simulator.records import Bot, Chat, Message, Query, StoredFile, Toast, User

R = TypeVar("R")


class Keeper(Protocol):
    """Where changes are kept for the next start."""

    def keep(self, kind: str, key: str, record: BaseModel) -> None:
        """Remember the record as it is now."""

    def keep_content(self, key: str, content: bytes) -> None:
        """Remember the bytes of a file."""


class World:
    """Everything that is, by its id; changed only on the event loop's thread."""

    def __init__(self, clock: Clock, local_dir: Path | None = None) -> None:
        self.clock = clock
        self.local_dir = local_dir
        """The folder of a Bot API server in `--local` mode; None: Telegram's own servers."""
        self.users: dict[int, User] = {}
        self.bots: dict[int, Bot] = {}
        self.chats: dict[str, Chat] = {}
        self.messages: dict[str, dict[int, Message]] = {}
        self.files: dict[str, StoredFile] = {}
        self.contents: dict[str, bytes] = {}
        self.links: dict[tuple[int, str], tuple[str, datetime]] = {}
        """Where getFile said a file is, until when: by bot and path."""
        self.queries: dict[str, Query] = {}
        self.toasts: list[Toast] = []
        self.serial = 0
        self.keeper: Keeper | None = None
        self._waiting: set[asyncio.Future[None]] = set()
        self.listeners: list[Callable[[str, BaseModel | None], None]] = []

    # Changes

    def changed(self, kind: str = "call", record: BaseModel | None = None, key: str = "") -> None:
        """Say that something changed: keep it, wake whoever waits, tell the page."""
        self.serial += 1
        if isinstance(record, (Message, Toast)):
            record.serial = self.serial
        if self.keeper and record is not None:
            self.keeper.keep(kind, key, record)
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()
        for listener in self.listeners:
            listener(kind, record)

    async def next_change(self) -> None:
        """Wait until anything changes."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await waiting
        finally:
            self._waiting.discard(waiting)

    async def until(self, look: Callable[[], R | None], within: float) -> R | None:
        """Return what `look` finds as soon as it finds something; None when `within` seconds have passed."""
        try:
            async with asyncio.timeout(within):
                while not (found := look()):
                    await self.next_change()
                return found
        except TimeoutError:
            return look()

    # People and chats

    def keep_user(self, user: User) -> None:
        """Add or change a person."""
        self.users[user.id] = user
        self.changed("user", user, str(user.id))

    def keep_bot(self, bot: Bot) -> None:
        """Add or change a bot."""
        self.bots[bot.id] = bot
        self.changed("bot", bot, str(bot.id))

    def keep_chat(self, chat: Chat) -> None:
        """Add or change a chat."""
        self.chats[chat.key] = chat
        self.messages.setdefault(chat.key, {})
        self.changed("chat", chat, chat.key)

    def user(self, user_id: int) -> User:
        """Return a person, or raise `Impossible`."""
        if user_id not in self.users:
            raise Impossible(f"nobody has the id {user_id}")
        return self.users[user_id]

    def bot_by_token(self, token: str) -> Bot | None:
        """Return the bot with exactly this token."""
        return next((bot for bot in self.bots.values() if bot.token == token), None)

    def the_bot(self, bot_id: int | None = None) -> Bot:
        """Return the named bot, or the only one there is."""
        if bot_id is not None:
            if bot_id not in self.bots:
                raise Impossible(f"no bot has the id {bot_id}")
            return self.bots[bot_id]
        if len(self.bots) != 1:
            raise Impossible("say which bot: there is not exactly one")
        return next(iter(self.bots.values()))

    def private_chat(self, bot: Bot, user_id: int) -> Chat | None:
        """Return the chat of a person with a bot, None before the first message."""
        return self.chats.get(private_key(bot.id, user_id))

    def groups_of(self, bot: Bot) -> Iterator[Chat]:
        """Yield the groups that a bot is in."""
        return (chat for chat in self.chats.values() if chat.kind != "private" and bot.id in chat.members)

    # Messages and files

    def next_message_id(self, chat: Chat) -> int:
        """Return the id of a new message: counted per bot in private chats, per chat in groups."""
        if chat.bot_id is None:
            chat.last_message_id += 1
            self.keep_chat(chat)
            return chat.last_message_id
        bot = self.bots[chat.bot_id]
        bot.last_message_id += 1
        chat.last_message_id = bot.last_message_id
        self.keep_bot(bot)
        self.keep_chat(chat)
        return bot.last_message_id

    def keep_message(self, message: Message) -> Message:
        """Add or change a message."""
        self.messages[message.chat][message.id] = message
        self.changed("message", message, f"{message.chat}/{message.id}")
        return message

    def message(self, chat: Chat, message_id: int) -> Message | None:
        """Return a message that was not deleted."""
        message = self.messages[chat.key].get(message_id)
        return None if message is None or message.deleted else message

    def live_messages(self, chat: Chat) -> list[Message]:
        """Return what stands in a chat, oldest first."""
        return [message for message in self.messages[chat.key].values() if not message.deleted]

    def keep_content(self, content: bytes) -> str:
        """Keep bytes once, whatever the number of files that have them; return their key."""
        key = hashlib.sha256(content).hexdigest()
        if key not in self.contents:
            self.contents[key] = content
            if self.keeper:
                self.keeper.keep_content(key, content)
        return key

    def keep_file(self, file: StoredFile) -> None:
        """Add a file."""
        self.files[file.id] = file
        self.changed("file", file, file.id)

    def keep_query(self, query: Query) -> None:
        """Add or change a tap."""
        self.queries[query.id] = query
        self.changed("query", query, query.id)

    def keep_toast(self, toast: Toast) -> None:
        """Show somebody the answer to a tap."""
        self.toasts.append(toast)
        self.changed("toast", toast, toast.query_id)


def private_key(bot_id: int, user_id: int) -> str:
    """Return the key of a private chat."""
    return f"{bot_id}:{user_id}"
