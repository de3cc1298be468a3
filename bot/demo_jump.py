"""The demo's way forward in time: from one thing that is due to the next, each at its own time.

Nothing is skipped: a timer fires when its time has come, and what it causes is on the phones before
the clock goes on. So a jump over days looks as the days would have looked.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import BaseModel
from sqlmodel import Session, col, func, select

from bot.app import Pandu
from bot.demo_clock import DemoClock
from messages.text import Reader
from simulator.errors import Impossible
from simulator.records import Message
from simulator.simulator import Simulator
from simulator.trainer import ClockFace, Direction
from storage.tables import File, Inbox, Office, Outbox, Task, Timer
from workflow.calendar.of_office import calendar_of
from workflow.calendar.working_time import WorkingTime
from workflow.checkpoint_messages import TEMPLATE as CHECKPOINT
from workflow.state import PartStatus

log = structlog.stdlib.get_logger("bot.demo")

FARTHEST = timedelta(days=366)
LOOKS_AHEAD = timedelta(days=31)
"""How far the way to the next reminder goes before it is given up."""
DAILY = ("morning", "checkpoint", "retention")
"""Kinds of timers that come every day, whatever there is to do."""
OCCASION = timedelta(minutes=30)
"""What was queued at one time goes out within this: the morning's digests are spread over some minutes."""
PATIENCE_SECONDS = 5.0
"""Real time after which the clock goes on although something hangs, as it does when Telegram is "down"."""
IMPATIENCE_SECONDS = 0.5
"""The same, while it goes on hanging."""
LOOK_AGAIN_SECONDS = 0.03


class Jumps:
    """Moves the clocks of the bot and of its Telegram, for the trainer."""

    def __init__(self, pandu: Pandu, simulator: Simulator, clock: DemoClock, timezone: str) -> None:
        self._pandu = pandu
        self._simulator = simulator
        self._clock = clock
        self._reader = Reader("id", timezone)
        self._jump: asyncio.Task[None] | None = None
        self._stopped = False
        self._began: datetime | None = None
        self._target: datetime | None = None
        self._said = ""
        self._newest: dict[str, int] = {}
        self._messages = 0
        self._patience = PATIENCE_SECONDS
        self._holidays: tuple[str, ...] = ()
        simulator.world.listeners.append(self._heard)

    # What the trainer is lent

    def face(self) -> ClockFace:
        """Return what time it is, and how the jump goes."""
        now = self._clock.now()
        jumping = self._jump is not None
        way = (self._target - self._began).total_seconds() if jumping and self._target and self._began else 0.0
        return ClockFace(
            now=now,
            zone=self._reader.timezone,
            zone_name=self._reader.zone_name(now),
            moved=self._clock.moved > timedelta(0),
            jumping=jumping,
            target=self._target if jumping else None,
            progress=min(1.0, (now - self._began).total_seconds() / way) if way and self._began else None,
            said=self._said,
        )

    async def begin(self, to: Direction, at: datetime | None) -> None:
        """Begin to go forward; see :attr:`simulator.trainer.Trainer.jump`."""
        if self._jump is not None:
            raise Impossible("Waktu latihan sedang berjalan maju. Tunggu sebentar, atau tekan Berhenti.")
        now = self._clock.now()
        target: datetime | None = None
        holidays: tuple[str, ...] = ()
        if to == "date" and at is not None:
            target = self._chosen(at, now)
        elif to == "morning":
            target = await self._morning(now)
            holidays = await self._days_off(now, target)
        else:
            await self._refuse_if_nothing_waits()
        if self._jump is not None:
            raise Impossible("Waktu latihan sedang berjalan maju. Tunggu sebentar, atau tekan Berhenti.")
        self._stopped, self._began, self._target, self._messages = False, now, target, 0
        self._holidays = holidays
        self._say("Waktu latihan berjalan maju…")
        going = self._to_something_said if target is None else self._to_target
        self._jump = asyncio.create_task(self._go(going, occasion=at is None))
        self._simulator.clock_changed()

    def stop(self) -> None:
        """End a jump where it is, after what is on its way."""
        self._stopped = True

    async def close(self) -> None:
        """End a jump at once: the demo ends."""
        self._simulator.world.listeners.remove(self._heard)
        if self._jump is not None:
            self._jump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._jump

    # Where to

    def _chosen(self, at: datetime, now: datetime) -> datetime:
        try:
            target = at.replace(tzinfo=self._reader.local(now).tzinfo).astimezone(UTC)
        except OverflowError:
            raise Impossible("Tanggal itu di luar kalender. Mohon pilih tanggal lain.") from None
        if target <= now:
            raise Impossible(
                f"Waktu latihan hanya dapat maju, dan sekarang sudah {self._reader.moment(now)}. "
                "Mohon pilih waktu sesudah itu."
            )
        if target - now > FARTHEST:
            raise Impossible("Itu terlalu jauh. Mohon pilih waktu dalam satu tahun ke depan.")
        return target

    async def _calendar(self) -> WorkingTime:
        office = await self._pandu.database.read(lambda session: session.exec(select(Office)).first())
        if office is None:
            raise Impossible("Belum ada kantor di latihan ini.")
        return calendar_of(office)

    async def _days_off(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """Return the holidays on the way by name, each once: the trainer may wonder where the days went."""
        first, last = (self._reader.local(at).date() for at in (start, end))
        names = [day.name for day in (await self._calendar()).days_off(first, last)]
        return tuple(dict.fromkeys(names))

    async def _morning(self, now: datetime) -> datetime:
        calendar = await self._calendar()
        today = calendar.opening(self._reader.local(now).date())
        return today if today is not None and today > now else calendar.next_morning(now)

    async def _refuse_if_nothing_waits(self) -> None:
        """Weeks of empty mornings are no reminder."""

        def body(session: Session) -> bool:
            waits = select(Timer.id).where(col(Timer.kind).not_in(DAILY)).limit(1)
            hangs = select(Task.id).where(Task.status == PartStatus.OPEN).limit(1)
            return any(session.exec(query).first() is not None for query in (waits, hangs))

        if not await self._pandu.database.read(body):
            raise Impossible("Belum ada yang perlu diingatkan. Mulailah sebuah SOP dahulu.")

    # On the way

    async def _go(self, going: Callable[[], Awaitable[bool]], *, occasion: bool) -> None:
        try:
            arrived = await going()
            if arrived and occasion:
                await self._rest_of_occasion()
            self._say(self._report(arrived=arrived))
        except Exception:
            log.exception("a jump broke off")
            self._say("Waktu latihan terhenti karena gangguan. Silakan coba sekali lagi.")
        finally:
            self._jump = None
            self._simulator.clock_changed()

    async def _to_target(self) -> bool:
        target = self._target or self._clock.now()
        while not self._stopped:
            await self._settled()
            due = await self._next(target)
            self._move(due or target)
            if due is None:
                await self._settled()
                return True
        return False

    async def _to_something_said(self) -> bool:
        limit = self._clock.now() + LOOKS_AHEAD
        await self._settled()
        while not self._stopped:
            due = await self._next(limit)
            if due is None:
                return False
            self._messages = 0
            self._move(due)
            await self._settled()
            if self._messages > await self._checkpoints_since(due):
                return True
        return False

    async def _checkpoints_since(self, moment: datetime) -> int:
        """Return how many of the morning's checkpoints came: whoever waits for a reminder does not wait for them."""
        said = select(func.count()).where(
            Outbox.template == CHECKPOINT, Outbox.status == "sent", col(Outbox.finished_at) >= moment
        )
        return await self._pandu.database.read(lambda session: session.exec(said).one())

    async def _rest_of_occasion(self) -> None:
        """Let come what was queued together with what has come: no timer fires in that time."""
        until = self._clock.now() + OCCASION
        while not self._stopped and (due := await self._next(until, timers=False)) is not None:
            if (timer := await self._next(due)) is not None and timer < due:
                return
            self._move(due)
            await self._settled()

    async def _next(self, until: datetime, *, timers: bool = True) -> datetime | None:
        """Return when the next thing is due, not after ``until``. What was tried in vain does not set the pace."""

        def body(session: Session) -> datetime | None:
            now = self._clock.now()
            fresh = select(Outbox.due_at).where(
                Outbox.status == "queued", Outbox.tries == 0, col(Outbox.due_at) > now, col(Outbox.due_at) <= until
            )
            found = [session.exec(fresh.order_by(col(Outbox.due_at)).limit(1)).first()]
            if timers:
                timed = select(Timer.fire_at).where(col(Timer.fire_at) > now, col(Timer.fire_at) <= until)
                found.append(session.exec(timed.order_by(col(Timer.fire_at)).limit(1)).first())
            return min((one for one in found if one is not None), default=None)

        return await self._pandu.database.read(body)

    def _move(self, to: datetime) -> None:
        """Set both clocks; a time that has passed meanwhile moves nothing."""
        by = to - self._clock.now()
        if by > timedelta(0):
            self._clock.forward(by)
            # Nobody was away: what the bot has yet to fetch is not to be forgotten.
            self._simulator.advance(by, keep_updates=True)
        self._pandu.wake()
        self._say("Waktu latihan berjalan maju…")
        self._simulator.clock_changed()

    async def _settled(self) -> None:
        """Wait until everything that is due has happened and is on the phones."""
        try:
            async with asyncio.timeout(self._patience):
                while not await self._idle():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._simulator.world.next_change(), LOOK_AGAIN_SECONDS)
            self._patience = PATIENCE_SECONDS
        except TimeoutError:
            self._patience = IMPATIENCE_SECONDS

    async def _idle(self) -> bool:
        if self._simulator.in_flight or any(queue.waiting for queue in self._simulator.queues.values()):
            return False

        def body(session: Session) -> bool:
            now = self._clock.now()
            queries = (
                select(Inbox.id).where(Inbox.status == "pending"),
                select(File.id).where(
                    File.status == "received", col(File.discarded).is_(False), col(File.due_at) <= now
                ),
                select(Timer.id).where(col(Timer.fire_at) <= now),
                select(Outbox.id).where(Outbox.status == "queued", col(Outbox.due_at) <= now),
                select(Outbox.id).where(Outbox.status == "sending"),
            )
            return all(session.exec(query.limit(1)).first() is None for query in queries)

        return await self._pandu.database.read(body)

    # What is told

    def _heard(self, kind: str, record: BaseModel | None) -> None:
        """Count the bot's new messages; edits and deletions are none."""
        if kind != "message" or not isinstance(record, Message) or record.sender not in self._simulator.world.bots:
            return
        if record.id > self._newest.get(record.chat, 0):
            self._newest[record.chat] = record.id
            self._messages += 1

    def _say(self, words: str) -> None:
        self._said = words

    def _report(self, *, arrived: bool) -> str:
        where = self._reader.moment(self._clock.now())
        sent = f"Pandu mengirim {self._messages} pesan." if self._messages else "Pandu tidak mengirim pesan."
        if arrived:
            off = f" Libur: {', '.join(self._holidays)}." if self._holidays else ""
            return f"Sampai pada {where}.{off} {sent}"
        if self._stopped:
            return f"Dihentikan pada {where}. {sent}"
        return f"Tidak ada pengingat sampai {where}."
