"""Keeping the simulator's memory in a SQLite file, so that a demo goes on after a restart."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from simulator.records import Bot, Chat, Message, Query, StoredFile, Toast, Update, User
from simulator.updates import UpdateQueue

if TYPE_CHECKING:
    from simulator.simulator import Simulator

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content (key TEXT PRIMARY KEY, body BLOB NOT NULL);
"""


class StateFile:
    """Loads a simulator from a file, then keeps each change, at the latest at the end of the event loop's turn."""

    def __init__(self, path: Path, simulator: Simulator) -> None:
        self.simulator = simulator
        self.world = simulator.world
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.executescript(SCHEMA)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._changed: dict[tuple[str, str], BaseModel] = {}
        self._contents: dict[str, bytes] = {}
        self._planned = False
        self._load()
        for user in self.world.users.values():
            self.keep("user", str(user.id), user)
        for bot in self.world.bots.values():
            self.keep("bot", str(bot.id), bot)
        self.world.keeper = self
        self.world.listeners.append(self._queues_changed)

    def _load(self) -> None:
        world = self.world
        known_people = set(world.users)
        for (body,) in self._rows("user"):
            user = User.model_validate_json(body)
            if user.id not in known_people:
                world.users[user.id] = user
        for (body,) in self._rows("bot"):
            bot = Bot.model_validate_json(body)
            fresh = world.bots.get(bot.id)
            if fresh:  # whoever started us named it anew; its queue must keep looking at the same object
                bot.token, bot.user = fresh.token, fresh.user
            world.bots[bot.id] = bot
            world.users[bot.id] = bot.user
            self.simulator.queues[bot.id] = UpdateQueue(world, bot)
        for (body,) in self._rows("chat"):
            chat = Chat.model_validate_json(body)
            world.chats[chat.key] = chat
            world.messages.setdefault(chat.key, {})
        for message in sorted((Message.model_validate_json(b) for (b,) in self._rows("message")), key=lambda m: m.id):
            world.messages[message.chat][message.id] = message
            world.serial = max(world.serial, message.serial)
        for (body,) in self._rows("file"):
            file = StoredFile.model_validate_json(body)
            world.files[file.id] = file
        for (body,) in self._rows("query"):
            query = Query.model_validate_json(body)
            world.queries[query.id] = query
        world.toasts += sorted((Toast.model_validate_json(b) for (b,) in self._rows("toast")), key=lambda t: t.at)
        updates = [Update.model_validate_json(body) for (body,) in self._rows("update")]
        for update in sorted(updates, key=lambda u: u.update_id):
            self.simulator.queues[update.bot_id].waiting.append(update)
        world.contents |= dict(self._file.execute("SELECT key, body FROM content"))

    def _rows(self, kind: str) -> list[tuple[str]]:
        return self._file.execute("SELECT body FROM record WHERE kind = ?", (kind,)).fetchall()

    def keep(self, kind: str, key: str, record: BaseModel) -> None:
        """Plan to write a record as it then is."""
        if kind == "typing":
            return
        self._changed[kind, key] = record
        self._plan()

    def keep_content(self, key: str, content: bytes) -> None:
        """Plan to write the bytes of a file."""
        self._contents[key] = content
        self._plan()

    def _queues_changed(self, kind: str, _: BaseModel | None) -> None:
        if kind == "queue":
            self._plan()

    def _plan(self) -> None:
        if not self._planned:
            try:
                asyncio.get_running_loop().call_soon(self.write)
                self._planned = True
            except RuntimeError:  # no loop yet: the next change inside one, or close(), writes
                return

    def write(self) -> None:
        """Write what changed, in one transaction."""
        self._planned = False
        changed, self._changed = self._changed, {}
        contents, self._contents = self._contents, {}
        updates = [update for queue in self.simulator.queues.values() for update in queue.waiting]
        self._file.execute("BEGIN")
        self._file.executemany("INSERT OR REPLACE INTO content VALUES (?, ?)", contents.items())
        self._file.executemany(
            "INSERT OR REPLACE INTO record VALUES (?, ?, ?)",
            [(kind, key, record.model_dump_json()) for (kind, key), record in changed.items()],
        )
        self._file.execute("DELETE FROM record WHERE kind = 'update'")
        self._file.executemany(
            "INSERT OR REPLACE INTO record VALUES ('update', ?, ?)",
            [(f"{one.bot_id}/{one.update_id}", one.model_dump_json()) for one in updates if not one.once],
        )
        self._file.execute("COMMIT")

    def close(self) -> None:
        """Write the rest and close the file."""
        self.write()
        self.world.keeper = None
        self.world.listeners.remove(self._queues_changed)
        self._file.close()
