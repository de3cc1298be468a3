"""Business time, one event after the other: timers, officials, deliveries. Nothing waits, nothing sleeps.

What Telegram would get is written down instead (:class:`Sent`); everything else is the real
thing: conversations, use cases, timers, the outbox and the worker that delivers it.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from sqlmodel import Session, col, func, select, update
from telegram.error import Forbidden

from bot.clock import Clock
from bot.delivery import DeliveryWorker
from bot.outgoing import plain
from bot.tenure import Tenure
from handlers.dispatch import handle
from handlers.incoming import Incoming, IncomingFile
from handlers.talk import Context, Toast
from storage import showing, timers
from storage.outbox import OutboxItem
from storage.showing import Shown
from storage.tables import Bot, Card, File, Office, Outbox, Task
from tests import next_timer, sending
from tests.integration.quarter.cast import Place
from tests.integration.quarter.phones import Message, Phone
from tests.integration.workflow.town import BOT, Store
from workflow import files
from workflow import timers as workflow_timers
from workflow.moment import Moment
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text

T = TypeVar("T")
MINUTE = timedelta(minutes=1)
LEASE = timedelta(minutes=5)
KINDS = {"xlsx": "excel", "pdf": "pdf", "docx": "word", "png": "image"}


@dataclass(frozen=True)
class Sent:
    """One message that reached a phone. ``kind`` is the outbox row's, ``template`` its template or ''.

    ``reminder`` is the slot that a card sent anew reminds of, '' for none.
    """

    at: datetime
    chat: int
    message_id: int
    kind: str
    template: str
    text: str
    captions: tuple[str, ...]
    silent: bool
    office: str | None
    task: int | None
    activation: int
    reminder: str


class WorldClock(Clock):
    """Business time as the world has it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return self._world.now

    def monotonic(self) -> float:
        return self._world.now.timestamp()


class OneAtATime:
    """Pandu's database as its workers know it, one transaction after another."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def write(self, body: Callable[[Session], T]) -> T:
        return self._store.write(body)

    async def read(self, body: Callable[[Session], T]) -> T:
        return self._store.write(body)

    async def lease_time(self) -> datetime:
        return self._clock.now()


class ReadAlone:
    """Reads for each card by itself."""

    def __init__(self, database: Any) -> None:
        self._database = database

    async def read(self, body: Callable[[Session], T], _about: object) -> T:
        return cast("T", await self._database.read(body))


class NotedAlone:
    """Notes each card that arrived by itself."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def note(self, shown: Shown) -> bool | None:
        now = self._clock.now()
        return self._store.write(lambda session: showing.note(session, [shown], now)).get(shown.item_id)


def run_now(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never really waits."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return cast("T", finished.value)
    raise AssertionError("something waited for the outside world")


class Recorder:
    """Telegram's side: takes every call, shows it on the phones, writes it down."""

    def __init__(self, world: World) -> None:
        self.id, self.username, self._world = BOT, "pandu_bot", world
        self._next_id = 0

    async def call(self, method: str, told: dict[str, Any]) -> Any:
        chat_id, buttons = told["chat_id"], buttons_of(told.get("reply_markup"))
        match method:
            case "sendMessage":
                sent = self._sent(chat_id, plain(told["text"]), buttons, silent=told["disable_notification"])
                return {"message_id": sent.message_id}
            case "editMessageText":
                self._world.edited(chat_id, told["message_id"], plain(told["text"]), buttons)
            case "editMessageReplyMarkup":
                self._world.edited(chat_id, told["message_id"], None, buttons)
            case "deleteMessage":
                self._world.deleted(chat_id, told["message_id"])
            case _:
                raise NotImplementedError(method)
        return True

    async def send_document(self, chat_id: int, _file: Any, *, disable_notification: bool, **_: Any) -> Any:
        return self._sent(chat_id, "", {}, silent=disable_notification)

    send_photo = send_document

    def _sent(self, chat_id: int, text: str, buttons: dict[str, str], *, silent: bool) -> Any:
        phone = self._world.phone(chat_id)
        if phone.blocked:
            raise Forbidden("Forbidden: bot was blocked by the user")
        self._world.serial += 1
        message = Message(self._world.serial, text, buttons, self._world.now, self._world.serial)
        self._world.shown(phone, message, silent=silent)
        return SimpleNamespace(message_id=message.id)


def buttons_of(markup: Any) -> dict[str, str]:
    """Return a keyboard as caption -> callback data."""
    rows = markup["inline_keyboard"] if markup is not None else ()
    return {button["text"]: button["callback_data"] for row in rows for button in row}


class World:
    """Offices, phones and business time. ``on_news`` hears of every message and change on a phone."""

    def __init__(self, store: Store, begins: datetime) -> None:
        self.store, self.now, self.serial = store, begins, 0
        self.phones: dict[int, Phone] = {}
        self.sent: list[Sent] = []
        self.removed: set[tuple[int, int]] = set()
        self.on_news: Callable[[Phone], None] = lambda _: None
        self.on_sent: Callable[[Sent], None] = lambda _: None
        self.on_passing: Callable[[datetime], None] = lambda _: None
        """Hears, before time passes, until when nothing will happen."""
        self.heard: list[tuple[datetime, int]] = []
        """Who wrote, tapped or sent something, and when."""
        self.toast: Toast | None = None
        """What the last tap was answered with."""
        self._plans: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0
        self._arrived: tuple[Message, bool] | None = None
        self._brought = False
        clock = WorldClock(self)
        telegram = Recorder(self)
        recorder = SimpleNamespace(bot=telegram, call=telegram.call)
        database: Any = OneAtATime(store, clock)
        self._tenure = Tenure(clock.monotonic)
        self._delivery = DeliveryWorker(
            database, cast("Any", recorder), cast("Any", None), BOT, clock, self._tenure, default_language="id",
            paced=False,
        )  # fmt: skip
        # Here one thing happens after the other: there is nobody to read or to note together with.
        self._delivery._reading = cast("Any", ReadAlone(database))
        self._delivery._marks = cast("Any", NotedAlone(store, clock))

    # What is to come

    def plan(self, at: datetime, act: Callable[[], None]) -> None:
        """Let something happen at a time to come."""
        self._count += 1
        heapq.heappush(self._plans, (max(at, self.now), self._count, act))

    def run(self, until: datetime, over: Callable[[], bool]) -> None:
        """Let time pass, event by event."""
        self.settle()
        while not over():
            coming = self._next()
            if coming is None or coming > until:
                return
            self.on_passing(coming)
            self.now = max(self.now, coming)
            self._fire()
            self.settle()
            while self._plans and self._plans[0][0] <= self.now:
                heapq.heappop(self._plans)[2]()
                self.settle()

    def _next(self) -> datetime | None:
        queued = select(func.min(Outbox.due_at)).where(Outbox.status == "queued", col(Outbox.due_at) > self.now)

        def look(session: Session) -> list[datetime | None]:
            due = session.exec(queued).one()
            return [next_timer.next_at(session, BOT), due.replace(tzinfo=UTC) if due is not None else None]

        times = [time for time in self.store.write(look) if time is not None]
        return min([*times, *(plan[0] for plan in self._plans[:1])], default=None)

    def _fire(self) -> None:
        while ids := self.store.write(lambda session: timers.due_ids(session, BOT, self.now, 100)):
            for timer_id in ids:
                moment = self.moment()
                self.store.write(partial(workflow_timers.fire, moment=moment, timer_id=timer_id))

    def settle(self) -> None:
        """Let files arrive and everything that is due be said, until nothing is left for this moment."""
        while self._fetch() + self._deliver():
            pass

    def _fetch(self) -> int:
        if not self._brought:
            return 0
        self._brought = False
        waiting = select(File.id, File.name).where(File.status == "received", col(File.discarded).is_(False))
        arrived = self.store.write(lambda session: list(session.exec(waiting.order_by(col(File.id)))))
        for file_id, name in arrived:
            moment, kind = self.moment(), KINDS[name.rpartition(".")[2]]
            came = partial(files.stored, file_id=file_id or 0, sha256=f"{file_id:064x}", size=1000, kind=kind)
            self.store.write(partial(came, now=moment.now, nonce=moment.nonce))
        return len(arrived)

    def _deliver(self) -> int:
        now = self.now
        items = self.store.write(lambda session: sending.claim(session, BOT, now, now, LEASE, 100))
        for item in items:
            self._tenure.begin(item.fence, math.inf)
            run_now(self._delivery.deliver(item))
            self._note(item)
        return len(items)

    # What people do

    @property
    def happened(self) -> int:
        """A number that rises with everything that happens."""
        return self._count

    def moment(self) -> Moment:
        self._count += 1
        return Moment(BOT, self.now, f"{self._count:016x}")

    def found(self, place: Place) -> None:
        """Load an office; everybody presses START."""
        source = load_text(place.file, "office.yaml")
        self.store.write(lambda session: self._found(session, source))
        for chat in place.people.values():
            self.write(chat, "/start")

    def _found(self, session: Session, source: Any) -> None:
        if session.get(Bot, BOT) is None:
            session.add(Bot(id=BOT, username="pandu_bot"))
            session.flush()
        apply(session, source, self.now)
        session.exec(update(Office).values(bot_id=BOT))

    def tap(self, chat: int, data: str) -> None:
        self._send(Incoming(0, chat, chat, private=True, kind="tap", data=data, callback_id="1"))

    def write(self, chat: int, text: str) -> None:
        head, _, argument = text.partition(" ")
        command = head[1:] if head.startswith("/") else None
        self._mine(chat, text)
        self._send(
            Incoming(
                0,
                chat,
                chat,
                private=True,
                kind="message",
                text=text,
                command=command,
                argument=argument if command else "",
            )
        )

    def bring(self, chat: int, name: str) -> None:
        self._mine(chat, name)
        self._brought = True
        file = IncomingFile(f"file-{self.serial}", "document", name, 1000, None, None)
        self._send(Incoming(0, chat, chat, private=True, kind="message", message_id=self.serial, file=file))

    def block(self, chat: int, *, blocked: bool) -> None:
        self.phone(chat).blocked = blocked
        self._send(Incoming(0, chat, chat, private=True, kind="membership", blocked=blocked))
        if not blocked:
            self.write(chat, "/start")

    def _mine(self, chat: int, text: str) -> None:
        self.serial += 1
        self.phone(chat).note(Message(self.serial, text, {}, self.now, self.serial, mine=True))

    def _send(self, incoming: Incoming) -> None:
        moment = self.moment()
        context = Context(BOT, "pandu_bot", moment.now, moment.nonce, "id")
        self.heard.append((self.now, incoming.chat_id))
        self.toast = self.store.write(lambda session: handle(session, incoming, context))

    # What reaches the phones

    def phone(self, chat: int) -> Phone:
        return self.phones.setdefault(chat, Phone(chat))

    def shown(self, phone: Phone, message: Message, *, silent: bool) -> None:
        phone.note(message)
        self._arrived = message, silent
        self.on_news(phone)

    def _note(self, item: OutboxItem) -> None:
        """Write down what a delivery put on a phone, if anything new."""
        if self._arrived is None:
            return
        (message, silent), self._arrived = self._arrived, None
        task, activation, reminder = self.store.write(lambda session: self._card(session, item.card_id))
        sent = Sent(
            self.now, item.chat_id, message.id, item.kind, item.template or "", message.text, tuple(message.buttons),
            silent, item.office_id, task, activation, reminder,
        )  # fmt: skip
        self.sent.append(sent)
        self.on_sent(sent)

    def _card(self, session: Session, card_id: int | None) -> tuple[int | None, int, str]:
        if card_id is None:
            return None, 0, ""
        card = session.get_one(Card, card_id)
        reminder = card.reminder if card.sent_as_reminder else ""
        return card.task_id, session.get_one(Task, card.task_id).activation, reminder

    def edited(self, chat: int, message_id: int, text: str | None, buttons: dict[str, str]) -> None:
        message = self.phone(chat).messages.get(message_id)
        if message is None:
            return
        self.serial += 1
        message.text, message.buttons, message.serial = text if text is not None else message.text, buttons, self.serial
        if buttons:
            self.on_news(self.phone(chat))

    def deleted(self, chat: int, message_id: int) -> None:
        self.phone(chat).messages.pop(message_id, None)
        self.removed.add((chat, message_id))
