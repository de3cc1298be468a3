"""Nothing is lost and nothing happens twice, whatever is killed or goes away in the middle of a day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import get_args

import pytest
from sqlmodel import Session, select

from bot.crash_points import CrashPoint
from storage.errors import DatabaseUnavailable
from storage.sqlite import SqliteDatabase
from storage.tables import Card, File, Office, Task, Timer
from tests.e2e import busy_day
from tests.e2e.crash_office import TERM, CrashOffice
from tests.e2e.office import Office as OfficeUnderTest
from tests.e2e.offices import PEOPLE, office_file
from tests.e2e.reckoning import all_is_done_once
from tests.e2e.troubles_around import Outages, now_and_then, stumbling, unknown_outcomes
from workflow.calendar.of_office import calendar_of
from workflow.reminding.policy import policy_of

pytestmark = pytest.mark.crash
POINTS: tuple[str, ...] = tuple(point for point in get_args(CrashPoint) if "timer" not in point)
"""What a working day passes through; the timers have a test of their own."""
OFFICE = office_file(busy_day.SOP)
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))]


@pytest.fixture
async def mortal(tmp_path: Path, database_url: str) -> AsyncIterator[CrashOffice]:
    made = CrashOffice(tmp_path, database_url, OFFICE, PEOPLE)
    try:
        await made.open()
        yield made
    finally:
        await made.close()


@pytest.fixture
async def reminding(tmp_path: Path, database_url: str) -> AsyncIterator[CrashOffice]:
    made = CrashOffice(tmp_path, database_url, office_file(busy_day.SOP, accept_suggestions="true"), PEOPLE)
    try:
        await made.open()
        yield made
    finally:
        await made.close()


class PatientOffice(OfficeUnderTest):
    """An office that looks into its own database only when that is there, and never waits to fetch a file again."""

    async def _idle(self) -> bool:
        try:
            idle = await super()._idle()
            if not idle and self.pandu is not None and await self.read(a_file_waits):
                self.clock.advance(timedelta(seconds=4))
                self.pandu.files.wake()
        except DatabaseUnavailable:
            return False
        return idle


def a_file_waits(session: Session) -> bool:
    return session.exec(select(File.id).where(File.status == "received").limit(1)).first() is not None


@pytest.fixture
async def office(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OfficeUnderTest]:
    # A database that is locked is given up soon.
    monkeypatch.setattr(SqliteDatabase.__init__, "__kwdefaults__", {"busy_timeout_ms": 50})
    made = PatientOffice(tmp_path, database_url, OFFICE, PEOPLE)
    try:
        await made.open()
        yield made
    finally:
        await made.close()


def plan(random: Random) -> list[str]:
    """Every named point once, then again and again at later passages, and polite ends in between."""
    first = [f"{point}:1" for point in (*POINTS, TERM)]
    later = [f"{point}:{random.choice((1, 2, 3, 5))}" for point in (*POINTS, TERM)]
    random.shuffle(first)
    random.shuffle(later)
    return first + later


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_killed_at_every_point_again_and_again(mortal: CrashOffice, seed: int) -> None:
    mortal.dies_at(plan(Random(seed)))
    await busy_day.play(mortal)
    await all_is_done_once(mortal, unknown=mortal.unknown)
    assert {death.partition(":")[0] for death in mortal.deaths} >= {*POINTS, TERM}


@pytest.mark.parametrize(
    ("plan", "reminded"),
    [
        (["before-timer-commit:1", "before-timer-commit:2", "after-timer-commit:1"], 1),
        (["after-timer-commit:1", "after-timer-commit:1"], 1),
        (["before-timer-commit:1", "before-mark-sent:1"], 1),
        # Nobody knows whether it arrived: it is not sent a second time, the next slot covers it.
        (["before-send:1"], 0),
    ],
)
async def test_a_reminder_comes_once_whenever_the_bot_dies(
    reminding: CrashOffice, plan: list[str], reminded: int
) -> None:
    camat = reminding.phones.camat
    await camat.says("/mulai")
    await camat.taps("TW IV 2026")
    await camat.taps("Mulai")
    await camat.offered("Perintahkan")
    await reminding.quiet()
    reminding.dies_at(plan)
    await reminding.write(lambda session: reminder_is_due(session, reminding.clock.now()))
    await reminding.quiet()
    assert [death for death in reminding.deaths if death in plan] == plan
    reminders = [message for message in camat.received if message.content.startswith("Pengingat,")]
    assert len(reminders) == reminded, camat.text()


def reminder_is_due(session: Session, now: datetime) -> None:
    """Let the only task have been open for an hour of working time ten minutes ago."""
    office, task = session.exec(select(Office)).one(), session.exec(select(Task)).one()
    calendar = calendar_of(office)
    task.opened_at = calendar.add_minutes(now - timedelta(minutes=10), -policy_of(office).floor_minutes)
    session.exec(select(Card)).one().sent_at = task.opened_at
    timer = session.exec(select(Timer).where(Timer.kind == "nudge")).one()
    timer.fire_at = now


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_killed_on_postgresql_where_leases_run_out(mortal: CrashOffice) -> None:
    mortal.dies_at([f"{point}:{passage}" for passage in (1, 2) for point in POINTS if "file" not in point])
    await busy_day.play(mortal, last=3)
    await all_is_done_once(mortal, unknown=mortal.unknown, last=3)
    assert len(mortal.deaths) > len(POINTS)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_telegram_stumbles_and_the_database_is_locked(
    office: OfficeUnderTest, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    outages = Outages(office, monkeypatch)
    stumbles = stumbling(office.simulator, Random(seed))
    await busy_day.play(office, now_and_then([outages.before, outages.within], stumbles, every=8))
    office.simulator.faults.clear()
    await office.quiet()
    assert outages.count >= 6
    await all_is_done_once(office, unknown=unknown_outcomes(office.simulator))


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_postgresql_cuts_every_connection(office: OfficeUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    outages = Outages(office, monkeypatch)
    await busy_day.play(office, now_and_then([outages.before, outages.within], nullcontext, every=2), last=3)
    assert outages.count >= 5
    await all_is_done_once(office, unknown=0, last=3)
