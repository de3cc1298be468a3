"""A jump of the demo: everything on the way happens at its own time, and nobody seems to have been away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import Session, select

from bot.app import Pandu, assembled
from bot.clock import Clock
from bot.demo import OFFICE_FILE, TOKEN, load_office, people
from bot.demo_clock import CLOCK, DemoClock
from bot.demo_jump import Jumps
from bot.settings import Settings
from simulator import Impossible, Simulator, Trainer, running
from simulator.records import Message
from simulator.trainer import Direction
from storage import outbox
from storage import timers as timer_rows
from storage.tables import Timer
from tests.e2e.phone import quiet
from workflow import checkpoint_messages, timers
from workflow.checkpoint_messages import KIND as CHECKPOINT
from workflow.office_file.loading import load_file

CAMAT, SEKCAM = 1001, 1002
KIND = "test"


class Running(Clock):
    """Begins on Thursday 7 January 2027 at 10.00 WIB and runs on."""

    def __init__(self) -> None:
        self.began = self.monotonic()

    def now(self) -> datetime:
        return datetime(2027, 1, 7, 3, 0, tzinfo=UTC) + timedelta(seconds=self.monotonic() - self.began)


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A date and a clock time as the trainer chooses them: the office's own, with no zone said."""
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - that is what the page sends


def _welcomed(simulator: Simulator) -> bool:
    return all(len(simulator.chat(user)) > 1 for user in (CAMAT, SEKCAM))


class Demo:
    """The demo without its command line."""

    def __init__(self, simulator: Simulator, pandu: Pandu, clock: DemoClock, jumps: Jumps) -> None:
        self.simulator = simulator
        self.pandu = pandu
        self.clock = clock
        self.jumps = jumps

    async def jump(self, to: Direction, at: datetime | None = None) -> str:
        """Go forward; return what the trainer is told at the end."""
        await self.jumps.begin(to, at)
        return await self.arrived()

    async def arrived(self) -> str:
        """Wait for the end of a jump."""
        assert await self.simulator.world.until(lambda: not self.jumps.face().jumping, 20)
        return self.jumps.face().said

    async def says_later(self, *times: datetime, chat: int = CAMAT) -> None:
        """Queue a message for each of these times."""

        def body(session: Session) -> None:
            for at in times:
                outbox.say(
                    session, bot_id=self.pandu.client.bot.id, chat_id=chat, office_id="sumbang",
                    template="text_not_expected", params={}, now=self.clock.now(), due_at=at,
                )  # fmt: skip

        await self.pandu.database.write(body)

    def heard(self, since: datetime) -> list[Message]:
        """What the bot said to the Camat from then on."""
        return [one for one in self.simulator.chat(CAMAT) if one.date > since and one.sender != CAMAT]


@pytest.fixture
async def demo(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Demo]:
    clock = DemoClock(tmp_path / CLOCK, Running())
    simulator = Simulator()
    simulator.advance(clock.now() - simulator.clock.now())
    simulator.add_bot(TOKEN)
    source = load_file(OFFICE_FILE)
    for person in people(source.file):
        simulator.add_person(person)
    async with running(simulator) as url:
        settings = Settings(
            telegram_token=TOKEN, telegram_api_url=url, database_url=sqlite_url, data_dir=tmp_path, _env_file=None
        )
        async with assembled(settings, clock=clock) as pandu:
            await load_office(pandu, source, clock.now())
            jumps = Jumps(pandu, simulator, clock, source.file.office.timezone)
            simulator.trainer = Trainer(clock=jumps.face, jump=jumps.begin, stop_jump=jumps.stop)
            stopping = asyncio.Event()
            task = asyncio.create_task(pandu.run(stopping))
            for user in (CAMAT, SEKCAM):
                simulator.opens_link(user)
            assert await simulator.world.until(partial(_welcomed, simulator), 30)
            await quiet(simulator)
            # The morning's checkpoint would stand among what these tests count.
            await pandu.database.write(lambda session: timer_rows.drop(session, office_id="sumbang", kind=CHECKPOINT))
            yield Demo(simulator, pandu, clock, jumps)
            stopping.set()
            await task
            await jumps.close()


def wib(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 1, day, hour - 7, minute, tzinfo=UTC)


async def test_everything_on_the_way_is_said_at_its_own_time(demo: Demo) -> None:
    times = [wib(8, 9), wib(9, 23, 59), wib(12, 7, 30)]
    await demo.says_later(*times)
    began = demo.clock.now()
    said = await demo.jump("date", local(2027, 1, 12, 8, 0))
    assert said == "Sampai pada Selasa, 12 Januari 2027 pukul 08.00 WIB. Pandu mengirim 3 pesan."
    heard = demo.heard(began)
    assert len(heard) == 3, "no note of an absence, and nothing twice"
    assert all(timedelta(0) <= one.date - at < timedelta(seconds=5) for one, at in zip(heard, times, strict=True))
    assert demo.clock.now() - wib(12, 8) < timedelta(seconds=10)


async def test_both_clocks_stay_together_and_the_page_is_told(demo: Demo) -> None:
    apart = demo.simulator.clock.now() - demo.clock.now()
    told: list[str] = []
    demo.simulator.world.listeners.append(lambda kind, _: told.append(kind))
    assert demo.jumps.face().moved is False
    await demo.jump("date", local(2027, 2, 1, 8, 0))
    assert abs(demo.simulator.clock.now() - demo.clock.now() - apart) < timedelta(seconds=2)
    face = demo.jumps.face()
    assert (face.moved, face.jumping, face.zone, face.zone_name) == (True, False, "Asia/Jakarta", "WIB")
    assert told.count("clock") >= 3


async def test_the_next_working_morning_comes_with_what_is_said_then(demo: Demo) -> None:
    await demo.jump("date", local(2027, 1, 8, 20, 0))
    monday = wib(11, 7, 30)
    await demo.says_later(monday + timedelta(minutes=3), monday + timedelta(minutes=14), monday + timedelta(hours=2))
    said = await demo.jump("morning")
    assert said == "Sampai pada Senin, 11 Januari 2027 pukul 07.44 WIB. Pandu mengirim 2 pesan."
    early = await demo.jump("morning")
    assert early == "Sampai pada Selasa, 12 Januari 2027 pukul 07.30 WIB. Pandu mengirim 1 pesan."


async def test_before_the_office_opens_the_next_morning_is_todays(demo: Demo) -> None:
    await demo.jump("date", local(2027, 1, 8, 5, 0))
    assert "Jumat, 8 Januari 2027 pukul 07.30 WIB" in await demo.jump("morning")


async def test_many_messages_to_one_person_do_not_slow_a_jump(demo: Demo) -> None:
    hours = [wib(8, 8) + timedelta(minutes=minute) for minute in range(60)]
    await demo.says_later(*hours)
    async with asyncio.timeout(20):
        assert "60 pesan" in await demo.jump("date", local(2027, 1, 9, 8, 0))


async def test_a_tap_that_the_bot_has_yet_to_fetch_is_answered_after_the_jump(demo: Demo) -> None:
    demo.simulator.hold_updates()
    demo.simulator.says(CAMAT, "/bantuan")
    began = demo.clock.now()
    await demo.jump("date", local(2027, 1, 10, 8, 0))
    demo.simulator.release_updates()
    assert await demo.simulator.world.until(lambda: demo.heard(began), 30)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (local(2027, 1, 7, 9, 59), "hanya dapat maju, dan sekarang sudah Kamis, 7 Januari 2027 pukul 10.00 WIB"),
        (local(1, 1, 1), "di luar kalender"),
        (local(2028, 2, 1), "terlalu jauh"),
        (local(9999, 12, 31, 23, 59), "terlalu jauh"),
    ],
)
async def test_where_nobody_can_go(demo: Demo, at: datetime, words: str) -> None:
    with pytest.raises(Impossible, match=words):
        await demo.jumps.begin("date", at)
    assert demo.clock.moved == timedelta(0)


async def test_with_nothing_to_remind_of_the_clock_stays(demo: Demo) -> None:
    with pytest.raises(Impossible, match="Belum ada yang perlu diingatkan"):
        await demo.jumps.begin("reminder", None)
    assert demo.clock.moved == timedelta(0)


async def test_one_jump_at_a_time_and_it_can_be_stopped(demo: Demo) -> None:
    await demo.says_later(*(wib(8, 8) + timedelta(hours=hour) for hour in range(300)))
    await demo.jumps.begin("date", local(2027, 2, 1, 8, 0))
    with pytest.raises(Impossible, match="sedang berjalan maju"):
        await demo.jumps.begin("morning", None)
    assert await demo.simulator.world.until(lambda: len(demo.heard(wib(8, 7))) > 1, 30)
    progress = demo.jumps.face().progress
    assert progress is not None
    assert 0 < progress < 0.5
    demo.jumps.stop()
    assert (await demo.arrived()).startswith("Dihentikan pada ")
    assert demo.clock.now() < wib(20, 8)


async def test_the_way_to_the_next_reminder_ends_with_the_first_thing_said(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(_session: Session, _moment: object, _timer: Timer) -> None:
        """A timer whose time has come for nothing: the task was settled."""

    monkeypatch.setitem(timers.FIRE, KIND, nothing)

    def body(session: Session) -> None:
        for day in (8, 9, 10):
            at = wib(day, 9)
            session.add(Timer(office_id="sumbang", kind=KIND, key=f"test:{day}", fire_at=at))

    await demo.pandu.database.write(body)
    await demo.says_later(wib(9, 9, 30), wib(9, 9, 40))
    await demo.says_later(wib(9, 11), chat=SEKCAM)
    began = demo.clock.now()
    said = await demo.jump("reminder")
    assert said == "Sampai pada Sabtu, 9 Januari 2027 pukul 09.40 WIB. Pandu mengirim 2 pesan."
    assert len(demo.heard(began)) == 2
    assert await demo.pandu.database.read(
        lambda session: [one.key for one in session.exec(select(Timer).where(Timer.kind == KIND))]
    ) == ["test:10"]


async def test_the_morning_checkpoint_is_said_on_the_way_but_is_no_reminder(demo: Demo) -> None:
    await demo.pandu.database.write(lambda session: checkpoint_messages.ensure_all(session, demo.clock.now()))
    await demo.says_later(wib(11, 9))
    began = demo.clock.now()
    later = Timer(office_id="sumbang", kind="personal", key="test", fire_at=wib(30, 9))
    await demo.pandu.database.write(lambda session: session.add(later))
    assert "Senin, 11 Januari 2027 pukul 09.00 WIB. Pandu mengirim 1 pesan." in await demo.jump("reminder")
    assert [(message.text or "")[:13] for message in demo.heard(began)] == ["Titik periksa", "Mohon maaf, p"]
