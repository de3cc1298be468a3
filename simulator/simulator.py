"""The simulator itself: a Telegram in memory, its bots' calls and its people's deeds."""

from __future__ import annotations

import inspect
import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from simulator import wire
from simulator.clock import Clock
from simulator.errors import ApiError, Impossible, NotFound, ServerError, TooManyRequests, Unauthorized
from simulator.faults import Fault, Faults, Kind, NoAnswer
from simulator.flood import FloodControl
from simulator.forgeries import Form, forged
from simulator.groups import Groups
from simulator.journal import Entry, Journal
from simulator.methods import METHODS, Call
from simulator.parameters import Upload, read_all
from simulator.records import Bot, Message, Toast, User
from simulator.tour import TourStep
from simulator.trainer import Trainer
from simulator.updates import UpdateQueue
from simulator.webhooks import Webhooks
from simulator.world import World

TOKEN = re.compile(r"\d{1,16}:[A-Za-z0-9_-]{20,}")


class Person(NamedTuple):
    """An official with a phone, as whoever starts the simulator names them."""

    id: int
    name: str
    seat: str = ""
    username: str | None = None
    language_code: str = "id"


class Answer(NamedTuple):
    """The HTTP answer to a call."""

    status: int
    body: dict[str, Any]


class Simulator(Groups):
    """A Telegram that runs here. Everything but `call` and the waiting is immediate; one event loop only.

    With `local_dir` bots reach it by way of an own Bot API server in `--local` mode, which keeps files there.
    """

    def __init__(
        self, clock: Clock | None = None, *, flood_control: bool = False, local_dir: Path | None = None
    ) -> None:
        self.clock = clock or Clock()
        super().__init__(World(self.clock, local_dir.absolute() if local_dir else None), {})
        self.faults = Faults()
        self.journal = Journal()
        self.flood = FloodControl(self.clock, on=flood_control)
        self.webhooks = Webhooks(self.world, self.queues)
        self.tour: list[TourStep] = []
        """What the page's guided tour says; empty: no tour."""
        self.trainer = Trainer()
        """What the trainer's drawer is lent."""
        self.in_flight = 0
        """Calls that are being answered, long polls not counted."""

    # Bots and people

    def add_bot(self, token: str | None = None, *, username: str = "pandu_latihan_bot", name: str = "Pandu") -> Bot:
        """Create a bot, or return the one that has this token.

        Raises Impossible if the token has the wrong shape or its number is taken.
        """
        if token is None:
            token = f"{7_000_000_001 + len(self.world.bots)}:{secrets.token_urlsafe(26)[:35]}"
        if not TOKEN.fullmatch(token):
            raise Impossible("a token looks like 123456789:AAE...")
        bot_id = int(token.split(":")[0])
        known = self.world.bots.get(bot_id)
        if known:
            if known.token != token:
                raise Impossible(f"bot {bot_id} has another token")
            return known
        bot = Bot(token=token, user=User(id=bot_id, first_name=name, username=username, is_bot=True))
        self.world.keep_user(bot.user)
        self.world.keep_bot(bot)
        self.queues[bot_id] = UpdateQueue(self.world, bot)
        return bot

    def add_person(self, person: Person) -> User:
        """Give an official a phone; name and seat of a known one are renewed."""
        return self.add_user(
            person.id, person.name, username=person.username, language_code=person.language_code, seat=person.seat
        )

    def add_user(
        self, user_id: int, first_name: str, *, last_name: str | None = None, username: str | None = None,
        language_code: str | None = "id", seat: str = "",
    ) -> User:  # fmt: skip
        """Create a person, or rename a known one."""
        if user_id <= 0 or user_id in self.world.bots:
            raise Impossible(f"{user_id} cannot be a person's id")
        user = User(
            id=user_id, first_name=first_name, last_name=last_name, username=username, language_code=language_code,
            seat=seat,
        )  # fmt: skip
        self.world.keep_user(user)
        return user

    # Looking

    def chat(self, user_id: int, *, bot: int | None = None) -> list[Message]:
        """Return what stands on a person's phone, oldest first."""
        chat = self.world.private_chat(self.world.the_bot(bot), user_id)
        return self.world.live_messages(chat) if chat else []

    def toasts(self, user_id: int) -> list[Toast]:
        """Return the answers to a person's taps, oldest first (silent ones have no text)."""
        return [toast for toast in self.world.toasts if toast.user_id == user_id]

    def content(self, message: Message) -> bytes:
        """Return the bytes of a message's file (the largest size of a photo)."""
        file_id = message.document or (message.photo[-1] if message.photo else None)
        if file_id is None:
            raise Impossible("this message has no file")
        return self.world.contents[self.world.files[file_id].content]

    def file_name(self, message: Message) -> str | None:
        """Return the name of a message's document."""
        return self.world.files[message.document].name if message.document else None

    def pending(self, *, bot: int | None = None) -> int:
        """Return how many updates a bot has not confirmed."""
        queue = self.queues[self.world.the_bot(bot).id]
        queue.expire()
        return len(queue.waiting)

    # Trouble

    def fault(self, kind: Kind, **details: Any) -> Fault:
        """Order a fault: `fault("drop_after", method="sendMessage", chat_id=1001, times=1)`."""
        return self.faults.add(Fault(kind=kind, **details))

    def duplicate_next(self, count: int = 1, *, bot: int | None = None) -> None:
        """Deliver each of the next updates twice, under the same id."""
        self.queues[self.world.the_bot(bot).id].duplicates += count

    def hold_updates(self, *, bot: int | None = None) -> None:
        """Keep new updates back until `release_updates`."""
        self.queues[self.world.the_bot(bot).id].hold()

    def release_updates(self, *, backwards: bool = False, bot: int | None = None) -> None:
        """Deliver what was kept back; `backwards` delivers the newest first."""
        self.queues[self.world.the_bot(bot).id].release(backwards=backwards)

    def forge_update(
        self, kind: str, payload: dict[str, Any], *, bot: int | None = None, update_id: int | None = None
    ) -> None:
        """Queue any update, well-formed or not."""
        the_bot = self.world.the_bot(bot)
        if update_id is None:
            the_bot.last_update_id += 1
            update_id = the_bot.last_update_id
        self.queues[the_bot.id].add(kind, payload, "forged", update_id)

    def forges_message(
        self, user_id: int, form: Form, text: str, *, message_id: int = 900_001, bot: int | None = None
    ) -> None:
        """Queue a message of another form than a person's own words in their own chat."""
        now = int(self.clock.now().timestamp())
        self.forge_update(*forged(form, self.world.user(user_id), text, message_id, now), bot=bot)

    # Calls

    async def call(
        self, token: str, method: str, raw: dict[str, Any] | None = None, uploads: dict[str, Upload] | None = None
    ) -> Answer:
        """Answer a call of the Bot API.

        Raises NoAnswer where a fault says that the client gets none.
        """
        raw = raw or {}
        bot = self.world.bot_by_token(token)
        entry = self.journal.enter(self.clock.now(), bot.id if bot else 0, method, raw | (uploads or {}))
        polling = method.lower() == "getupdates"
        self.in_flight += not polling
        self.world.changed("call")
        try:
            answer = await self._answer(token, bot, entry, raw, uploads or {})
        finally:
            self.in_flight -= not polling
            self.world.changed("call")
        entry.status = answer.status
        return answer

    async def _answer(
        self, token: str, bot: Bot | None, entry: Entry, raw: dict[str, Any], uploads: dict[str, Upload]
    ) -> Answer:
        if bot is None:
            error = Unauthorized("") if TOKEN.fullmatch(token) else NotFound("")
            return _refused(entry, error)
        fault = self.faults.strike(bot.id, entry.method, raw.get("chat_id"))
        if fault:
            entry.fault = fault.kind
            await self._before(fault)
            if fault.kind == "flood":
                return _refused(entry, TooManyRequests(fault.retry_after))
            if fault.kind == "server_error":
                return _refused(entry, ServerError(fault.status, fault.description))
        messages = len(raw["media"]) if isinstance(raw.get("media"), list) else 1
        wait = self.flood.wait(bot.id, entry.method, raw.get("chat_id"), messages)
        if wait:
            return _refused(entry, TooManyRequests(wait))
        try:
            answer = Answer(200, {"ok": True, "result": await self._result(bot, entry.method, raw, uploads)})
            entry.answer = answer.body
        except ApiError as error:
            answer = _refused(entry, error)
        if fault and fault.kind in {"drop_after", "timeout_after"}:
            if entry.method.lower() == "getupdates":
                self.queues[bot.id].answer_lost()
            raise NoAnswer(fault.seconds if fault.kind == "timeout_after" else 0)
        return answer

    async def _before(self, fault: Fault) -> None:
        if fault.kind in {"drop_before", "timeout_before"}:
            raise NoAnswer(fault.seconds if fault.kind == "timeout_before" else 0)
        if fault.kind == "slow":
            await self.clock.sleep(fault.seconds)

    async def _result(self, bot: Bot, name: str, raw: dict[str, Any], uploads: dict[str, Upload]) -> Any:
        method = METHODS.get(name.lower())
        if method is None:
            raise NotFound("")
        if bot.logged_out:
            raise Unauthorized("")
        direct = {key: upload for key, upload in uploads.items() if key in method.params}
        attached = {key: upload for key, upload in uploads.items() if key not in direct}
        args = read_all(method.params, raw | direct)
        call = Call(self.world, bot, self.queues[bot.id], method.name, args, attached)
        result = method.handler(call)
        return await result if inspect.isawaitable(result) else result

    def download(self, token: str, path: str) -> bytes:
        """Return a file by the path that getFile told.

        Raises Unauthorized, or NotFound when the hour is over or the path was never told; NoAnswer or ServerError
        where a fault for the method `file` says so.
        """
        bot = self.world.bot_by_token(token)
        if bot is None:
            raise Unauthorized("")
        fault = self.faults.strike(bot.id, "file", None)
        if fault:
            if fault.kind in {"server_error", "flood"}:
                raise ServerError(fault.status, fault.description)
            raise NoAnswer(fault.seconds if fault.kind.startswith("timeout") else 0)
        file_id, until = self.world.links.get((bot.id, path), ("", self.clock.now()))
        if until <= self.clock.now():
            raise NotFound("")
        return self.world.contents[self.world.files[file_id].content]

    # The end of it

    def advance(self, by: timedelta, *, keep_updates: bool = False) -> None:
        """Move the simulator's time forward.

        What waits for a bot grows older by it, and may be forgotten; not with `keep_updates`: then nobody has waited,
        only the clock was set.
        """
        self.clock.advance(by)
        for queue in self.queues.values():
            if keep_updates:
                queue.keep_longer(by)
            queue.expire()

    def clock_changed(self) -> None:
        """Tell the pages that the trainer's clock shows something else."""
        if self.trainer.clock is not None:
            self.world.changed("clock")

    async def close(self) -> None:
        """End waiting polls, webhook deliveries and the pages' event streams."""
        self.world.changed("closed")
        for queue in self.queues.values():
            queue.interrupt(None)
        await self.webhooks.close()

    def shown(self, message: Message, *, bot: int | None = None) -> dict[str, Any]:
        """Return a message as the Bot API shows it."""
        return wire.message(self.world, self.world.the_bot(bot), message)


def _refused(entry: Entry, error: ApiError) -> Answer:
    entry.answer = error.answer()
    return Answer(error.code, error.answer())
