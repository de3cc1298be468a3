"""Groups: people and bots together, the growth to a supergroup, topics."""

from __future__ import annotations

from typing import Any

from simulator import wire
from simulator.errors import Impossible
from simulator.people import People
from simulator.records import Bot, Chat, Message

SUPERGROUP = 1_000_000_000_000


class Groups(People):
    """What people do in and with groups."""

    def add_group(self, title: str, members: list[int], *, supergroup: bool = False, forum: bool = False) -> Chat:
        """Create a group of people; a forum is a supergroup with topics. Bots are added by `adds_bot`."""
        for member in members:
            if self.world.user(member).is_bot:
                raise Impossible("bots are added by adds_bot")
        number = 1 + sum(chat.kind != "private" for chat in self.world.chats.values())
        wide = supergroup or forum
        group_id = -(SUPERGROUP + 2_000_000_000 + number) if wide else -(4_000_000_000 + number)
        group = Chat(
            key=str(group_id), id=group_id, kind="supergroup" if wide else "group", title=title, is_forum=forum,
            members=list(members),
        )  # fmt: skip
        self.world.keep_chat(group)
        return group

    def adds_bot(self, user_id: int, group_id: int, *, bot: int | None = None) -> None:
        """Add a bot to a group."""
        group, the_bot = self.group(group_id), self.world.the_bot(bot)
        self._member(group, user_id)
        if the_bot.id in group.members:
            return
        group.members.append(the_bot.id)
        self.world.keep_chat(group)
        self._membership(group, the_bot, user_id, "left", "member")
        added = [wire.user(the_bot.user)]
        self._service(group, user_id, {"new_chat_members": added})

    def removes_bot(self, user_id: int, group_id: int, *, bot: int | None = None) -> None:
        """Remove a bot from a group; it hears of that, and no more."""
        group, the_bot = self.group(group_id), self.world.the_bot(bot)
        self._member(group, user_id)
        if the_bot.id not in group.members:
            raise Impossible("this bot is not in the group")
        self._membership(group, the_bot, user_id, "member", "kicked")
        group.members.remove(the_bot.id)
        group.left.append(the_bot.id)
        self.world.keep_chat(group)

    def migrates(self, user_id: int, group_id: int) -> Chat:
        """Turn a group into a supergroup: a new id, two service messages, the old id answers with the new one."""
        old = self.group(group_id)
        self._member(old, user_id)
        if old.kind != "group" or old.migrated_to:
            raise Impossible("only a basic group can become a supergroup")
        new = self.add_group(old.title or "", [], supergroup=True)
        new.members = list(old.members)
        self.world.keep_chat(new)
        self._service(old, user_id, {"migrate_to_chat_id": new.id})
        self._service(new, user_id, {"migrate_from_chat_id": old.id})
        old.migrated_to = new.id
        self.world.keep_chat(old)
        return new

    def opens_topic(self, user_id: int, group_id: int, name: str) -> int:
        """Open a topic in a forum; return its message_thread_id."""
        group = self.group(group_id)
        self._member(group, user_id)
        if not group.is_forum:
            raise Impossible("only forums have topics")
        thread = group.last_message_id + 1
        group.topics[thread] = name
        self._service(group, user_id, {"forum_topic_created": {"name": name, "icon_color": 0x6FB9F0}}, thread)
        return thread

    def group(self, group_id: int) -> Chat:
        """Return a group, or raise Impossible."""
        group = self.world.chats.get(str(group_id))
        if group is None or group.kind == "private":
            raise Impossible(f"no group has the id {group_id}")
        return group

    def group_messages(self, group_id: int) -> list[Message]:
        """Return what stands in a group, oldest first."""
        return self.world.live_messages(self.group(group_id))

    def _membership(self, group: Chat, bot: Bot, user_id: int, old: str, new: str) -> None:
        def member(status: str) -> dict[str, Any]:
            body = {"user": wire.user(bot.user), "status": status}
            return body | ({"until_date": 0} if status == "kicked" else {})

        payload = {
            "chat": wire.chat(self.world, group), "from": wire.user(self.world.user(user_id)),
            "date": int(self.world.clock.now().timestamp()), "old_chat_member": member(old),
            "new_chat_member": member(new),
        }  # fmt: skip
        self.queues[bot.id].add("my_chat_member", payload, f"chat:{group.id}")

    def _service(self, group: Chat, user_id: int, fields: dict[str, Any], thread: int | None = None) -> None:
        message = Message(
            chat=group.key, id=self.world.next_message_id(group), sender=user_id, date=self.world.clock.now(),
            service=fields, thread=thread,
        )  # fmt: skip
        self.world.keep_message(message)
        self._update(group, "message", lambda bot: wire.message(self.world, bot, message), user_id)
