"""One official's updates at two processes at the same moment: each is handled once, and rightly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.app import Pandu, all_assembled, web_application
from bot.serving import SECRET_HEADER
from bot.settings import load_settings
from bot.webhook import path, secret
from simulator import Simulator
from storage.database import open_database
from storage.tables import AuditEvent, Inbox, Outbox, Question
from tests.e2e.offices import PEOPLE, office_file
from tests.e2e.phone import Phone, Town
from tests.integration.bot.conftest import TOKEN
from workflow import audit_replay
from workflow.office_file.apply import apply
from workflow.office_file.loading import load_text

pytestmark = pytest.mark.postgres
BOT = int(TOKEN.partition(":")[0])


class Processes:
    """Two processes' worth of Pandu on one database; the test is the load balancer."""

    def __init__(self, simulator: Simulator, bots: list[Pandu], doors: list[httpx.AsyncClient]) -> None:
        self.simulator = simulator
        self.bots = bots
        self.doors = doors

    async def bring(self, *, twice: bool = False) -> int:
        """Bring all that waits, all at once: in turn to one and the other, or each to both."""
        queue = self.simulator.queues[BOT]
        waiting = list(queue.waiting)
        headers = {SECRET_HEADER: secret(TOKEN)}
        posts = [
            door.post(path(BOT), json=update.wire(), headers=headers)
            for number, update in enumerate(waiting)
            for door in (self.doors if twice else [self.doors[number % 2]])
        ]
        assert {answer.status_code for answer in await asyncio.gather(*posts)} <= {200}
        for update in waiting:
            queue.drop(update)
        return len(waiting)

    async def _any(self, asked: SelectOfScalar[Any]) -> bool:
        return await self.bots[0].database.read(lambda session: session.exec(asked).first()) is not None

    async def quiet(self) -> None:
        """Wait until everything that was queued has been sent."""
        waiting = select(Outbox.id).where(col(Outbox.status).in_(("queued", "sending")))
        async with asyncio.timeout(10):
            while await self._any(waiting):  # noqa: ASYNC110 - what is waited for is in the database
                await asyncio.sleep(0.02)


@pytest.fixture
async def processes(simulator: Simulator, address: str, postgres_url: str, tmp_path: Path) -> AsyncIterator[Processes]:
    for name, user_id in PEOPLE.items():
        simulator.add_user(user_id, name.capitalize())
    database = await open_database(postgres_url)
    source = load_text(office_file("sumbang-pengukuran-kinerja"), "office.yaml")
    await database.write(lambda session: apply(session, source, datetime.now(UTC)))
    await database.close()
    settings = load_settings(
        telegram_token=TOKEN, telegram_api_url=address, database_url=postgres_url, data_dir=tmp_path,
        webhook_url="http://127.0.0.1:1", _env_file=None,
    )  # fmt: skip
    stopping = asyncio.Event()
    async with AsyncExitStack() as opened:
        bots, doors = [], []
        for _ in range(2):
            (pandu,) = await opened.enter_async_context(all_assembled(settings, paced=False, pushed=True))
            transport = httpx.ASGITransport(web_application([pandu], stopping))
            doors.append(await opened.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://x")))
            bots.append(pandu)
        async with asyncio.TaskGroup() as group:
            for pandu in bots:
                group.create_task(pandu.run(stopping))
            yield Processes(simulator, bots, doors)
            stopping.set()


async def begun(processes: Processes) -> Phone:
    """Let the camat start a run and hold the card of its first step."""
    town = Town(processes.simulator, **PEOPLE)
    camat = town.camat
    for phone in town.phones.values():
        processes.simulator.opens_link(phone.user_id)
    await processes.bring()
    await camat.sees("Selamat datang")
    await camat.says("/mulai")
    await processes.bring()
    for caption in ("TW IV 2026", "Mulai"):
        await camat.taps(caption)
        await processes.bring()
    await camat.offered("Perintahkan")
    return camat


async def test_a_tap_and_a_message_at_once_are_both_right(processes: Processes) -> None:
    camat = await begun(processes)
    rounds = 6
    for number in range(rounds):
        if number % 2:
            query = await camat.taps("Lihat langkah")
            await camat.says("/status")
        else:
            message = camat.says("/status")
            query = await camat.taps("Lihat langkah")
            await message
        assert await processes.bring(twice=number >= rounds // 2) == 2
        assert (await camat.told(query)).text is not None
        expected = number + 1
        until = processes.simulator.world.until
        assert await until(partial(answered_so_often, camat, expected), 10), camat.text()
    assert answered(camat) == rounds, "an update that came to both was handled by one"
    database = processes.bots[0].database
    assert set(await database.read(lambda s: s.exec(select(Inbox.status)).all())) == {"done"}
    assert await database.read(lambda s: audit_replay.verify(s, "sumbang")) == []


async def test_the_main_button_pressed_twice_at_two_processes_counts_once(processes: Processes) -> None:
    camat = await begun(processes)
    first = await camat.taps("Perintahkan")
    second = await camat.taps("Perintahkan")
    assert await processes.bring() == 2
    toasts = [await camat.told(query) for query in (first, second)]
    assert len(toasts) == 2
    await camat.offered("Lewati")
    await processes.quiet()
    database = processes.bots[0].database
    assert len(await database.read(lambda s: s.exec(select(Question)).all())) == 1, "one question stands, not two"
    # Only the newest can be answered; it closes the step once.
    await camat.taps("Lewati")
    await processes.bring()
    await camat.sees("Terima kasih, tercatat")
    acts = select(AuditEvent).where(AuditEvent.kind == "task.do")
    assert len(await database.read(lambda s: s.exec(acts).all())) == 1


def answered_so_often(camat: Phone, times: int) -> bool:
    return answered(camat) >= times


def answered(camat: Phone) -> int:
    """How often the status page was sent."""
    said = [m.id for m in camat.messages if m.sender == camat.user_id and m.content == "/status"]
    assert said
    return sum("No. 1:" in m.content and "Perintahkan" not in m.captions and m.id > said[0] for m in camat.received)
