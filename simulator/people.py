"""What people do with their phones: write, send files, tap, block; each becomes an update."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from simulator import files, wire
from simulator.entities import format_text
from simulator.errors import Impossible
from simulator.methods.answers import checked_reactions
from simulator.records import Bot, Chat, Message, Query, User, Version
from simulator.updates import UpdateQueue
from simulator.world import World, private_key

MAX_TYPED = 4096
MAX_FILE = 2000 << 20


class People:
    """The people's side of every chat."""

    def __init__(self, world: World, queues: dict[int, UpdateQueue]) -> None:
        self.world = world
        self.queues = queues

    # Writing

    def says(
        self, user_id: int, text: str, *, bot: int | None = None, reply_to: int | None = None,
        entities: list[dict[str, Any]] | None = None, group: int | None = None, thread: int | None = None,
    ) -> Message:  # fmt: skip
        """Write a text of 1 to 4096 characters to the bot, or into a group (and one of its topics)."""
        shown, found = format_text(text, None, entities)
        if not shown or len(shown) > MAX_TYPED:
            raise Impossible("a text has 1 to 4096 characters")
        content = {"text": shown, "entities": found, "reply_to": reply_to, "thread": thread}
        return self._post(user_id, bot, group, **content)

    def opens_link(self, user_id: int, payload: str = "", *, bot: int | None = None) -> Message:
        """Open `t.me/<bot>?start=<payload>` and press START."""
        if len(payload) > 64 or (not payload.replace("_", "").replace("-", "").isalnum() and payload):
            raise Impossible("a start parameter has at most 64 of A-Z a-z 0-9 _ -")
        chat = self._chat(user_id, bot)
        if chat.blocked:
            self.unblocks(user_id, bot=bot)
        return self.says(user_id, f"/start {payload}".strip(), bot=bot)

    def sends_document(
        self, user_id: int, name: str, content: bytes, *, mime: str | None = None, caption: str | None = None,
        bot: int | None = None, omit_size: bool = False, album: str | None = None, reply_to: int | None = None,
        group: int | None = None, size: int | None = None,
    ) -> Message:  # fmt: skip
        """Send a file; `omit_size` leaves out file_size, which Telegram may do. `size` makes it longer, by zeros."""
        self._chat(user_id, bot, group)
        kept = files.keep_document(self.world, content, name, mime, size_known=not omit_size, size=size)
        fields: dict[str, Any] = {"document": kept, "media_group_id": album, "reply_to": reply_to}
        return self._post(user_id, bot, group, **fields, **_caption(caption))

    def sends_photo(
        self, user_id: int, content: bytes, *, caption: str | None = None, bot: int | None = None,
        omit_size: bool = False, album: str | None = None, reply_to: int | None = None, group: int | None = None,
    ) -> Message:  # fmt: skip
        """Send a picture as a photo: several sizes, no name."""
        self._chat(user_id, bot, group)
        try:
            kept = files.keep_photo(self.world, content, size_known=not omit_size)
        except ValueError:
            raise Impossible("only a picture can be sent as a photo") from None
        fields: dict[str, Any] = {"photo": kept, "media_group_id": album, "reply_to": reply_to}
        return self._post(user_id, bot, group, **fields, **_caption(caption))

    def sends_album(
        self, user_id: int, items: Iterable[tuple[str, bytes]], *, as_photos: bool = False,
        caption: str | None = None, bot: int | None = None,
    ) -> list[Message]:  # fmt: skip
        """Send 2 to 10 files (name, bytes) at once: separate messages, one media_group_id, caption on the first."""
        items = list(items)
        if not 2 <= len(items) <= 10:
            raise Impossible("an album has 2 to 10 files")
        album = str(10**16 + secrets.randbelow(10**15))
        sent = []
        for index, (name, content) in enumerate(items):
            words = caption if index == 0 else None
            if as_photos:
                sent.append(self.sends_photo(user_id, content, caption=words, bot=bot, album=album))
            else:
                sent.append(self.sends_document(user_id, name, content, caption=words, bot=bot, album=album))
        return sent

    def edits(self, user_id: int, message_id: int, text: str, *, bot: int | None = None) -> Message:
        """Change an own message."""
        chat = self._chat(user_id, bot)
        message = self.world.message(chat, message_id)
        if message is None or message.sender != user_id or message.text is None:
            raise Impossible("only own texts can be changed")
        now = self.world.clock.now()
        message.versions.append(Version(until=now, text=message.text, entities=message.entities, keyboard=[]))
        message.text, message.entities = format_text(text, None)
        message.edited = now
        self.world.keep_message(message)
        self._update(chat, "edited_message", lambda b: wire.message(self.world, b, message), user_id)
        return message

    def forwards(self, user_id: int, message: Message, *, bot: int | None = None, group: int | None = None) -> Message:
        """Forward any message, one's own or somebody else's; the bot is told whose it was."""
        if message.protected:
            raise Impossible("this message is protected from forwarding")
        sender = wire.user(self.world.user(message.sender))
        origin = {"type": "user", "sender_user": sender, "date": int(message.date.timestamp())}
        content = {
            "text": message.text, "caption": message.caption, "entities": message.entities,
            "document": message.document, "photo": message.photo, "forward_origin": message.forward_origin or origin,
        }  # fmt: skip
        return self._post(user_id, bot, group, **content)

    # Buttons

    def taps(
        self, user_id: int, message_id: int, *, caption: str | None = None, data: str | None = None,
        bot: int | None = None, group: int | None = None,
    ) -> Query:  # fmt: skip
        """Tap a button that is on the message's keyboard now, named by caption or data."""
        chat = self._chat(user_id, bot, group)
        message = self.world.message(chat, message_id)
        if message is None:
            raise Impossible(f"message {message_id} is not there")
        for button in (button for row in message.keyboard for button in row):
            named = button["text"] == caption if caption is not None else button.get("callback_data") == data
            if named:
                if "callback_data" not in button:
                    raise Impossible("this button tells the bot nothing: it opens a page or copies a text")
                return self.forges_tap(user_id, message_id, button["callback_data"], bot=bot, group=group)
        raise Impossible(f"no button {caption or data!r}; there are: {', '.join(message.captions) or 'none'}")

    def forges_tap(
        self, user_id: int, message_id: int, data: str, *, bot: int | None = None, group: int | None = None
    ) -> Query:
        """Send any callback data, as a changed app could, or as a tap on a keyboard that has just been replaced."""
        chat = self._chat(user_id, bot, group)
        message = self.world.messages[chat.key].get(message_id)
        if message is None:
            raise Impossible(f"message {message_id} was never there")
        the_bot = self.world.bots[message.sender] if group is not None else self._bot(chat, bot)
        query = Query(
            id=str(secrets.randbits(62)), bot_id=the_bot.id, user_id=user_id, at=self.world.clock.now(),
            message_id=message_id, data=data,
        )  # fmt: skip
        self.world.keep_query(query)
        payload = {
            "id": query.id, "from": wire.user(self.world.user(user_id)),
            "message": wire.message(self.world, the_bot, message), "chat_instance": str(abs(hash((chat.key, 7)))),
            "data": data,
        }  # fmt: skip
        self.queues[the_bot.id].add("callback_query", payload, f"user:{user_id}")
        return query

    def reacts(
        self, user_id: int, message_id: int, emoji: str | None, *, bot: int | None = None, group: int | None = None
    ) -> None:
        """Put a reaction under a message, or take it away."""
        chat = self._chat(user_id, bot, group)
        message = self.world.message(chat, message_id)
        if message is None:
            raise Impossible(f"message {message_id} is not there")
        old = message.reactions.get(user_id, [])
        new = checked_reactions([{"type": "emoji", "emoji": emoji}] if emoji else [])
        message.reactions[user_id] = new
        self.world.keep_message(message)
        payload = {
            "chat": wire.chat(self.world, chat), "message_id": message_id, "user": wire.user(self.world.user(user_id)),
            "date": int(self.world.clock.now().timestamp()), "old_reaction": old, "new_reaction": new,
        }  # fmt: skip
        self._update(chat, "message_reaction", lambda _: payload, user_id)

    # Blocking

    def blocks(self, user_id: int, *, bot: int | None = None) -> None:
        """Block the bot."""
        self._set_blocked(user_id, bot, blocked=True)

    def unblocks(self, user_id: int, *, bot: int | None = None) -> None:
        """Unblock the bot; the messenger then offers to press START again."""
        self._set_blocked(user_id, bot, blocked=False)

    def deletes_account(self, user_id: int) -> None:
        """Leave Telegram for good."""
        person = self.world.user(user_id)
        person.deleted = True
        person.first_name, person.last_name, person.username = "Deleted Account", None, None
        self.world.keep_user(person)

    def reads(self, user_id: int, *, bot: int | None = None) -> None:
        """See everything that stands in the chat."""
        chat = self.world.private_chat(self.world.the_bot(bot), user_id)
        if chat and chat.read_id != chat.last_message_id:
            chat.read_id = chat.last_message_id
            self.world.keep_chat(chat)

    def _set_blocked(self, user_id: int, bot: int | None, *, blocked: bool) -> None:
        chat = self._chat(user_id, bot)
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        self.world.keep_chat(chat)
        the_bot = self._bot(chat, bot)
        member = {"user": wire.user(the_bot.user), "status": "member"}
        kicked = {"user": wire.user(the_bot.user), "status": "kicked", "until_date": 0}
        payload = {
            "chat": wire.chat(self.world, chat), "from": wire.user(self.world.user(user_id)),
            "date": int(self.world.clock.now().timestamp()),
            "old_chat_member": member if blocked else kicked, "new_chat_member": kicked if blocked else member,
        }  # fmt: skip
        self._update(chat, "my_chat_member", lambda _: payload, user_id)

    # Shared

    def _chat(self, user_id: int, bot: int | None, group: int | None = None) -> Chat:
        person: User = self.world.user(user_id)
        if person.is_bot or person.deleted:
            raise Impossible(f"{person.name} has no phone")
        if group is not None:
            return self._member(self.world.chats[str(group)], user_id)
        the_bot = self.world.the_bot(bot)
        chat = self.world.private_chat(the_bot, user_id)
        if chat is None:
            chat = Chat(key=private_key(the_bot.id, user_id), id=user_id, kind="private", bot_id=the_bot.id)
            self.world.keep_chat(chat)
        return chat

    def _member(self, group: Chat, user_id: int) -> Chat:
        if user_id not in group.members:
            raise Impossible(f"{self.world.user(user_id).name} is not in this group")
        if group.migrated_to:
            raise Impossible("this group has become a supergroup")
        return group

    def _bot(self, chat: Chat, bot: int | None) -> Bot:
        return self.world.bots[chat.bot_id] if chat.bot_id is not None else self.world.the_bot(bot)

    def _post(self, user_id: int, bot: int | None, group: int | None = None, **content: Any) -> Message:
        chat = self._chat(user_id, bot, group)
        if content.get("thread") is not None and content["thread"] not in chat.topics:
            raise Impossible("this group has no such topic")
        if chat.blocked:
            raise Impossible(f"{self.world.user(user_id).name} has blocked the bot")
        message = Message(
            chat=chat.key, id=self.world.next_message_id(chat), sender=user_id, date=self.world.clock.now(), **content
        )
        chat.read_id = message.id
        self.world.keep_message(message)
        self._update(chat, "message", lambda b: wire.message(self.world, b, message), user_id, message)
        return message

    def _update(self, chat: Chat, kind: str, payload: Any, user_id: int, message: Message | None = None) -> None:
        if chat.bot_id is not None:
            receivers = [chat.bot_id]
        else:
            receivers = [one for one in chat.members if one in self.world.bots and self._hears(one, chat, message)]
        line = f"chat:{chat.id}" if kind != "my_chat_member" else f"chat:{user_id}"
        for bot_id in receivers:
            if bot_id in self.queues:
                self.queues[bot_id].add(kind, payload(self.world.bots[bot_id]), line)

    def _hears(self, bot_id: int, group: Chat, message: Message | None) -> bool:
        """Say whether a bot in privacy mode gets a group's message: commands that may be its own, replies to it."""
        if message is None or message.service:
            return True
        original = self.world.messages[group.key].get(message.reply_to or 0)
        if original is not None and original.sender == bot_id:
            return True
        words = message.content.split(maxsplit=1)
        if not words or not words[0].startswith("/"):
            return False
        _, at, name = words[0].partition("@")
        return not at or name.lower() == (self.world.bots[bot_id].user.username or "").lower()


def _caption(caption: str | None) -> dict[str, Any]:
    if caption is None:
        return {}
    text, entities = format_text(caption, None)
    return {"caption": text or None, "entities": entities}
