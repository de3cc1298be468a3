"""The counters count what really happens, and the page tells the queues without asking too often."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import Session
from telegram.error import BadRequest, Forbidden, NetworkError

from bot import metrics
from bot.clock import Clock
from bot.inbox_worker import InboxWorker
from bot.metrics_page import FRESH_SECONDS, MetricsPage
from bot.telegram_client import Flood, TelegramClient
from bot.tenure import Tenure
from bot.timer_worker import TimerWorker
from storage import inbox, outbox, timers
from storage.database import Database, DatabaseUnavailable
from storage.tables import Inbox, Office
from tests.integration.bot.delivery_desk import Desk
from tests.integration.storage.conftest import ANA, BOT, NOW, OFFICE
from workflow import timers as rules

LABELS = {"outcome", "action", "kind", "bot", "le"}


def sample(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def counted() -> Callable[..., float]:
    """How much a counter has risen since the test began."""
    before: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    for family in metrics.REGISTRY.collect():
        for one in family.samples:
            before[one.name, frozenset(one.labels.items())] = one.value

    def risen(name: str, **labels: str) -> float:
        return sample(name, **labels) - before.get((name, frozenset(labels.items())), 0.0)

    return risen


class StoppedClock(Clock):
    """A clock that stands still unless it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds


class Counting:
    """A database that counts how often it is asked, and may be away."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.asked = 0
        self.away = False

    async def read(self, body: Callable[[Session], object]) -> object:
        self.asked += 1
        if self.away:
            raise DatabaseUnavailable("gone")
        return await self.database.read(body)


def text(update_id: int, words: str) -> tuple[int, int, str]:
    sender = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    message = {"message_id": update_id, "date": 1_767_000_000, "chat": {"id": ANA, "type": "private"}, "from": sender}
    return update_id, ANA, json.dumps({"update_id": update_id, "message": message | {"text": words}})


async def test_updates_are_counted_by_what_became_of_them(
    sqlite: Database, client: TelegramClient, counted: Callable[..., float]
) -> None:
    worker = InboxWorker(
        sqlite, client, BOT, "pandu_bot", Clock(), default_language="id", on_effect=lambda: None, paced=False
    )
    bad = (2, ANA, "this is no update")
    await sqlite.write(lambda s: inbox.store_updates(s, BOT, [text(1, "/tugas"), bad], NOW))
    for _ in range(4):
        for item in await worker.claim():
            await worker.handle(item)
    statuses = await sqlite.read(lambda s: [s.get_one(Inbox, number).status for number in (1, 2)])
    assert statuses == ["done", "parked"]
    assert counted("pandu_updates_total", outcome="done") == 1
    assert counted("pandu_updates_total", outcome="failed") == 2
    assert counted("pandu_updates_total", outcome="parked") == 1
    assert counted("pandu_update_seconds_count") >= 1


async def test_the_page_tells_the_queues(sqlite: Database) -> None:
    def fill(session: Session) -> None:
        outbox.say(
            session, bot_id=BOT, chat_id=ANA, office_id=OFFICE, template="home", params={},
            now=NOW - timedelta(seconds=90),
        )  # fmt: skip
        inbox.store_updates(session, BOT, [text(1, "Siti")], NOW - timedelta(seconds=30))

    await sqlite.write(fill)
    page = (await MetricsPage(sqlite, StoppedClock()).text()).decode()
    values = {
        one.name: one.value
        for family in text_string_to_metric_families(page)
        for one in family.samples
        if one.labels.get("bot") == str(BOT)
    }
    assert values["pandu_outbox_due"] == 1
    assert values["pandu_outbox_oldest_due_seconds"] == 90
    assert values["pandu_inbox_pending"] == 1
    assert values["pandu_inbox_oldest_seconds"] == 30
    assert (values["pandu_outbox_dead"], values["pandu_outbox_held"], values["pandu_inbox_parked"]) == (0, 0, 0)
    assert "pandu_database_up 1.0" in page
    assert "process_resident_memory_bytes" in page


async def test_however_often_it_is_asked_the_database_is_asked_rarely(sqlite: Database) -> None:
    clock, database = StoppedClock(), Counting(sqlite)
    page = MetricsPage(cast("Database", database), clock)
    for _ in range(20):
        await page.text()
    assert database.asked == 1
    clock.seconds += FRESH_SECONDS
    await page.text()
    assert database.asked == 2


async def test_without_a_database_there_is_still_a_page(sqlite: Database) -> None:
    database = Counting(sqlite)
    database.away = True
    page = MetricsPage(cast("Database", database), StoppedClock())
    assert b"pandu_database_up 0.0" in await page.text()


def test_no_label_but_the_known_ones() -> None:
    found = {label for family in metrics.REGISTRY.collect() for one in family.samples for label in one.labels}
    assert found <= LABELS


async def test_deliveries_are_counted_by_what_became_of_them(
    sqlite: Database, counted: Callable[..., float], tmp_path: Path
) -> None:
    desk = Desk(sqlite, tmp_path)
    desk.phone.errors = [None, Forbidden("blocked"), Flood(3), NetworkError("broke"), BadRequest("too long")]
    for chat in range(ANA, ANA + 5):
        await desk.say("stranger", chat_id=chat)
    await desk.deliver()
    outcomes = ("sent", "held", "put_back", "unknown", "dead")
    found = {outcome: counted("pandu_deliveries_total", kind="message", outcome=outcome) for outcome in outcomes}
    assert found == dict.fromkeys(outcomes, 1)
    kinds = ("forbidden", "flood", "network", "bad_request")
    assert {kind: counted("pandu_delivery_errors_total", kind=kind) for kind in kinds} == dict.fromkeys(kinds, 1)
    assert counted("pandu_render_seconds_count") == 5
    assert counted("pandu_telegram_seconds_count") == 5


async def test_a_timer_is_counted_with_how_late_it_was(
    sqlite: Database, counted: Callable[..., float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rules.FIRE, "nothing", lambda *_: None)

    def put(session: Session) -> None:
        session.get_one(Office, OFFICE).bot_id = BOT
        timers.put(session, office_id=OFFICE, kind="nothing", key="a", fire_at=NOW - timedelta(seconds=7))

    await sqlite.write(put)
    clock = StoppedClock()
    tenure = Tenure(clock.monotonic)
    tenure.begin(1, 60.0)
    worker = TimerWorker(sqlite, BOT, clock, tenure, on_effect=lambda: None)
    assert await worker.fire_due() == 1
    assert counted("pandu_timers_total", outcome="fired") == 1
    assert counted("pandu_timer_lag_seconds_sum") == 7


def test_who_sends_is_asked_each_time(counted: Callable[..., float]) -> None:
    clock = StoppedClock()
    tenure = Tenure(clock.monotonic)
    metrics.show_sender(BOT, lambda: tenure.fence is not None)
    assert sample("pandu_sender_lease_held", bot=str(BOT)) == 0
    tenure.begin(1, 10.0)
    assert sample("pandu_sender_lease_held", bot=str(BOT)) == 1
    clock.seconds = 11
    assert sample("pandu_sender_lease_held", bot=str(BOT)) == 0
